"""A list of trials in, each run once by whichever process is free: a journal that processes and machines can share.

The journal is one of Optuna, a study for each arm, so that its tools can read it. It says who runs what; that a trial
is done is said by what the trial wrote. So a journal that was lost costs nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NamedTuple

import optuna
import torch
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState, create_trial
from tqdm.auto import tqdm

from clirlab.errors import InputError

Settings = Mapping[str, Any]
Plan = Mapping[str, Mapping[int, Settings]]
INTERRUPTED = "interrupted"
OPEN = (TrialState.WAITING, TrialState.RUNNING)


class Board(NamedTuple):
    """Trials that are to be run, and where that is written down.

    Attributes
    ----------
    journal : Path
    plan : dict of str to dict of int to dict
        Arm → place of the trial in its grid → settings.
    run : callable
        ``run(arm, place)`` does a trial, keeps what it found and returns its score; has to be picklable.
    score : callable
        ``score(arm, place)`` of a trial that is done, None where it is not.
    """

    journal: Path
    plan: Plan
    run: Callable[[str, int], float]
    score: Callable[[str, int], float | None]


class Entry(NamedTuple):
    """What the journal says of a trial last: waiting, running, complete or fail, and why."""

    state: str
    message: str


def run_all(board: Board, workers: int = 1, progress: bool = True) -> dict[tuple[str, int], Entry]:
    """Run what is left of the trials; those that failed or were interrupted before are run again.

    Parameters
    ----------
    workers : int
        Processes that share the work; with one, it is done in this process. The cores that torch uses are shared out.
    progress : bool
        Show a progress bar over the trials.

    Returns
    -------
    dict
        (arm, place) → entry. A trial is ``running`` where another call, on this machine or another, is at it.

    Raises
    ------
    InputError
        If the journal cannot be read.
    RuntimeError
        If the worker processes end without taking up any trial.
    """
    storage = _open(board.journal)
    _post(storage, board)
    total = sum(map(len, board.plan.values()))
    states = [entry.state for entry in entries(storage, board.plan).values()]
    left = states.count("waiting")
    with tqdm(total=total, desc="tune", unit="trial", disable=not progress) as bar:
        bar.update(states.count("complete"))
        if workers > 1 and left > 1:
            _share(storage, board, min(workers, left), bar)
        else:
            _work(storage, board, bar)
    return entries(storage, board.plan)


def entries(storage: JournalStorage, plan: Plan) -> dict[tuple[str, int], Entry]:
    """The last entry of each trial of the plan."""
    found = {}
    for arm, trials in plan.items():
        for trial in _trials(storage, arm):
            if (place := trial.user_attrs["place"]) in trials:
                message = trial.user_attrs.get("message", "")
                if trial.state == TrialState.RUNNING:
                    message = "by process {1} on {0}".format(*trial.user_attrs.get("owner", ("?", "?")))
                found[arm, place] = Entry(trial.state.name.lower(), message)
    return found


def _open(path: Path) -> JournalStorage:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}); delete it, the trials that are done are not lost") from error


def _trials(storage: JournalStorage, arm: str, *states: TrialState) -> list[FrozenTrial]:
    study = storage.get_study_id_from_name(arm)
    return storage.get_all_trials(study, deepcopy=False, states=states or None)


def _id(storage: JournalStorage, arm: str, trial: FrozenTrial) -> int:
    return storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(arm), trial.number)


def _post(storage: JournalStorage, board: Board) -> None:
    """Enter every trial that is not there yet, or that has to be run once more."""
    for arm, trials in board.plan.items():
        study = optuna.create_study(storage=storage, study_name=arm, direction="maximize", load_if_exists=True)
        for trial in _trials(storage, arm, TrialState.RUNNING):
            if not _alive(trial.user_attrs.get("owner")):
                _fail(storage, _id(storage, arm, trial), INTERRUPTED)
        last = {trial.user_attrs["place"]: trial.state for trial in _trials(storage, arm)}
        choices = {key: list(dict.fromkeys(t[key] for t in trials.values())) for key in next(iter(trials.values()))}
        distributions: dict[str, BaseDistribution] = {
            key: CategoricalDistribution(values) for key, values in choices.items()
        }
        for place, settings in trials.items():
            score = board.score(arm, place)
            there = last.get(place)
            if there in OPEN or (there == TrialState.COMPLETE and score is not None):
                continue
            state = TrialState.WAITING if score is None else TrialState.COMPLETE
            study.add_trial(
                create_trial(
                    state=state,
                    value=score,
                    params=dict(settings),
                    distributions=distributions,
                    user_attrs={"place": place},
                )
            )


def _alive(owner: tuple[str, int] | None) -> bool:
    """Whether a process that has taken up a trial is still at it; of another machine's it cannot be known, so yes."""
    if owner is None or owner[1] == os.getpid():
        return False
    if owner[0] != platform.node():
        return True
    try:
        os.kill(owner[1], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _take(storage: JournalStorage, plan: Plan) -> tuple[str, int, int] | None:
    """Take up the first trial that waits: arm, place, id; None where none does."""
    for arm, trials in plan.items():
        for trial in _trials(storage, arm, TrialState.WAITING):
            trial_id = _id(storage, arm, trial)
            try:
                taken = trial.user_attrs["place"] in trials and storage.set_trial_state_values(
                    trial_id, TrialState.RUNNING
                )
            except UpdateFinishedTrialError:
                continue
            if taken:
                storage.set_trial_user_attr(trial_id, "owner", (platform.node(), os.getpid()))
                return arm, trial.user_attrs["place"], trial_id
    return None


def _fail(storage: JournalStorage, trial_id: int, message: str) -> None:
    storage.set_trial_user_attr(trial_id, "message", message)
    storage.set_trial_state_values(trial_id, TrialState.FAIL)


def _work(storage: JournalStorage, board: Board, bar: tqdm | None = None) -> None:
    """Take up trials until none waits, or the process that started this one is gone."""
    parent = multiprocessing.parent_process()
    while (parent is None or parent.is_alive()) and (taken := _take(storage, board.plan)):
        arm, place, trial_id = taken
        if bar is not None:
            bar.set_postfix_str(f"{arm} {place}")
        try:
            score = board.run(arm, place)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is written down, and the other trials go on
            with _log(board.journal).open("a", encoding="utf-8") as log:
                traceback.print_exc(file=log)
            _fail(storage, trial_id, " ".join(str(error).split()) or type(error).__name__)
        except BaseException:
            _fail(storage, trial_id, INTERRUPTED)
            raise
        else:
            storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [score])
        if bar is not None:
            bar.update()


