"""Cells of a sweep in, executed notebooks out as they come: here, in processes of this machine, or on a Dask cluster.

A worker needs this package with the same code, the folder that the notebooks work in, and the same data; this is
compared before the first notebook is run. What it does comes back as text: it need not see the folder of the sweep.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from distributed import Client, Future

from clirlab.batch.config import Plan, SweepCell
from clirlab.batch.find import Notebook
from clirlab.batch.key import code_version, data_of
from clirlab.batch.run import Performed, perform
from clirlab.errors import InputError
from clirlab.study.cluster import (
    LOST,
    PATIENCE,
    TRIES,
    alive_workers,
    ended_tasks,
    scheduler_lost,
    was_lost,
    workers_of,
)

Done = Generator[tuple[SweepCell, Performed]]


class Site(NamedTuple):
    """What a process has to have for its notebooks to find the same: code, a folder to work in, and data."""

    code: str
    folder: bool
    data: dict[str, str]


@contextmanager
def crew_of(plan: Plan, folder: Path, workers: int, scheduler: str | Client | None) -> Iterator[Any]:
    """A function that takes cells and yields each with what became of it.

    Parameters
    ----------
    workers : int
        Processes of this machine; with 1, one notebook after the other is run from this process.
    scheduler : str or distributed.Client, optional
        Of a cluster that runs already.

    Raises
    ------
    InputError
        If no scheduler answers, it has no workers, or one of them lacks something; it is named.
    """
    if scheduler is None and workers == 1:
        yield partial(_one_by_one, plan.notebook, folder)
        return
    with workers_of(workers, scheduler) as client:
        if scheduler is not None:
            check_workers(client, plan, folder)
        yield partial(_spread, client, plan.notebook, folder)


def site_of(texts: Sequence[str], folder: str) -> Site:
    """What this process has; of a folder that is not there no data are looked up."""
    there = Path(folder).is_dir()
    return Site(code_version(), there, data_of(texts, Path(folder)) if there else {})


def check_workers(client: Client, plan: Plan, folder: Path) -> None:
    """Compare every worker with this process.

    Raises
    ------
    InputError
        If one lacks the package, the folder or data, or has others.
    """
    for worker, found in client.run(site_of, list(plan.data), str(folder), on_error="return").items():
        if isinstance(found, BaseException):
            raise InputError(f"the worker {worker} cannot run notebooks: {type(found).__name__}: {found}")
        if found.code != code_version():
            raise InputError(
                f"the worker {worker} has clirlab {found.code}, this is {code_version()}; install the same"
            )
        if not found.folder:
            raise InputError(f"the worker {worker} has no folder {folder}, where the notebooks are to work")
        other = [text for text, checksum in plan.data.items() if found.data.get(text) != checksum]
        if other:
            raise InputError(
                f"the worker {worker} lacks data, or has others: {', '.join(other)}; are its CLIRLAB_DATA and files "
                "those of this machine?"
            )


def _one_by_one(notebook: Notebook, folder: Path, cells: Sequence[SweepCell]) -> Done:
    for cell in cells:
        yield cell, perform(notebook, cell.parameters, folder)


def _spread(client: Client, notebook: Notebook, folder: Path, cells: Sequence[SweepCell]) -> Done:
    """One cell at a time to each worker; one whose worker dies is tried on another."""
    waiting, at = deque(cells), dict[Future, tuple[str, SweepCell]]()
    deaths = Counter[str]()
    try:
        while waiting or at:
            alive = alive_workers(client, PATIENCE)
            for worker in alive.keys() - {busy for busy, _ in at.values()}:
                if waiting:
                    cell = waiting.popleft()
                    future = client.submit(perform, notebook, cell.parameters, folder, workers=[worker], pure=False)
                    at[future] = worker, cell
            for future in ended_tasks(client, {future: worker for future, (worker, _) in at.items()}):
                _, cell = at.pop(future)
                if not was_lost(future):
                    error = future.exception()
                    yield (
                        cell,
                        future.result() if error is None else Performed("", f"{type(error).__name__}: {error}", 0),
                    )
                    continue
                deaths[cell.name] += 1
                if deaths[cell.name] < TRIES:
                    waiting.append(cell)
                else:
                    yield cell, Performed("", f"its worker ended, {TRIES} times (out of memory?)", 0)
    except LOST as error:
        raise scheduler_lost(error) from error
    finally:
        if client.status == "running":
            client.cancel(list(at))
