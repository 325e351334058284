"""A tuning configuration in, the whole table of its trials and a file of chosen settings out; a second call goes on.

::

    OUT/config.yaml, provenance.json   the configuration, expanded; its hash, versions, machine
    OUT/trials/ARM/PLACE/              the run folder of a trial, a study of one arm
    OUT/trials/ARM/PLACE.parquet       its scores; there when the trial is done
    OUT/journal.log, logs/             who runs what; what workers had to say
    OUT/tuning.parquet, tuning.csv     the table
    OUT/tuned.yaml                     the chosen settings, as studies read them
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from clirlab.errors import InputError
from clirlab.files import set_aside, write_aside
from clirlab.study.config import StudyConfig
from clirlab.study.grid import TuneConfig, axes_of, check_apart, plan_of, read_tune_config
from clirlab.study.journal import Board, run_all
from clirlab.study.provenance import PACKAGES
from clirlab.study.scores import place_of, read_scores, score, scores_file, tuning_table, write_scores
from clirlab.study.store import write_json
from clirlab.study.trial import Outcome, check_study, run_trial, trial_study
from clirlab.study.tuned import nested

Trial = Callable[[StudyConfig, str, Path], Outcome]


@dataclass(frozen=True, repr=False)
class Tuning:
    """What tuning found.

    Attributes
    ----------
    folder : Path
    config : TuneConfig
    table : DataFrame
        One row a trial: arm; trial (its place in the arm's grid); a column for each setting, empty where it is none of
        the arm's; a column for each development language with the mean over its questions and the seeds; mean (of the
        languages); spread (standard deviation of that mean over seeds, NaN with one); behind (how much less than the
        best of the arm); error (standard error of that difference, paired over questions); default (the point without
        tuning); chosen; seconds; state (done, failed, running, waiting); message.
    chosen : dict
        Arm → settings, as `clirlab.study.tuned.read_tuned` gives them; empty as long as a trial is not run.
    left_out : tuple of str
        Arms without anything to tune.
    """

    folder: Path
    config: TuneConfig
    table: pd.DataFrame
    chosen: dict[str, dict[str, Any]]
    left_out: tuple[str, ...]

    def __repr__(self) -> str:
        done = (self.table["state"] == "done").sum()
        return f"Tuning({self.config.study.name}: {done} of {len(self.table)} trials done, in {self.folder})"

    @property
    def file(self) -> Path:
        """The file of chosen settings that studies read."""
        return self.folder / "tuned.yaml"

    def summary(self) -> pd.DataFrame:
        """One row an arm whose settings were chosen, the best first.

        Returns
        -------
        DataFrame
            arm; settings (dotted keys); mean and spread of the chosen trial; default (mean of the point without tuning,
            NaN where it failed); trials (done); level (how many of them, the chosen one included, are at most one
            standard error behind it: the more, the flatter the optimum); median (of the trials); edge (settings chosen
            at an end of three numbers or more: the optimum may lie beyond); rank (of the arm).
        """
        rows = []
        for arm, trials in self.table[self.table["state"] == "done"].groupby("arm", sort=False):
            if arm not in self.chosen:
                continue
            best, default = trials[trials["chosen"]].iloc[0], trials.loc[trials["default"], "mean"]
            axes = axes_of(self.config, str(arm))
            rows.append(
                {
                    "arm": arm,
                    "settings": {key: plan_of(self.config)[str(arm)][best["trial"]][key] for key in axes},
                    "mean": best["mean"],
                    "default": default.iloc[0] if len(default) else np.nan,
                    "spread": best["spread"],
                    "trials": len(trials),
                    "level": int((trials["behind"] <= trials["error"]).sum()),
                    "median": trials["mean"].median(),
                    "edge": [key for key, values in axes.items() if _at_edge(best[key], values)],
                }
            )
        table = pd.DataFrame(rows).sort_values("mean", ascending=False, kind="stable", ignore_index=True)
        return table.assign(rank=table["mean"].rank(ascending=False, method="min").astype(int))


def _at_edge(value: Any, values: tuple[Any, ...]) -> bool:
    if len(values) < 3 or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        return False
    return value in (min(values), max(values))


def tune(
    config: str | Path | TuneConfig,
    out: str | Path | None = None,
    workers: int = 1,
    fresh: bool = False,
    progress: bool = True,
    trial: Trial = run_trial,
) -> Tuning:
    """Run the trials of every arm, or what is left of them, and choose the settings with the best development score.

    Parameters
    ----------
    config : str, Path or TuneConfig
        A YAML file, or a configuration.
    out : str or Path, optional
        Folder; ``runs/NAME`` (of the study) where not given. Trials that are done there are not run again, those that
        failed or were interrupted are; a larger number of trials adds to those that are there.
    workers : int
        Processes that share the trials; the cores that torch uses are shared out among them. With more than one, a
        script has to guard its entry point (``if __name__ == "__main__"``).
    fresh : bool
        Move a folder that is there aside and start anew.
    progress : bool
        Show a progress bar over the trials.
    trial : callable
        What runs one: (study of the one arm, arm, folder) → `Outcome`.

    Returns
    -------
    Tuning
        Best mean over the development languages, each the mean over its questions and the seeds; of equals the first
        in the order of the grid.

    Raises
    ------
    InputError
        If the configuration or its data are wrong (all data are read before the first trial), development and report
        overlap, or the folder holds another configuration's trials. What goes wrong in a trial is written down in the
        table instead, and the others go on.
    """
    chosen = config if isinstance(config, TuneConfig) else read_tune_config(config)
    if workers < 1:
        raise InputError(f"workers must be 1 or more, not {workers}")
    folder = Path(out) if out is not None else Path("runs") / chosen.study.name
    plan = plan_of(chosen)
    check_apart(chosen)
    if fresh or any(not scores_file(folder, arm, place).is_file() for arm in plan for place in plan[arm]):
        check_study(chosen.study)
    _open_folder(folder, chosen, fresh)
    run = partial(_run, chosen, folder, trial)
    entries = run_all(Board(folder / "journal.log", plan, run, partial(_score, folder)), workers, progress)
    table = tuning_table(chosen, folder, entries)
    whole = not table["state"].isin(["waiting", "running"]).any()
    settings = {
        str(arm): nested(plan[str(arm)][row["trial"]])
        for arm, row in table[table["chosen"]].set_index("arm").iterrows()
        if whole
    }
    tuning = Tuning(folder, chosen, table, settings, tuple(arm for arm in chosen.study.arms if arm not in plan))
    _write(tuning)
    return tuning


def _run(config: TuneConfig, folder: Path, trial: Trial, arm: str, place: int) -> float:
    """Run a trial and keep its scores."""
    outcome = trial(trial_study(config.study, arm, plan_of(config)[arm][place]), arm, place_of(folder, arm, place))
    write_scores(scores_file(folder, arm, place), outcome)
    return score(outcome.values)


def _score(folder: Path, arm: str, place: int) -> float | None:
    path = scores_file(folder, arm, place)
    return score(read_scores(path).values) if path.is_file() else None


def _write(tuning: Tuning) -> None:
    table = tuning.table
    with write_aside(tuning.folder / "tuning.csv") as partial_file:
        table.to_csv(partial_file, index=False)
    # a column of one type: the same setting may be a number in one arm and a word in another
    mixed = {key: table[key].map(str, na_action="ignore") for key in table if table[key].dtype == object}
    with write_aside(tuning.folder / "tuning.parquet") as partial_file:
        table.assign(**mixed).to_parquet(partial_file, index=False)
    if not tuning.chosen:
        return
    study, failed = tuning.config.study, int((table["state"] == "failed").sum())
    text = yaml.safe_dump(tuning.chosen, sort_keys=False, allow_unicode=True)
    head = [
        f"Settings chosen by `{_command()}`,",
        f"by {study.measures[0]} ({study.scorers[0]}) on {', '.join(study.languages)},",
        f"{study.budgets[-1]:,} translated words,",
        f"seeds {', '.join(map(str, study.seeds))}, {tuning.config.trials} trials of every arm"
        + (f"; {failed} of {len(table)} trials FAILED." if failed else "."),
        f"To be reported on: {', '.join([*tuning.config.report_languages, *tuning.config.report_collections])}.",
        ", ".join(f"{name} {number}" for name, number in _versions().items()),
    ]
    with write_aside(tuning.file) as partial_file:
        partial_file.write_text("".join(f"# {line}\n" for line in head) + text, encoding="utf-8")


def _command() -> str:
    return " ".join(" ".join([Path(sys.argv[0]).name, *sys.argv[1:]]).split())


def _versions() -> dict[str, str]:
    return {name: version(name) for name in (*PACKAGES, "optuna")} | {"python": platform.python_version()}


def _open_folder(folder: Path, config: TuneConfig, fresh: bool) -> None:
    """Make the folder, or check that the one that is there is of the same configuration."""
    if fresh:
        set_aside(folder)
    record = folder / "provenance.json"
    if record.is_file():
        try:
            found = json.loads(record.read_text(encoding="utf-8")).get("tune_hash")
        except (OSError, ValueError, AttributeError) as error:
            raise InputError(f"{record}: cannot be read ({error}); move the folder away and start anew") from error
        if found != config.hash:
            raise InputError(
                f"{folder} holds something else than the trials of this configuration ({found}, this one is "
                f"{config.hash}); choose another --out, or --fresh to move what is there aside"
            )
    elif folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty and holds no trials; choose another --out")
    with write_aside(folder / "config.yaml") as partial_file:
        values = config.model_dump(mode="json")
        partial_file.write_text(
            yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8"
        )
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    content = {"tune_hash": config.hash, "versions": _versions(), "machine": machine, "command": _command()}
    write_json(content, record)
