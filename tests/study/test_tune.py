import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pandas as pd
import pytest
import yaml
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from clirlab.errors import InputError
from clirlab.study import tune as tune_module
from clirlab.study.grid import TuneConfig, plan_of
from clirlab.study.scores import error_of_difference, scores_file
from clirlab.study.trial import Outcome
from clirlab.study.tune import tune
from clirlab.study.tuned import read_tuned
from clirlab.validate import validate

GERMAN = {"collection": "demo/en/de", "bitext": "demo/en/de", "lexicon": "demo/en/de"}
TUNING = {
    "study": {
        "name": "tiny-tuning",
        "question": "which rate?",
        "languages": {"de": GERMAN, "tl": dict.fromkeys(GERMAN, "demo/en/tl")},
        "arms": ["zero-shot", "optical", "bitext-mse"],
        "budgets": [0, 60],
        "seeds": [0, 1],
        "scorers": ["pooled"],
        "measures": ["RR@10"],
    },
    "trials": 4,
    "grid": {"training.learning_rate": [1e-4, 2e-4, 3e-4], "training.steps": [1, 2]},
    "report_languages": ["sw"],
}
# files beside the folder of a tuning that make one of its trials end badly, or not at all
BAD, SLOW, KILLED = "bad", "slow", "killed"
SCORES = {1e-4: 0.2, 2e-4: 0.5, 3e-4: 0.5}


def tuning(**changes):
    return validate(TuneConfig, TUNING | changes, "tune.yaml")


def invented(study, arm, folder):
    """A trial without training: better with the rate, worse with the arm's name, one line a run in a file."""
    settings, mood = study.training_of(arm), folder.parents[3]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "runs").open("a") as file:
        file.write("run\n")
    here = arm == "optical" and (settings.learning_rate, settings.steps) == (2e-4, 2)
    if here and (mood / BAD).exists():
        raise ValueError("no luck\nat all")
    if here and (mood / KILLED).exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if here and (mood / SLOW).exists():
        time.sleep(600)
    rows = [
        (language, seed, query, SCORES[settings.learning_rate] - 0.1 * (arm == "bitext-mse") + 0.02 * seed + shift)
        for language, shift in (("de", 0.1), ("tl", 0.0))
        for seed in study.seeds
        for query in ("a", "b", "c", "d")
    ]
    return Outcome(pd.DataFrame(rows, columns=["language", "seed", "query_id", "value"]), 1.5)


def interrupted(study, arm, folder):
    if arm == "bitext-mse":
        raise KeyboardInterrupt
    return invented(study, arm, folder)


@pytest.fixture(autouse=True)
def no_data(monkeypatch):
    """The data of a study are looked at by the one real tuning alone."""
    monkeypatch.setattr(tune_module, "check_study", lambda _: None)


def run(folder, config=None, trial=invented, **options):
    return tune(config or tuning(), folder, progress=False, trial=trial, **options)


def runs_of(folder):
    return {
        (path.parts[-3], int(path.parts[-2])): len(path.read_text().split()) for path in folder.glob("trials/*/*/runs")
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The outcome of a tuning that nothing disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune_module, "check_study", lambda _: None)
        return run(tmp_path_factory.mktemp("whole") / "out")


def test_the_table_has_every_trial(whole):
    table = whole.table
    plan = plan_of(whole.config)
    assert list(zip(table["arm"], table["trial"], strict=True)) == [(arm, p) for arm in plan for p in plan[arm]]
    assert (table["state"] == "done").all()
    first = table.iloc[0]
    assert first["training.learning_rate"] == plan["optical"][first["trial"]]["training.learning_rate"]
    expected = SCORES[first["training.learning_rate"]] + 0.01
    assert first[["de", "tl", "mean"]].tolist() == pytest.approx([expected + 0.1, expected, expected + 0.05])
    assert first["spread"] == pytest.approx(0.02 / 2**0.5)
    assert first["seconds"] == 1.5
    assert table.groupby("arm")["default"].sum().tolist() == [1, 1]


