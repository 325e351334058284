import shutil
from dataclasses import replace

import pandas as pd
import pytest

from clirlab.corpora import load_collection
from clirlab.errors import InputError
from clirlab.files import aside
from clirlab.study import laboratory as module
from clirlab.study import read_results, run_study, shelf, write_report
from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig
from clirlab.study.store import open_run, write_cell
from clirlab.study.summary import comparison
from clirlab.supervision import TextPairs
from clirlab.training import TrainingSettings
from clirlab.validate import validate

COLUMNS = {
    "arm",
    "language",
    "budget",
    "seed",
    "perturbation",
    "severity",
    "query_id",
    "measure",
    "value",
    "collection",
    "scorer",
    "dial",
    "noise",
}


def test_the_table_has_one_row_for_each_combination(tiny_run):
    frame = tiny_run.frame
    assert set(frame.columns) == COLUMNS
    key = ["arm", "language", "budget", "seed", "severity", "scorer", "query_id", "measure"]
    assert not frame.duplicated(key).any()
    cells = 2 + 4 * 2 * 2  # zero-shot at two seeds; four arms, two budgets, two seeds
    assert len(tiny_run.cells) == cells
    assert len(frame) == cells * 2 * 2 * 2 * 168  # severities, scorers, measures, questions
    assert frame["value"].between(0, 1).all()


def test_no_arm_spends_more_than_its_budget_and_all_spend_about_it(tiny_run):
    cells = tiny_run.cells[tiny_run.cells["budget"] > 0]
    assert (cells["words"] <= cells["budget"]).all()
    assert (cells["words"] > cells["budget"] - 20).all()


def test_what_was_bought_covers_the_questions_of_the_language_and_little_of_them_by_another(tiny_run):
    cells = tiny_run.cells[tiny_run.cells["budget"] > 0].set_index("arm")
    assert (cells["types"] <= cells["tokens"]).all()
    assert (cells.loc["optical", "tokens"] == cells.loc["optical", "words"]).all()
    covered = cells.groupby("arm")["token_coverage"].mean()
    assert 0 < covered["other-language"] < covered["optical"] < 1
    assert 0 < covered["code-switching"] < 1


def test_zero_shot_is_the_same_for_every_seed_on_undamaged_queries(tiny_run):
    rows = tiny_run.frame.query("arm == 'zero-shot' and severity == 0")
    wide = rows.pivot_table(index=["query_id", "measure", "scorer"], columns="seed", values="value")
    assert (wide[0] == wide[1]).all()


