"""Studies on several workers: the same table whatever their number, and what goes wrong with them is told."""

import json
import os
import re
import socket

import pandas as pd
import pytest
import torch
from distributed import Client, LocalCluster
from quick import Failing, Greedy, Quick, Unlucky, Unreadable, quick_config

from clirlab.errors import InputError
from clirlab.study import cluster, read_results, run_study, verify
from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig
from clirlab.study.groups import groups_of, next_group
from clirlab.validate import validate


@pytest.fixture(scope="module")
def threads():
    """A cluster within this process: what goes where is the same, and it starts at once."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as made,
        Client(made, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def processes():
    """Two workers of this machine, as a study has them."""
    with cluster.local_workers(2) as client:
        yield client


def run(config, folder, **settings):
    return run_study(config, folder, progress=False, **settings)


def test_the_table_is_the_same_in_process_and_on_workers(threads, processes, tmp_path):
    config = quick_config(3)
    alone = run(config, tmp_path / "alone", make=Quick)
    for name, client in (("threads", threads), ("processes", processes)):
        shared = run(config, tmp_path / name, make=Quick, scheduler=client)
        pd.testing.assert_frame_equal(shared.frame, alone.frame, check_exact=True)
        assert verify(tmp_path / name) == []


@pytest.fixture
def one_thread():
    """As each of two workers has on the smallest machine: other numbers of threads round sums differently."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_real_cells_are_the_same_in_process_and_on_workers(one_thread, tiny_config, tmp_path):
    values = tiny_config.model_dump(mode="json") | {"budgets": [0, 60], "seeds": [0]}
    config = validate(StudyConfig, values, "small")
    alone, shared = run(config, tmp_path / "alone"), run(config, tmp_path / "shared", workers=2)
    pd.testing.assert_frame_equal(shared.frame, alone.frame, atol=1e-6)
    assert (shared.folder / "plans" / "so.parquet").is_file()


def test_cells_of_one_student_go_to_one_worker():
    config = quick_config(2)
    groups = groups_of(config, cells_of(config))
    assert sorted(cell for group in groups for cell in group) == sorted(cells_of(config))
    assert [Cell("so", "optical", 60, 0), Cell("so", "optical, fused", 60, 0)] in groups
    assert [len(group) for group in groups if group[0].arm == "zero-shot"] == [1, 1]


def test_a_worker_keeps_to_the_languages_whose_passages_it_has():
    waiting = [[Cell(language, "zero-shot", 0, seed)] for seed in (0, 1) for language in ("sw", "so", "ha")]
    assert next_group(waiting, {"so"}, {"other": {"sw"}})[0].language == "so"
    assert next_group(waiting, set(), {"other": {"sw", "so"}})[0].language == "ha"
    assert next_group(waiting, set(), {"other": {"sw", "so", "ha"}})[0] == Cell("sw", "zero-shot", 0, 0)


@pytest.mark.parametrize("on", ["this process", "workers"])
def test_a_failed_cell_is_written_down_and_the_others_go_on(on, threads, tmp_path):
    config, folder = quick_config(2), tmp_path / "run"
    place = {} if on == "this process" else {"scheduler": threads}
    with pytest.warns(UserWarning, match="4 of 14 cells failed"):
        results = run(config, folder, make=Failing, **place)
    assert len(results.cells) == 10 and set(results.failed["arm"]) == {"code-switching"}
    told = json.loads((folder / "cells" / "so_code-switching_60_1.failed.json").read_text(encoding="utf-8"))
    assert told["message"] == "no such thing in so_code-switching_60_1"
    assert "quick.py" in told["traceback"] and "RuntimeError" in told["traceback"] and told["tries"] == 1
    with pytest.warns(UserWarning, match="failed"):  # they are not run again by themselves
        assert len(run(config, folder, make=Quick, **place).cells) == 10
    again = run(config, folder, make=Quick, retry_failed=True, **place)
    assert len(again.cells) == 14 and not len(again.failed)
    assert list((folder / "cells").glob("*.failed.json")) == []


def test_a_worker_that_dies_is_named_and_its_cell_tried_again(processes, tmp_path, capfd, monkeypatch):
    told = tmp_path / "killed"
    processes.run(lambda: os.environ.update(CLIRLAB_TEST_KILLED=str(told)))
    config = quick_config(2)
    results = run_study(config, tmp_path / "run", make=Unlucky, scheduler=processes)
    assert told.exists() and len(results.cells) == 14 and not len(results.failed)
    pattern = r"the worker tcp://\S+ ended while it ran so_optical_60_0 \(killed: out of memory\?\); try 2 of 3 comes"
    assert re.search(pattern, capfd.readouterr().err)
    pd.testing.assert_frame_equal(results.frame, run(config, tmp_path / "whole", make=Quick).frame)


@pytest.mark.slow
def test_a_cell_that_kills_each_worker_is_given_up_and_the_others_go_on(processes, tmp_path):
    with pytest.warns(UserWarning, match="1 of 14 cells failed"):
        results = run(quick_config(2), tmp_path / "run", make=Greedy, scheduler=processes)
    assert len(results.cells) == 13
    (failed,) = results.failed.to_dict("records")
    assert failed["tries"] == 3 and failed["arm"] == "optical"
    assert re.search(
        r"the worker tcp://\S+ ended while it ran so_optical_60_0 .* the last of 3 tries", failed["message"]
    )


def test_wrong_data_are_found_before_anything_is_written(threads, tmp_path):
    with pytest.raises(InputError, match=r"bitext\.tsv, line 3: one column"):
        run(quick_config(1), tmp_path / "run", make=Unreadable, scheduler=threads)
    assert not (tmp_path / "run").exists()


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match=rf"{address}: no Dask scheduler answers within 0\.5 s"):
            run(quick_config(1), tmp_path / "run", make=Quick, scheduler=address)
    assert not (tmp_path / "run").exists()


def test_a_scheduler_that_is_lost_costs_what_was_not_done_alone(tmp_path):
    config, folder = quick_config(2), tmp_path / "run"
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as made:
        client = Client(made, set_as_default=False, timeout=2)
        outcomes = cluster.run_on(client, Quick, config, groups_of(config, cells_of(config)))
        next(outcomes)
    with pytest.raises(InputError, match="the Dask scheduler was lost"):
        list(outcomes)
    client.close()
    run(config, folder, make=Quick)
    assert len(read_results(folder).cells) == 14


def test_a_cluster_without_workers_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(InputError, match="has no workers"),
    ):
        run(quick_config(1), tmp_path / "run", make=Quick, scheduler=empty.scheduler_address)


def test_numbers_of_workers_that_make_no_sense_are_named(threads, tmp_path):
    with pytest.raises(InputError, match="workers must be 0 or more, not -1"):
        run(quick_config(1), tmp_path, workers=-1)
    with pytest.raises(InputError, match="they go with neither a scheduler nor a laboratory"):
        run(quick_config(1), tmp_path, workers=2, scheduler=threads)
