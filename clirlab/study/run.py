"""A configuration in, a results table out: each cell trained, asked and written; a second call goes on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from distributed import Client

from clirlab.errors import InputError
from clirlab.files import write_aside
from clirlab.study.cells import Cell, cells_of
from clirlab.study.cluster import Again, prepare_all, run_on, workers_of
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.groups import Group, groups_of
from clirlab.study.laboratory import Laboratory
from clirlab.study.outlook import outlook
from clirlab.study.results import Results, read_results
from clirlab.study.screen import Screen
from clirlab.study.store import check_distinct, check_run, done_records, locked, open_run, write_cell, write_failure
from clirlab.study.worker import Bench, Failed, Found, Make, Outcome, run_cell


def run_study(
    config: str | Path | StudyConfig = "demo",
    out: str | Path | None = None,
    fresh: bool = False,
    progress: bool = True,
    laboratory: Laboratory | None = None,
    workers: int = 0,
    scheduler: str | Client | None = None,
    retry_failed: bool = False,
    only: Sequence[Cell] | None = None,
    make: Make = Laboratory,
) -> Results:
    """Run a study, or what is left of it.

    Parameters
    ----------
    config : str, Path or StudyConfig
        A YAML file, the name of a study that comes with the package, or a configuration.
    out : str or Path, optional
        The run folder; ``runs/NAME`` where not given. Cells that are done there are not run again.
    fresh : bool
        Move a run folder that is there aside and start anew.
    progress : bool
        Show the finished cells and the time left on standard error.
    laboratory : Laboratory, optional
        Of the same material, which then need not be read again; cells are run in this process.
    workers : int
        Processes on this machine that share the cells and the threads; with 0, cells are run in this process. A script
        has to guard its entry point then (``if __name__ == "__main__"``).
    scheduler : str or distributed.Client, optional
        A Dask cluster that runs the cells instead, for example ``"tcp://10.0.0.1:8786"``. Its workers need the package
        and the data, but do not have to see the run folder.
    retry_failed : bool
        Run cells again that failed before.
    only : sequence of Cell, optional
        Cells to run, where it is not all of them.
    make : callable
        What makes the laboratory of a configuration; for workers it has to be picklable.

    Returns
    -------
    Results
        With the same seeds the same table: to the last bit where each worker has the same number of threads and kind of
        processor, else up to the rounding of the arithmetic.

    Raises
    ------
    InputError
        If anything about the configuration or its data is wrong (all data are read before the first cell is run), the
        run folder holds another configuration's results or another process is at work on it, the disk is full, or the
        cluster is lost. What is done is kept. A cell that fails is written down instead, with a warning, and the others
        go on.

    Examples
    --------
    >>> results = run_study("demo", "runs/demo", workers=2)  # doctest: +SKIP
    """
    chosen = config if isinstance(config, StudyConfig) else read_config(config)
    if workers < 0:
        raise InputError(f"workers must be 0 or more, not {workers}")
    if (scheduler is not None or laboratory is not None) and workers:
        raise InputError("workers are processes of this machine: they go with neither a scheduler nor a laboratory")
    folder = Path(out) if out is not None else Path("runs") / chosen.name

    def left() -> list[Cell]:
        states = outlook(chosen, folder, retry_failed=retry_failed).cells["state"]
        cells = [cell for cell, state in zip(cells_of(chosen), states, strict=True) if state == "open"]
        return cells if only is None else [cell for cell in cells if cell in set(only)]

    check_distinct(chosen)
    if fresh or left():
        with ExitStack() as stack:
            # held before the data are read, which takes a while; a folder that is not there is made after that
            if there := not fresh and check_run(folder, chosen):
                stack.enter_context(locked(folder))
            crew = stack.enter_context(_crew(chosen, make, laboratory, workers, scheduler))
            if not there:
                open_run(folder, chosen, fresh)
                stack.enter_context(locked(folder))
            _run_cells(crew, chosen, folder, left(), progress)
    results = read_results(folder)
    if len(results.failed):
        warnings.warn(
            f"{len(results.failed)} of {len(cells_of(chosen))} cells failed (the tracebacks are in {folder / 'cells'}, "
            "*.failed.json); --retry-failed runs them again",
            UserWarning,
            stacklevel=2,
        )
    return results


Outcomes = Generator[tuple[Cell, Outcome | Again, str]]


class _Crew(NamedTuple):
    """What runs groups of cells, and how many at a time."""

    run: Callable[[list[Group]], Outcomes]
    size: int


@contextmanager
def _crew(
    config: StudyConfig, make: Make, laboratory: Laboratory | None, workers: int, scheduler: str | Client | None
) -> Iterator[_Crew]:
    """This process or others, with all data of the study read."""
    if scheduler is None and not workers:
        bench = make(config) if laboratory is None else laboratory.with_arms(config)
        yield _Crew(partial(_one_by_one, bench, config), 1)
        return
    with workers_of(workers, scheduler) as client:
        for note in prepare_all(client, make, config):
            warnings.warn(note, UserWarning, stacklevel=2)
        yield _Crew(partial(run_on, client, make, config), len(client.nthreads()))


def _one_by_one(bench: Bench, config: StudyConfig, groups: list[Group]) -> Outcomes:
    for group in groups:
        for cell in group:
            yield cell, run_cell(bench, config, cell), ""


def _run_cells(crew: _Crew, config: StudyConfig, folder: Path, left: list[Cell], progress: bool) -> None:
    """Run cells and keep what becomes of each as soon as it is known."""
    records = done_records(folder, config)
    seconds = {cell: float(record.get("seconds", 0)) for cell, record in records.items()}
    data: dict[str, dict[str, str]] = {}
    for cell, record in records.items():
        data.setdefault(cell.language, (record.get("provenance") or {}).get("data", {}))
    with (
        Screen(f"study {config.name}", seconds, left, crew.size, progress) as screen,
        closing(crew.run(groups_of(config, left))) as outcomes,
    ):
        for cell, outcome, worker in outcomes:
            if isinstance(outcome, Again):
                screen.note(outcome.message)
                continue
            if isinstance(outcome, Found):
                for note in outcome.notes:
                    screen.note(f"{cell.name}: {note}")
                outcome = _same_data(outcome, cell, data)
            if isinstance(outcome, Failed):
                write_failure(folder, cell, outcome.message, outcome.traceback, tries=outcome.tries, worker=worker)
                screen.ended(cell, 0, f"failed: {outcome.message}", failed=True, worker=worker)
            else:
                for name, content in outcome.files.items():
                    with write_aside(folder / name) as partial_file:
                        partial_file.write_bytes(content)
                write_cell(folder, config, cell, outcome.content, outcome.record, outcome.provenance)
                told = f"{config.measures[0]} {outcome.score:.3f}"
                screen.ended(cell, float(outcome.record.get("seconds", 0)), told, worker=worker)


def _same_data(found: Found, cell: Cell, data: dict[str, dict[str, Any]]) -> Outcome:
    """What a cell found, or its failure where it read other data than the cells of its language before."""
    now = found.provenance["data"]
    before = data.setdefault(cell.language, now) or now
    if differing := [name for name in now if before.get(name, now[name]) != now[name]]:
        return Failed(
            f"the {', '.join(differing)} of {cell.language} on {found.provenance['host']} is not what the cells before "
            "it read: their results cannot be compared; see to it that all have the same data, or start anew (--fresh)",
            "",
        )
    return found
