"""A run folder in, its results out: one frame, or for tables beyond memory a data set that is asked in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from clirlab.errors import InputError, unknown_name
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.store import NESTED, done_records, failures, part_of


class _WhenAsked:
    """A frame, or a function that gives it when it is first asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"

    def __get__(self, instance: Any, owner: type) -> pd.DataFrame:
        if instance is None:
            raise AttributeError(self.name[1:])
        if callable(table := instance.__dict__[self.name]):
            table = instance.__dict__[self.name] = table()
        return table

    def __set__(self, instance: Any, value: pd.DataFrame | Callable[[], pd.DataFrame]) -> None:
        instance.__dict__[self.name] = value


@dataclass(frozen=True, repr=False, eq=False)
class Results:
    """What a study found.

    Attributes
    ----------
    folder : Path
    config : StudyConfig
    frame : DataFrame
        arm, language, budget, seed, perturbation, severity, query_id, measure, value, collection, scorer. Read when it
        is first asked for.
    cells : DataFrame
        One row a cell: language, arm, budget, seed, pairs, words, description, first_loss, last_loss, seconds; types,
        tokens, type_coverage, token_coverage of what was bought to train on, see `clirlab.supervision.purchases`;
        entries of the lexicon that glosses come from, and glossed: the share of the queries' words that it holds;
        overlap: rank-biased overlap (p = .9) with the rankings of people's translations, by the first scorer;
        overlapping: sentence pairs of the language that were left out because its collection holds them; peak_mib: the
        most memory that the process held meanwhile.
    failed : DataFrame
        One row a cell that failed: language, arm, budget, seed, message, traceback, tries.
    """

    folder: Path
    config: StudyConfig
    frame: pd.DataFrame = _WhenAsked()
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    failed: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        left = f", {len(self.failed)} failed" if len(self.failed) else ""
        return f"Results({self.config.name}: {len(self.cells)} cells{left}, in {self.folder})"

    @property
    def dataset(self) -> ds.Dataset:
        """The table of the run folder as an Arrow data set, which reads what is asked of it and no more.

        DuckDB and Polars query it as it is: ``duckdb.sql("select … from dataset")``.
        """
        return dataset_of([part_of(self.folder, cell) for cell in done_records(self.folder, self.config)])

    def means(self, by: Sequence[str], where: ds.Expression | None = None) -> pd.DataFrame:
        """Mean scores by some columns of the table, computed in the files: in seconds also for ten million rows.

        Parameters
        ----------
        by : sequence of str
            Columns of the table.
        where : pyarrow.dataset.Expression, optional
            Rows that count, for example ``pyarrow.dataset.field("severity") == 0``.

        Returns
        -------
        DataFrame
            The columns, in their order; value, the mean; rows, how many there are.

        Raises
        ------
        InputError
            If the table has no such column.
        """
        dataset = self.dataset
        for name in by:
            if name not in dataset.schema.names:
                raise unknown_name("column", name, dataset.schema.names)
        table = dataset.to_table([*by, "value"], filter=where)
        found = table.group_by(list(by)).aggregate([("value", "mean"), ("value", "count")])
        frame = found.rename_columns([*by, "value", "rows"]).to_pandas()
        return frame.sort_values(list(by), ignore_index=True)


def dataset_of(parts: Sequence[Path]) -> ds.Dataset:
    """Parts of a results table as one data set; columns that some of them lack are null there.

    Raises
    ------
    InputError
        If one of them cannot be read.
    """
    try:
        # parts of earlier versions have fewer columns
        schema = pa.unify_schemas([pq.read_schema(part).remove_metadata() for part in parts])
        return ds.dataset([str(part) for part in parts], schema=schema)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(parts, error) from error


def _frame(parts: Sequence[Path]) -> pd.DataFrame:
    try:
        return dataset_of(parts).to_table().to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(parts, error) from error


def _damaged(parts: Sequence[Path], error: Exception) -> InputError:
    """The error that names the first part that cannot be read."""
    for part in parts:
        try:
            pd.read_parquet(part)
        except (pa.ArrowException, OSError) as own:
            return InputError(f"{part}: damaged ({own}); delete it and give the study again")
    return InputError(f"{parts[0].parent}: the parts cannot be read as one table ({error})")


def read_results(folder: str | Path) -> Results:
    """Read a run folder; a study that was interrupted gives the cells that are done.

    Raises
    ------
    InputError
        If it is no run folder, no cell is done, or a part cannot be read.
    """
    folder = Path(folder)
    if not (folder / "provenance.json").is_file():
        raise InputError(f"{folder}: not a run folder (no provenance.json); make one with clirlab study")
    config = read_config(folder / "config.yaml")
    records = done_records(folder, config)
    failed = failures(folder, config)
    if not records:
        reason = f" ({len(failed)} failed; --retry-failed runs them again)" if failed else ""
        raise InputError(f"{folder}: no cell is done yet{reason}; run clirlab study with this --out")
    parts = [part_of(folder, cell) for cell in records]
    cells = [{key: value for key, value in record.items() if key not in NESTED} for record in records.values()]
    dataset_of(parts)  # what is damaged is found here
    return Results(folder, config, lambda: _frame(parts), pd.DataFrame(cells), pd.DataFrame(list(failed.values())))