def _share(storage: JournalStorage, board: Board, workers: int, bar: tqdm) -> None:
    """Let worker processes take up the trials; one that dies costs its trial alone."""
    context = multiprocessing.get_context("spawn")
    threads = max(1, torch.get_num_threads() // workers)

    def start() -> multiprocessing.process.BaseProcess:
        process = context.Process(target=_worker, args=(board, threads), daemon=True)
        process.start()
        return process

    processes = [start() for _ in range(workers)]
    try:
        while processes:
            wait([process.sentinel for process in processes], timeout=1)
            for process in [process for process in processes if not process.is_alive()]:
                processes.remove(process)
                # a worker that had a trial in hand is replaced: the others do not wait for what killed it
                if process.exitcode != 0 and _give_up(storage, board.plan, process):
                    processes.append(start())
            states = [entry.state for entry in entries(storage, board.plan).values()]
            bar.update(sum(state in ("complete", "fail") for state in states) - bar.n)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(10)
            process.kill()
    if "waiting" in states:
        raise RuntimeError(f"the workers ended without taking up all trials; see {_log(board.journal).parent}")


def _give_up(storage: JournalStorage, plan: Plan, process: multiprocessing.process.BaseProcess) -> bool:
    """Write down that the trial of a process is lost; whether it had one."""
    lost = [
        _id(storage, arm, trial)
        for arm in plan
        for trial in _trials(storage, arm, TrialState.RUNNING)
        if list(trial.user_attrs.get("owner", ())) == [platform.node(), process.pid]
    ]
    for trial_id in lost:
        reason = "killed: out of memory?" if process.exitcode == -signal.SIGKILL else f"status {process.exitcode}"
        _fail(storage, trial_id, f"the worker process ended ({reason})")
    return bool(lost)


def _log(journal: Path) -> Path:
    """Where this process keeps what it has to say."""
    folder = journal.parent / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{os.getpid()}.log"


def _worker(board: Board, threads: int) -> None:
    """A worker process: quiet, ended by the one that started it alone, its words kept in a file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # as an exception, so that no half-written file stays behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    torch.set_num_threads(threads)
    with _log(board.journal).open("a", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        _work(_open(board.journal), board)
