"""A sweep on a Dask cluster: the same frame, and workers that lack something are named."""

from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from clirlab.batch import run_sweep
from clirlab.batch.config import SweepConfig, plan_of
from clirlab.batch.workers import check_workers
from clirlab.errors import InputError


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def test_a_cluster_runs_a_sweep_and_a_failure_does_not_stop_it(script, client):
    frame = run_sweep(
        {"name": "sums", "notebook": "sum.py", "grid": {"left": [-1, 2]}}, scheduler=client, progress=False
    )
    assert frame["state"].tolist() == ["failed", "done"] and frame["total"][1] == 2.5


def test_a_worker_that_lacks_something_is_named(script, client, tmp_path):
    Path("none.txt").write_text("here")
    plan = plan_of(SweepConfig(name="sums", notebook="sum.py", grid={"left": [1]}), tmp_path)
    check_workers(client, plan, tmp_path)
    (worker,) = client.nthreads()
    with pytest.raises(InputError, match=f"the worker {worker} has no folder /nowhere"):
        check_workers(client, plan, Path("/nowhere"))
    Path("none.txt").write_text("elsewhere")
    with pytest.raises(InputError, match=r"lacks data, or has others: none\.txt; "):
        check_workers(client, plan, tmp_path)


def test_no_scheduler_is_one_message(script):
    with pytest.raises(InputError, match="tcp://127.0.0.1:1"):
        run_sweep({"name": "sums", "notebook": "sum.py", "grid": {"left": [1]}}, scheduler="tcp://127.0.0.1:1")