def test_the_best_is_chosen_and_of_equals_the_first_in_the_order_of_the_grid(whole):
    table = whole.table
    for arm, trials in table.groupby("arm"):
        best = trials[trials["mean"] == trials["mean"].max()]
        assert len(best) > 1
        assert trials[trials["chosen"]]["trial"].tolist() == [best["trial"].min()]
        chosen = trials[trials["chosen"]].iloc[0]
        settings = {name: chosen[f"training.{name}"] for name in ("learning_rate", "steps")}
        assert whole.chosen[arm] == {"training": settings}
        assert chosen["behind"] == chosen["error"] == 0
    assert whole.left_out == ("zero-shot",)


def test_the_chosen_settings_are_a_file_that_studies_read(whole):
    assert read_tuned(whole.file) == whole.chosen
    head = [line for line in whole.file.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    text = "\n".join(head)
    for word in (
        "RR@10 (pooled) on de, tl",
        "60 translated words",
        "4 trials of every arm",
        "reported on: sw",
        "optuna",
    ):
        assert word in text
    assert "FAILED" not in text


def test_the_whole_table_is_kept(whole):
    pd.testing.assert_frame_equal(pd.read_parquet(whole.folder / "tuning.parquet"), whole.table)
    kept = pd.read_csv(whole.folder / "tuning.csv", keep_default_na=False, na_values={"mean": ""})
    assert list(kept) == list(whole.table)
    assert kept["mean"].tolist() == pytest.approx(whole.table["mean"].tolist())
    assert yaml.safe_load((whole.folder / "config.yaml").read_text(encoding="utf-8"))["trials"] == 4


def test_the_summary_says_how_flat_the_optimum_is(whole):
    summary = whole.summary()
    assert summary["arm"].tolist() == ["optical", "bitext-mse"]
    assert summary["rank"].tolist() == [1, 2]
    assert summary["mean"].tolist() == pytest.approx([0.56, 0.46])
    assert summary["default"].tolist() == pytest.approx([0.26, 0.16])
    rates = whole.table[whole.table["arm"] == "optical"]["training.learning_rate"]
    assert summary["level"].tolist() == [(rates > 1e-4).sum()] * 2
    assert summary["trials"].tolist() == [4, 4]
    assert summary["edge"].tolist() == [[], []]


def test_an_optimum_at_the_edge_is_said(tmp_path):
    grid = {"training.learning_rate": [1e-4, 1.5e-4, 2e-4], "training.steps": [1, 2]}
    config = tuning(grid=grid, trials=6, study=TUNING["study"] | {"arms": ["zero-shot", "optical"]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SCORES, 1.5e-4, 0.3)
        assert run(tmp_path / "out", config).summary()["edge"].tolist() == [["training.learning_rate"]]


def test_the_error_is_paired_over_questions():
    def frame(**values):
        return pd.DataFrame(
            [(lang, 0, str(q), v) for lang, vs in values.items() for q, v in enumerate(vs)],
            columns=["language", "seed", "query_id", "value"],
        )

    # differences: ig .5 and 0 (variance .125 of 2), zu always 0: sqrt(.125 / 2) / 2
    first, second = frame(ig=[1.0, 0.5], zu=[0.3, 0.1]), frame(ig=[0.5, 0.5], zu=[0.3, 0.1])
    assert error_of_difference(first, second) == pytest.approx(0.125)
    assert error_of_difference(first, first) == 0


def test_the_journal_can_be_read_with_optuna(whole):
    storage = JournalStorage(JournalFileBackend(str(whole.folder / "journal.log")))
    study = optuna.load_study(study_name="optical", storage=storage)
    assert study.best_value == pytest.approx(whole.summary()["mean"].max())
    assert study.best_params["training.learning_rate"] in (2e-4, 3e-4)


def test_a_second_call_runs_nothing(whole):
    before = runs_of(whole.folder)
    again = run(whole.folder, trial=lambda *_: pytest.fail("ran what was done"))
    pd.testing.assert_frame_equal(again.table, whole.table)
    assert again.chosen == whole.chosen
    assert runs_of(whole.folder) == before


def test_a_failed_trial_is_written_down_and_the_others_go_on(tmp_path, whole):
    folder = tmp_path / "out"
    config = tuning(trials=6)
    (tmp_path / BAD).touch()
    found = run(folder, config)
    failed = found.table[found.table["state"] == "failed"]
    assert failed[["arm", "training.learning_rate", "training.steps", "message"]].to_numpy().tolist() == [
        ["optical", 2e-4, 2, "no luck at all"]
    ]
    assert failed["mean"].isna().all()
    assert (found.table["state"] == "done").sum() == 11
    assert found.chosen["optical"]["training"] == {"learning_rate": 2e-4, "steps": 1}
    assert "1 of 12 trials FAILED" in found.file.read_text(encoding="utf-8")
    assert "ValueError: no luck" in "".join(p.read_text() for p in folder.glob("logs/*.log"))
    (tmp_path / BAD).unlink()
    again = run(folder, config)
    assert (again.table["state"] == "done").all()
    assert (again.table["message"] == "").all()
    assert {key: n for key, n in runs_of(folder).items() if n > 1} == {("optical", int(failed["trial"].iloc[0])): 2}
    assert "FAILED" not in again.file.read_text(encoding="utf-8")


def test_every_trial_of_an_arm_may_fail(tmp_path):
    def hopeless(study, arm, folder):
        if arm == "optical":
            raise RuntimeError
        return invented(study, arm, folder)

    found = run(tmp_path / "out", trial=hopeless)
    assert list(found.chosen) == ["bitext-mse"]
    assert set(found.table[found.table["arm"] == "optical"]["message"]) == {"RuntimeError"}
    assert found.summary()["arm"].tolist() == ["bitext-mse"]


def test_an_interrupted_tuning_goes_on_where_it_was(tmp_path, whole):
    folder = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(folder, trial=interrupted)
    assert not (folder / "tuned.yaml").exists()
    found = run(folder)
    pd.testing.assert_frame_equal(found.table, whole.table)
    assert found.chosen == whole.chosen
    assert set(runs_of(folder).values()) == {1}


def test_a_lost_journal_costs_nothing(tmp_path, whole):
    folder = tmp_path / "out"
    run(folder)
    (folder / "journal.log").unlink()
    found = run(folder, trial=lambda *_: pytest.fail("ran what was done"))
    pd.testing.assert_frame_equal(found.table, whole.table)


def test_a_damaged_journal_or_part_is_named(tmp_path):
    folder = tmp_path / "out"
    run(folder)
    journal = folder / "journal.log"
    text = journal.read_text()
    journal.write_text(text.replace('"op_code":4', '"op_code', 1))
    with pytest.raises(InputError, match=r"journal\.log: damaged .*delete it, the trials that are done are not lost"):
        run(folder)
    journal.write_text(text)
    part = next((folder / "trials").glob("*/*.parquet"))
    part.write_bytes(part.read_bytes()[:50])
    with pytest.raises(InputError, match=r"\.parquet: damaged .*delete it and give the same command again"):
        run(folder)


def test_a_trial_whose_scores_were_deleted_is_run_again(tmp_path, whole):
    folder = tmp_path / "out"
    run(folder)
    place = next(iter(plan_of(whole.config)["optical"]))
    scores_file(folder, "optical", place).unlink()
    pd.testing.assert_frame_equal(run(folder).table, whole.table)
    assert {key for key, n in runs_of(folder).items() if n > 1} == {("optical", place)}


def test_more_trials_add_to_those_that_are_there(tmp_path):
    folder = tmp_path / "out"
    run(folder)
    found = run(folder, tuning(trials=6))
    assert len(found.table) == 12
    assert (found.table["state"] == "done").all()
    assert set(runs_of(folder).values()) == {1}
    assert len(run(folder).table) == 8


def test_a_trial_that_another_process_is_at_is_left_to_it(tmp_path):
    folder = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(folder, trial=interrupted)
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    study = storage.get_study_id_from_name("bitext-mse")
    elsewhere = storage.get_trial_id_from_study_id_trial_number(study, 1)
    storage.set_trial_state_values(elsewhere, optuna.trial.TrialState.RUNNING)
    storage.set_trial_user_attr(elsewhere, "owner", ("another-machine", 7))
    found = run(folder)
    assert found.table["state"].tolist().count("running") == 1
    assert found.table[found.table["state"] == "running"]["message"].tolist() == ["by process 7 on another-machine"]
    assert found.chosen == {}
    assert not found.file.exists()


def test_another_configuration_is_refused_and_fresh_moves_it_aside(tmp_path):
    folder = tmp_path / "out"
    run(folder)
    other = tuning(seed=1)
    with pytest.raises(InputError, match="holds something else than the trials of this configuration"):
        run(folder, other)
    run(folder, other, fresh=True)
    assert (tmp_path / "out.old-1" / "tuned.yaml").is_file()
    with pytest.raises(InputError, match="not empty and holds no trials"):
        run(tmp_path)
    (folder / "provenance.json").write_text("{")
    with pytest.raises(InputError, match=r"provenance\.json: cannot be read"):
        run(folder, other)


def test_there_must_be_a_worker(tmp_path):
    with pytest.raises(InputError, match="workers must be 1 or more, not 0"):
        run(tmp_path / "out", workers=0)


@pytest.mark.slow
def test_workers_share_the_trials_and_one_that_dies_costs_its_trial_alone(tmp_path, whole):
    folder, config = tmp_path / "out", tuning(trials=6)
    (tmp_path / KILLED).touch()
    found = run(folder, config, workers=2)
    failed = found.table[found.table["state"] != "done"]
    assert failed[["arm", "training.learning_rate", "training.steps", "message"]].to_numpy().tolist() == [
        ["optical", 2e-4, 2, "the worker process ended (killed: out of memory?)"]
    ]
    (tmp_path / KILLED).unlink()
    again = run(folder, config, workers=2)
    pd.testing.assert_frame_equal(again.table, run(tmp_path / "alone", config).table)
    assert sum(runs_of(folder).values()) == 13


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import test_tune
from clirlab.study import tune as tune_module
tune_module.check_study = lambda _: None
if __name__ == "__main__":
    test_tune.run(Path({folder!r}), test_tune.tuning(trials=6), workers={workers})
"""


def started(folder, workers):
    script = folder.with_name("script.py")
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent), folder=str(folder), workers=workers))
    return subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_killed_and_started_again_it_gives_the_same_table(tmp_path):
    folder, config = tmp_path / "out", tuning(trials=6)
    (tmp_path / KILLED).touch()
    assert started(folder, 1).wait(120) == -signal.SIGKILL
    done = len(list(folder.glob("trials/*/*.parquet")))
    assert 0 < done < 12
    (tmp_path / KILLED).unlink()
    found = run(folder, config)
    pd.testing.assert_frame_equal(found.table, run(tmp_path / "alone", config).table)
    assert sum(runs_of(folder).values()) == 13


def gone(group, patience=20):
    """Whether no process of a group is left, or is soon."""
    for _ in range(patience * 10):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_ctrl_c_stops_the_workers_and_leaves_no_half_written_file(tmp_path):
    folder = tmp_path / "out"
    (tmp_path / SLOW).touch()
    process = started(folder, 2)
    give_up = time.monotonic() + 180
    while len(list(folder.glob("trials/*/*.parquet"))) < 11 and time.monotonic() < give_up:
        time.sleep(0.2)
    # as a terminal does it: to the whole group
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGINT, errors
    assert gone(process.pid), "a process was left behind"
    assert not list(folder.rglob("*.partial"))
    (tmp_path / SLOW).unlink()
    found = run(folder, tuning(trials=6))
    assert (found.table["state"] == "done").all()
    assert sum(runs_of(folder).values()) == 13
