"""Trials that are done in, the tuning table out: where each trial keeps its scores, and how they compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clirlab.errors import InputError
from clirlab.files import write_aside
from clirlab.study.grid import TuneConfig, default_of, plan_of
from clirlab.study.journal import Entry
from clirlab.study.trial import Outcome

STATES = {"complete": "done", "fail": "failed"}
FIGURES = ["mean", "spread", "behind", "error"]


def place_of(folder: Path, arm: str, trial: int) -> Path:
    """The run folder of a trial."""
    return folder / "trials" / quote(arm, safe=" +").replace(".", "%2E") / f"{trial:03d}"


def scores_file(folder: Path, arm: str, trial: int) -> Path:
    """The file with the scores of a trial; there when the trial is done."""
    return place_of(folder, arm, trial).with_suffix(".parquet")


def write_scores(path: Path, outcome: Outcome) -> None:
    table = pa.Table.from_pandas(outcome.values, preserve_index=False)
    with write_aside(path) as partial:
        pq.write_table(table.replace_schema_metadata({"seconds": str(outcome.seconds)}), partial)


def read_scores(path: Path) -> Outcome:
    """What `write_scores` wrote.

    Raises
    ------
    InputError
        If it is damaged.
    """
    try:
        table = pq.read_table(path)
        return Outcome(table.to_pandas(), float(table.schema.metadata[b"seconds"]))
    except (pa.ArrowException, OSError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); delete it and give the same command again") from error


def score(values: pd.DataFrame) -> float:
    """Mean over questions and seeds of each language, then over languages: each counts the same, however many ask.

    Examples
    --------
    >>> score(pd.DataFrame({"language": ["ig", "ig", "zu"], "value": [0.0, 1.0, 1.0]}))
    0.75
    """
    return float(values.groupby("language")["value"].mean().mean())


def spread(values: pd.DataFrame) -> float:
    """Standard deviation of the score over the seeds; NaN with one."""
    return float(values.groupby(["seed", "language"])["value"].mean().groupby("seed").mean().std())


def error_of_difference(best: pd.DataFrame, other: pd.DataFrame) -> float:
    """Standard error of the difference of two scores, paired over the questions.

    Examples
    --------
    >>> frame = lambda values: pd.DataFrame({"language": "ig", "query_id": ["a", "b"], "value": values})
    >>> error_of_difference(frame([1.0, 0.5]), frame([0.5, 0.5]))
    0.25
    """
    mean = [part.groupby(["language", "query_id"])["value"].mean() for part in (best, other)]
    by_language = (mean[0] - mean[1]).groupby("language")
    return float(np.sqrt((by_language.var() / by_language.size()).sum()) / by_language.ngroups)


def tuning_table(config: TuneConfig, folder: Path, entries: Mapping[tuple[str, int], Entry]) -> pd.DataFrame:
    """One row a trial; see `clirlab.study.tune.Tuning`."""
    rows, languages = [], list(config.study.languages)
    for arm, points in plan_of(config).items():
        found = {
            trial: read_scores(scores_file(folder, arm, trial))
            for trial in points
            if entries[arm, trial].state == "complete"
        }
        means = {trial: score(outcome.values) for trial, outcome in found.items()}
        # of equals the first, as max gives it
        best = max(means, key=means.__getitem__, default=None)
        default = default_of(config, arm)
        for trial, point in points.items():
            state, message = entries[arm, trial]
            row: dict[str, Any] = {"arm": arm, "trial": trial, **point}
            row |= dict.fromkeys([*languages, *FIGURES, "seconds"], np.nan)
            if trial in found and best is not None:
                values = found[trial].values
                row |= values.groupby("language")["value"].mean().to_dict()
                row |= {"mean": means[trial], "spread": spread(values), "behind": means[best] - means[trial]}
                row |= {"error": error_of_difference(found[best].values, values), "seconds": found[trial].seconds}
            row |= {"default": point == default, "chosen": trial == best}
            rows.append(row | {"state": STATES.get(state, state), "message": message})
    table = pd.DataFrame(rows)
    settings = [column for column in table if "." in column]
    end = [*FIGURES, "default", "chosen", "seconds", "state", "message"]
    return table[["arm", "trial", *settings, *languages, *end]]
