"""Groups of cells in, outcomes out as they come: the workers of a Dask cluster, here or elsewhere.

The process that is asked says which worker does what: one cell at a time each, cells of one student one after the other
by the same worker. Workers that come later get work too; one that dies costs the cell that it was at a try.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple

import dask
import torch
from distributed import Client, Future, KilledWorker, LocalCluster, wait
from distributed.client import ClosedClientError, FutureCancelledError
from distributed.comm import CommClosedError

from clirlab.errors import InputError
from clirlab.retrieval.sharded import connected_to
from clirlab.study.cells import Cell
from clirlab.study.config import StudyConfig
from clirlab.study.groups import Group, next_group
from clirlab.study.worker import Failed, Make, Outcome, prepare, work

TRIES = 3  # of a cell whose workers die
POLL = 1.0  # seconds between two looks at who is alive
# a worker is started anew when it dies; a spawned Python that imports torch takes a while on a busy machine
PATIENCE = 120.0
ANSWER = 10.0
QUIET = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
LOST = (ClosedClientError, CommClosedError, FutureCancelledError, OSError)


class Again(NamedTuple):
    """A worker died with a cell, which is tried once more."""

    message: str


class Job(NamedTuple):
    """What a worker is at: a cell, and those of its group that come after it."""

    worker: str
    cell: Cell
    rest: Group


@contextmanager
def local_workers(n: int) -> Iterator[Client]:
    """Processes that share out the threads of this one; they end with it, and Ctrl-C is not for them."""
    threads = max(1, torch.get_num_threads() // n)
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    with (
        dask.config.set(
            {
                "distributed.scheduler.allowed-failures": 0,
                "distributed.worker.daemon": True,
                "distributed.nanny.pre-spawn-environ": dict.fromkeys(names, threads),
            }
        ),
        LocalCluster(
            n_workers=n,
            threads_per_worker=threads,
            processes=True,
            memory_limit=None,  # what is mapped from files would count, and need not be in memory
            dashboard_address="127.0.0.1:0",
            preload=[QUIET],
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def workers_of(n: int, scheduler: str | Client | None) -> Iterator[Client]:
    """The workers of a cluster that runs already, or n processes here.

    Raises
    ------
    InputError
        If no scheduler answers, or it has no workers.
    """
    with local_workers(n) if scheduler is None else connected_to(scheduler, ANSWER) as client:
        yield client


def prepare_all(client: Client, make: Make, config: StudyConfig) -> tuple[str, ...]:
    """Let all workers read the data of a study; the warnings that come of it.

    Raises
    ------
    InputError
        If anything about the configuration or its data is wrong, or a worker dies of them.
    """
    asked = {
        client.submit(prepare, make, config, threads, workers=[worker], pure=False): worker
        for worker, threads in alive_workers(client, ANSWER).items()
    }
    notes: dict[str, None] = {}
    try:
        while asked:
            for future in ended_tasks(client, asked):
                worker = asked.pop(future)
                if was_lost(future):
                    raise InputError(
                        f"the worker {worker} ended while it read the data of the study (killed: out of memory?); "
                        "use fewer workers"
                    )
                notes |= dict.fromkeys(future.result())
    except LOST as error:
        raise scheduler_lost(error) from error
    finally:
        _cancel(client, asked)
    return tuple(notes)


def run_on(
    client: Client, make: Make, config: StudyConfig, groups: list[Group], patience: float = PATIENCE
) -> Generator[tuple[Cell, Outcome | Again, str]]:
    """Run groups of cells; each cell with what became of it and the worker that had it.

    Raises
    ------
    InputError
        If the scheduler is lost, or for so many seconds there is no worker.
    """
    waiting, jobs = [list(group) for group in groups], dict[Future, Job]()
    seen, deaths = defaultdict[str, set[str]](set), Counter[Cell]()

    def submit(worker: str, threads: int, group: Group) -> None:
        future = client.submit(work, make, config, group[0], threads, workers=[worker], pure=False)
        jobs[future] = Job(worker, group[0], group[1:])
        seen[worker].add(group[0].language)

    try:
        while waiting or jobs:
            alive = alive_workers(client, patience)
            for worker in alive.keys() - {job.worker for job in jobs.values()}:
                if waiting:
                    others = {other: seen[other] for other in alive if other != worker}
                    submit(worker, alive[worker], next_group(waiting, seen[worker], others))
            for future in ended_tasks(client, {future: job.worker for future, job in jobs.items()}):
                worker, cell, rest = jobs.pop(future)
                outcome: Outcome | Again
                if was_lost(future):
                    deaths[cell] += 1
                    message = f"the worker {worker} ended while it ran {cell.name} (killed: out of memory?)"
                    if deaths[cell] < TRIES:
                        outcome = Again(f"{message}; try {deaths[cell] + 1} of {TRIES} comes")
                        rest = [cell, *rest]
                    else:
                        outcome = Failed(f"{message}, the last of {TRIES} tries", "", TRIES)
                    if rest:
                        waiting.insert(0, rest)
                else:
                    if rest:
                        submit(worker, alive[worker], rest)
                    outcome = _outcome(future)
                yield cell, outcome, worker
    except LOST as error:
        raise scheduler_lost(error) from error
    finally:
        _cancel(client, jobs)


def alive_workers(client: Client, patience: float) -> dict[str, int]:
    """Address → threads of the workers that there are; waits for the first so many seconds."""
    if alive := _threads(client):
        return alive
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise InputError(
            f"there has been no worker for {patience:g} s; what is done is kept: start some and give the same command "
            "again"
        ) from error
    return _threads(client)


def _threads(client: Client) -> dict[str, int]:
    if client.scheduler is None:
        raise CommClosedError("the connection is closed")
    return dict(client.nthreads())


def ended_tasks(client: Client, asked: Mapping[Future, str]) -> list[Future]:
    """Wait a moment for tasks to end; those that did, and those whose worker is gone."""
    try:
        with client.as_current():
            wait(list(asked), timeout=POLL, return_when="FIRST_COMPLETED")
    except TimeoutError:
        alive = _threads(client)
        return [future for future, worker in asked.items() if future.done() or worker not in alive]
    return [future for future in asked if future.done()]


def was_lost(future: Future) -> bool:
    """Whether a task was lost with its worker."""
    return not future.done() or (future.status == "error" and isinstance(future.exception(), KilledWorker))


def _outcome(future: Future) -> Outcome:
    error = future.exception() if future.status == "error" else None
    if error is None:
        return future.result()
    # not even begun: the worker lacks the package, for example
    return Failed(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def _cancel(client: Client, futures: Mapping[Future, object]) -> None:
    with suppress(*LOST):
        client.cancel(list(futures))


def scheduler_lost(error: BaseException) -> InputError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"the Dask scheduler was lost ({reason}); what is done is kept: start it and give the same command again"
    )
