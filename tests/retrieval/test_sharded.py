"""Shards searched by a cluster of processes: the run of one machine, also when a worker is killed half-way."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from vectors import vectors

from clirlab.errors import InputError
from clirlab.retrieval import Shard, build_index, search_index, search_sharded, sharded, shards_of
from clirlab.retrieval.search_index import rank_index


class Fixed:
    """Stands in for an encoder whose vectors are given."""

    def __init__(self, batch):
        self.batch = batch

    def encode(self, texts, **settings):
        return self.batch


@pytest.fixture
def asked():
    queries = vectors(1, 6, exact=True)
    return Fixed(queries), {f"q{5 - i}": "" for i in range(6)}


@pytest.fixture(scope="module")
def threads():
    """A cluster within this process: what goes where is the same, and it starts at once."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def single(index, asked, scorer="maxsim", k=100):
    encoder, queries = asked
    return rank_index(encoder.batch, list(queries), index, scorer, k)


def slowly(folder):
    """Runs in a worker: from now on it leaves its process id in `folder` when it scores, and takes its time."""
    from clirlab.retrieval.scorers import SCORERS

    maxsim = SCORERS["maxsim"]

    def slow(queries, passages):
        (Path(folder) / str(os.getpid())).touch()
        time.sleep(0.5)
        return maxsim(queries, passages)

    SCORERS["maxsim"] = slow