def test_a_second_call_does_only_what_is_left(tiny_run, tiny_config, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    missing = Cell("so", "zero-shot", 0, 1)
    (folder / "results" / f"{missing.name}.parquet").unlink()
    done = []
    original = module.Laboratory.run

    def watched(self, cell, folder):
        done.append(cell)
        return original(self, cell, folder)

    monkeypatch.setattr(module.Laboratory, "run", watched)
    again = run_study(tiny_config, folder, progress=False)
    assert done == [missing]
    pd.testing.assert_frame_equal(again.frame, tiny_run.frame, atol=1e-9)


def test_another_configuration_is_refused_and_nothing_is_overwritten(tiny_run, tiny_config, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="results of another configuration"):
        open_run(folder, tiny_config.model_copy(update={"seeds": (5,)}))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_fresh_moves_the_old_run_aside(tiny_run, tiny_config, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    open_run(folder, tiny_config, fresh=True)
    assert len(list((tmp_path / "run.old-1" / "results").glob("*.parquet"))) == len(cells_of(tiny_config))
    assert list((folder / "results").iterdir()) == []


def test_a_folder_with_other_things_in_it_is_refused(tiny_config, tmp_path):
    (tmp_path / "thesis.txt").write_text("two years of work")
    with pytest.raises(InputError, match="not empty and no run folder"):
        open_run(tmp_path, tiny_config)
    assert (tmp_path / "thesis.txt").read_text() == "two years of work"


def test_a_full_disk_leaves_the_cell_open(tiny_config, tmp_path):
    open_run(tmp_path / "run", tiny_config)
    cell = Cell("so", "zero-shot", 0, 0)
    part = tmp_path / "run" / "results" / f"{cell.name}.parquet"
    aside(part).symlink_to("/dev/full")
    rows = pd.DataFrame({"value": range(100_000)})
    with pytest.raises(InputError, match="the disk is full; nothing was overwritten"):
        write_cell(tmp_path / "run", tiny_config, cell, rows, {"pairs": 0})
    assert list(part.parent.iterdir()) == []


def test_what_is_no_run_folder_is_named(tmp_path, tiny_config):
    with pytest.raises(InputError, match="not a run folder"):
        read_results(tmp_path)
    open_run(tmp_path / "run", tiny_config)
    with pytest.raises(InputError, match="no cell is done yet"):
        read_results(tmp_path / "run")


def test_a_damaged_part_is_named(tiny_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    part = folder / "results" / "so_zero-shot_0_0.parquet"
    content = part.read_bytes()
    part.write_bytes(bytes(len(content)))
    with pytest.raises(InputError, match=r"so_zero-shot_0_0\.parquet: damaged"):
        read_results(folder).frame  # noqa: B018
    # one that was cut off does not count: the same study runs its cell again
    part.write_bytes(content[:200])
    assert len(read_results(folder).cells) == len(tiny_run.cells) - 1


def test_a_budget_beyond_the_data_is_found_before_any_training(tiny_config, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "train", lambda *_, **__: pytest.fail("trained before the budgets were checked"))
    greedy = tiny_config.model_copy(update={"budgets": (0, 10**6)})
    with pytest.raises(InputError, match="fewer than the budget of 1,000,000"):
        run_study(greedy, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_passages_are_shared_by_collections_with_the_same_documents_and_ids_only(monkeypatch):
    monkeypatch.setattr(shelf, "encode_passages", lambda _, collection: collection.docs["doc_id"].tolist())
    own = shelf.Shelf()
    swahili, somali = load_collection("demo/en/sw"), load_collection("demo/en/so")
    assert own.vectors(swahili, None) is own.vectors(somali, None)
    renamed = replace(
        somali,
        docs=somali.docs.assign(doc_id="x" + somali.docs["doc_id"]),
        qrels=somali.qrels.assign(doc_id="x" + somali.qrels["doc_id"]),
    )
    assert own.vectors(renamed, None) == renamed.docs["doc_id"].tolist()


def test_passages_are_another_encoders_own_and_the_last_few_are_held(monkeypatch):
    encoded = []

    def encode(encoder, collection):
        encoded.append(encoder)
        return encoder

    monkeypatch.setattr(shelf, "encode_passages", encode)
    own, collection, encoders = shelf.Shelf(), load_collection("demo/en/so"), [object() for _ in range(shelf.HELD + 1)]
    for encoder in [*encoders, encoders[-1], encoders[0]]:
        assert own.vectors(collection, encoder) is encoder
    assert encoded == [*encoders, encoders[0]]


def test_passages_on_disk_are_opened_again_by_another_study(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("CLIRLAB_CACHE", str(tmp_path))
    collection = load_collection("demo/en/so")
    first = shelf.Shelf("disk").vectors(collection, tiny)
    monkeypatch.setattr(shelf, "build_index", lambda *_: pytest.fail("the passages were encoded again"))
    again = shelf.Shelf("disk").vectors(collection, tiny)
    assert again.doc_ids == first.doc_ids == collection.docs["doc_id"].tolist()


def test_only_pairs_that_training_comes_to_see_are_prepared():
    pairs = TextPairs("many", "sw", tuple(f"s{i}" for i in range(100)), tuple(f"e{i}" for i in range(100)))
    some = module.reached(pairs, TrainingSettings(steps=3, batch_size=8), seed=0)
    assert len(some) == 24 and some != module.reached(pairs, TrainingSettings(steps=3, batch_size=8), seed=1)
    assert module.reached(pairs, TrainingSettings(steps=20, batch_size=8), seed=0) is pairs
    assert module.reached(pairs, TrainingSettings(steps=1, batch_tokens=100), seed=0) is pairs


@pytest.fixture(scope="module")
def forms_run(tiny_config, tmp_path_factory):
    """Arms that differ in how they ask, one seed, undamaged queries."""
    taught = {"supervision": "bitext", "objective": "infonce", "training": {"steps": 1}}
    arms = {
        "zero-shot": None,
        "human": None,
        "centred": None,
        "fused": {"queries": "fused", "query_settings": {"lexicon": "dictionary"}},
        "shuffled-fused": {"queries": "fused", "query_settings": {"lexicon": "dictionary", "shuffled": True}},
        "taught": taught,
        "taught/fused": taught | {"queries": "fused", "query_settings": {"lexicon": "induced"}},
        "taught/dictionary": taught | {"queries": "fused", "query_settings": {"lexicon": "dictionary"}},
        "reads glosses": {"supervision": "glossed", "queries": "native+gloss", "training": {"steps": 1}},
    }
    values = tiny_config.model_dump(mode="json") | {
        "arms": arms,
        "budgets": [0, 250],
        "seeds": [0, 1],
        "perturbation": {},
        "scorers": ["maxsim", "bm25"],
    }
    trained = []
    original = module.train

    def counted(*arguments, **settings):
        trained.append(settings["seed"])
        return original(*arguments, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "train", counted)
        run = run_study(
            validate(StudyConfig, values, "forms"), tmp_path_factory.mktemp("forms") / "run", progress=False
        )
    return run, trained


def test_arms_that_ask_in_other_ways_share_one_student(forms_run):
    _, trained = forms_run
    assert sorted(trained) == [0] * 3 + [1] * 3  # taught on all words, on half of them, and reads glosses; two seeds


def test_an_arm_that_needs_no_words_is_run_once(forms_run):
    cells = forms_run[0].cells.set_index("arm")
    assert cells.loc[["zero-shot", "human", "centred"], "budget"].tolist() == [0, 0, 0]
    assert (cells.loc["fused", "budget"] == 250).all() and len(cells.loc["fused"]) == 2


def test_what_is_spent_on_a_lexicon_is_told(forms_run):
    cells = forms_run[0].cells.query("seed == 0").set_index("arm")
    assert 200 < cells.loc["fused", "words"] <= 250
    assert cells.loc["taught/fused", "words"] == cells.loc["taught", "words"]  # its lexicon comes from the same pairs
    assert 200 < cells.loc["taught/dictionary", "words"] <= 250  # half for sentences, half for entries
    assert 0 < cells.loc["fused", "glossed"] < 1
    assert "look up" in cells.loc["taught/fused", "description"]


def test_translations_by_people_rank_like_themselves_and_better_than_the_queries(forms_run):
    run = forms_run[0]
    overlap = run.cells.query("seed == 0").set_index("arm")["overlap"]
    assert overlap["human"] == pytest.approx(1) and overlap["zero-shot"] < 0.9
    mean = run.frame.query("scorer == 'maxsim' and measure == 'RR@10'").groupby("arm")["value"].mean()
    assert mean["human"] > mean["zero-shot"]
    table = comparison(run, "so", "maxsim", "RR@10").set_index("arm")
    assert table["closed"].drop(["zero-shot", "human"]).notna().all() and table["closed"][["human"]].isna().all()
    assert table.loc["fused", "control"] in ("shuffled-fused", "zero-shot")


def test_bm25_is_asked_of_arms_without_a_student(forms_run):
    frame = forms_run[0].frame
    assert set(frame.query("scorer == 'bm25'")["arm"]) == {"zero-shot", "human", "centred", "fused", "shuffled-fused"}


def test_the_report_tells_of_bounds_and_overlap(forms_run, tmp_path):
    page = write_report(forms_run[0], tmp_path / "figures").read_text(encoding="utf-8")
    assert "rank-biased overlap" in page and "closed" in page and "taught/fused" in page