@pytest.mark.slow
def test_a_worker_killed_during_the_search_changes_nothing(exact_index, asked, tmp_path):
    index, killed = exact_index(), []
    (tmp_path / "scoring").mkdir()

    def kill():
        while not (scoring := list((tmp_path / "scoring").iterdir())):
            time.sleep(0.01)
        killed.append(int(scoring[0].name))
        os.kill(killed[0], signal.SIGKILL)

    with (
        LocalCluster(n_workers=4, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(4)
        workers = set(client.run(os.getpid).values())
        client.run(slowly, str(tmp_path / "scoring"))
        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        run = search_sharded(*_arguments(asked, shards_of(index.folder, 5)), client)
        killer.join()
    assert set(killed) < workers
    scored = {int(path.name) for path in (tmp_path / "scoring").iterdir()}
    assert len(scored & workers) > 1
    expected = single(index, asked)
    assert expected.groupby("query_id")["score"].nunique().max() < 50  # many ties
    assert run.equals(expected)


def _arguments(asked, shards):
    encoder, queries = asked
    return encoder, shards, queries


@pytest.mark.parametrize("n", [1, 3, 5, 99])
@pytest.mark.parametrize("scorer", ["maxsim", "pooled"])
def test_any_number_of_shards_gives_the_run_of_one_machine(exact_index, asked, threads, n, scorer):
    index = exact_index()
    shards = shards_of(index.folder, n)
    assert len(shards) == min(n, 5)  # of 300 passages in tiles of 64
    assert [shard.start for shard in shards[1:]] == [shard.stop for shard in shards[:-1]]
    run = search_sharded(*_arguments(asked, shards), threads, k=40, scorer=scorer)
    expected = single(index, asked, scorer, k=40)
    if scorer == "maxsim":
        assert run.equals(expected)
    else:  # normalised means are not exact
        assert run["score"].tolist() == pytest.approx(expected["score"].tolist(), abs=1e-6)


def test_folders_of_several_indexes_are_searched_as_one(exact_index, asked, threads):
    parts = [exact_index("a", seed=0), exact_index("b", seed=1, first=300)]
    run = search_sharded(*_arguments(asked, [part.folder for part in parts]), threads, k=30)
    runs = [single(part, asked, k=30) for part in parts]
    assert run["score"].tolist() == sharded.merge_runs(runs, 30)["score"].tolist()
    assert run["doc_id"].tolist() == sharded.merge_runs(runs, 30)["doc_id"].tolist()


def test_queries_travel_in_blocks_and_come_back_in_their_order(exact_index, asked, threads, monkeypatch):
    index = exact_index()
    monkeypatch.setattr(sharded, "BLOCK", 2 * asked[0].batch.vectors[0].numel() * 4)
    assert search_sharded(*_arguments(asked, shards_of(index.folder, 2)), threads).equals(single(index, asked))


def test_an_encoder_and_an_address(tiny, animals, tmp_path, threads):
    index = build_index(tiny, animals, tmp_path / "index", progress=False)
    run = search_sharded(tiny, shards_of(index.folder, 2), animals, threads.scheduler.address, k=7)
    assert run.equals(search_index(tiny, index, animals, k=7))


def test_shards_are_of_about_as_many_tokens(exact_index):
    index = exact_index()
    ends = index.arrays["token_ends"]
    tokens = [ends[shard.stop] - ends[shard.start] for shard in shards_of(index.folder, 2)]
    assert sum(tokens) == index.manifest.tokens
    assert abs(tokens[0] - tokens[1]) <= ends[64]
    with pytest.raises(InputError, match="an index cannot be cut into 0 shards"):
        shards_of(index.folder, 0)


def test_a_scheduler_that_does_not_answer_is_named_within_the_time(asked):
    with socket.socket() as silent:  # takes the connection and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for address in (f"tcp://127.0.0.1:{silent.getsockname()[1]}", "tcp://127.0.0.1:9"):
            start = time.monotonic()
            with pytest.raises(InputError, match=f"{address}: no Dask scheduler answers within 0.5 s; start one with"):
                search_sharded(*_arguments(asked, ["anywhere"]), address, timeout=0.5)
            assert time.monotonic() - start < 10
    with pytest.raises(InputError, match="nowhere: no Dask scheduler answers"):
        search_sharded(*_arguments(asked, ["anywhere"]), "nowhere", timeout=0.5)


@pytest.mark.slow
def test_a_scheduler_that_is_lost_during_the_search_is_named(exact_index, asked):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, quiet = f"tcp://127.0.0.1:{port}", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m"]
    scheduler = subprocess.Popen(
        [*command, "distributed.cli.dask_scheduler", "--port", str(port), "--no-dashboard"], **quiet
    )
    worker = subprocess.Popen(
        [*command, "distributed.cli.dask_worker", address, "--no-dashboard", "--no-nanny"], **quiet
    )
    try:
        with Client(address, timeout=60) as client:
            client.wait_for_workers(1, timeout=60)
        os.kill(worker.pid, signal.SIGSTOP)  # so that the search cannot end before the scheduler does
        threading.Timer(3, scheduler.kill).start()
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "4s"}),
            pytest.raises(InputError, match="the Dask scheduler was lost during the search"),
        ):
            search_sharded(*_arguments(asked, shards_of(exact_index().folder, 2)), address, timeout=30)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()


def test_a_scheduler_without_workers_is_named(asked):
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        pytest.raises(InputError, match=r"scheduler at \S+ has no workers after 0.2 s; start some with `dask worker"),
    ):
        search_sharded(*_arguments(asked, ["anywhere"]), cluster.scheduler_address, timeout=0.2)


def test_shards_that_cannot_be_searched_together(exact_index, asked, threads, tmp_path):
    index, other = exact_index("a"), exact_index("b", seed=1, first=300, fingerprint="1" * 64)
    for shards, message in (
        ([], "there are no shards to search"),
        ([tmp_path / "absent"], r"absent: no index .*\(on the worker \S+, which must see that path\)"),
        ([index.folder, other.folder], r"of different encoders: exact \(0{12}\), exact \(1{12}\)"),
        ([index.folder, Shard(str(index.folder), 0, 10)], r"the document 'd\d+' is in two shards"),
    ):
        with pytest.raises(InputError, match=message):
            search_sharded(*_arguments(asked, shards), threads)
    with pytest.raises(InputError, match="unknown scorer 'maxim'"):
        search_sharded(*_arguments(asked, [index.folder]), threads, scorer="maxim")
