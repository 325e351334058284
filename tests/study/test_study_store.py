"""Run folders: what counts as done, what is found wrong, what is merged, and how large tables are asked."""

import errno
import json
import random
import shutil
import time
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds
import pytest
from quick import Quick, quick_config, rows_of

from clirlab.errors import InputError
from clirlab.study import merge, read_config, read_results, run_study, verify
from clirlab.study.cells import Cell, cells_of
from clirlab.study.outlook import outlook, to_measure
from clirlab.study.store import done_record, open_run, part_of, record_of, write_cell, write_failure

CELL = Cell("so", "optical", 60, 1)


def run(config, folder, **settings):
    return run_study(config, folder, progress=False, make=Quick, **settings)


@pytest.fixture(scope="module")
def config():
    return quick_config(2)


@pytest.fixture(scope="module")
def made(config, tmp_path_factory):
    """A finished run folder; copy it before writing to it."""
    folder = tmp_path_factory.mktemp("runs") / "made"
    run(config, folder)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def test_a_cell_is_kept_with_its_settings_and_where_it_comes_from(made, config):
    record = json.loads(record_of(made, CELL).read_text(encoding="utf-8"))
    assert record["settings"]["arm"] == "optical" and record["settings"]["bought"]["budget"] == 60
    assert record["provenance"]["versions"]["clirlab"] and record["provenance"]["host"]
    assert record["part"]["bytes"] == part_of(made, CELL).stat().st_size
    assert record["seconds"] >= 0 and record["peak_mib"] > 1
    cells = read_results(made).cells
    assert {"language", "arm", "budget", "seed", "words", "seconds", "peak_mib"} <= set(cells.columns)
    assert not {"settings", "provenance", "part", "identity"} & set(cells.columns)


def test_data_that_cells_read_are_told_by_their_checksums(tiny_run):
    records = [done_record(tiny_run.folder, tiny_run.config, cell) for cell in cells_of(tiny_run.config)]
    data = [record["provenance"]["data"] for record in records]
    assert {"collection", "bitext", "lexicon"} <= set(data[0]) and all(other == data[0] for other in data)
    assert verify(tiny_run.folder) == []


@pytest.mark.parametrize("what", ["part", "record", "shorter part", "other settings"])
def test_a_cell_that_is_not_whole_is_run_again(folder, config, what):
    expected = read_results(folder).frame
    path = record_of(folder, CELL)
    if what == "shorter part":
        part_of(folder, CELL).write_bytes(part_of(folder, CELL).read_bytes()[:-7])
    elif what == "other settings":
        record = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(record | {"identity": "0" * 20}), encoding="utf-8")
    else:
        (part_of(folder, CELL) if what == "part" else path).unlink()
    states = outlook(config, folder).cells.set_index(list(Cell._fields))["state"]
    assert states[CELL] == "open" and (states == "open").sum() == 1
    assert len(verify(folder)) >= 1
    pd.testing.assert_frame_equal(run(config, folder).frame, expected, check_exact=True)
    assert verify(folder) == []


def test_verify_tells_what_is_wrong(folder):
    part = part_of(folder, CELL)
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1  # one bit of the file, whose length stays
    part.write_bytes(content)
    (folder / "results" / "thesis.parquet").write_bytes(b"?")
    (folder / "cells" / ".so.json.1.partial").write_text("{")
    failed = Cell("so", "code-switching", 60, 0)
    for path in (part_of(folder, failed), record_of(folder, failed)):
        path.unlink()
    write_failure(folder, failed, "no such thing", "Traceback")
    found = {finding.path.name: finding.kind for finding in verify(folder)}
    assert found == {
        part.name: "damaged",
        "thesis.parquet": "orphan",
        ".so.json.1.partial": "left over",
        record_of(folder, failed).name: "failed",
    }


def test_run_folders_of_two_machines_are_merged(config, made, tmp_path):
    cells = cells_of(config)
    run(config, tmp_path / "one", only=cells[:8])
    run(config, tmp_path / "two", only=cells[5:])
    merged = merge([tmp_path / "one", tmp_path / "two"], tmp_path / "both")
    pd.testing.assert_frame_equal(merged.frame, read_results(made).frame, check_exact=True)
    assert verify(tmp_path / "both") == []
    assert len(merge([tmp_path / "two"], tmp_path / "one").cells) == len(cells)  # into one that is there


def test_what_cannot_be_merged_is_named_and_nothing_is_written(config, made, folder, tmp_path):
    rows = rows_of(CELL)
    rows.loc[3, "value"] += 0.01
    write_cell(folder, config, CELL, rows, {"seconds": 1.0})
    with pytest.raises(InputError, match=r"so_optical_60_1 differs between .* by 0\.01 \(query q3, RR@10\)"):
        merge([made, folder], tmp_path / "both")
    write_cell(folder, config, CELL, rows.iloc[1:], {"seconds": 1.0})
    with pytest.raises(InputError, match="so_optical_60_1 has other rows in"):
        merge([made, folder], tmp_path / "both")
    part_of(folder, CELL).write_bytes(b"?")
    with pytest.raises(InputError, match=r"so_optical_60_1\.parquet: damaged"):
        merge([made, folder], tmp_path / "both")
    other = tmp_path / "other"
    run(quick_config(1), other)
    with pytest.raises(InputError, match="holds the results of another configuration"):
        merge([made, other], tmp_path / "both")
    assert not (tmp_path / "both").exists()


def test_cells_that_read_other_data_are_not_mixed(folder, config, made, tmp_path):
    def read(text):
        return {"versions": {}, "host": "there", "data": {"bitext": text}}

    write_cell(folder, config, CELL, rows_of(CELL), {"seconds": 1.0}, read("aa"))
    before = Cell("so", "optical", 60, 0)
    write_cell(folder, config, before, rows_of(before), {"seconds": 1.0}, read("bb"))
    assert [(finding.kind, finding.path) for finding in verify(folder)] == [("other data", record_of(folder, CELL))]
    with pytest.raises(InputError, match="other data: read another bitext than so_optical_60_0"):
        merge([folder], tmp_path / "out")


@pytest.mark.parametrize("where", ["results", "cells"])
def test_a_disk_that_fills_up_is_named_and_what_is_done_is_kept(config, made, tmp_path, monkeypatch, where):
    written, original = [], Path.replace

    def full(self, target):
        if Path(target).parent.name == where:
            written.append(target)
            if len(written) > 5:
                raise OSError(errno.ENOSPC, "No space left on device")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"the disk is full; nothing was overwritten\. Free some space and give"):
        run(config, tmp_path / "run")
    monkeypatch.undo()
    assert len(read_results(tmp_path / "run").cells) == 5
    pd.testing.assert_frame_equal(run(config, tmp_path / "run").frame, read_results(made).frame, check_exact=True)
    assert verify(tmp_path / "run") == []


def test_a_clock_that_jumps_back_changes_nothing(config, made, tmp_path, monkeypatch):
    now = time.time()
    generator = random.Random(0)
    monkeypatch.setattr(time, "time", lambda: now - generator.uniform(0, 1e8))
    results = run(config, tmp_path / "run")
    assert (results.cells["seconds"] >= 0).all()
    pd.testing.assert_frame_equal(results.frame, read_results(made).frame, check_exact=True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seeds": [0, 1, 0]}, "seeds: 0 is there twice"),
        ({"scorers": ["maxsim", "maxsim"]}, "scorers: maxsim is there twice"),
        (
            {"arms": {"zero-shot": None, "a": {"supervision": "bitext"}, "A": {"supervision": "bitext"}}},
            "the same file",
        ),
    ],
)
def test_cells_that_would_write_the_same_rows_are_refused(values, message, tmp_path):
    with pytest.raises(InputError, match=message):
        run(quick_config(**values), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_arm_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("name: twice\narms:\n  zero-shot:\n  optical:\n  optical: {objective: mse}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"twice\.yaml, line 5: not YAML \('optical' is there twice\)"):
        read_config(path)


def test_rows_of_one_query_twice_are_no_result(config, tmp_path):
    class Doubling(Quick):
        def run(self, cell, folder):
            rows, record = super().run(cell, folder)
            return (pd.concat([rows, rows.iloc[[0]]]) if cell == CELL else rows), record

    with pytest.warns(UserWarning, match="1 of 14 cells failed"):
        results = run_study(config, tmp_path / "run", progress=False, make=Doubling)
    assert "two rows of the table are of the same query" in results.failed["message"].iloc[0]


def test_what_is_left_is_told_before_it_is_run(config, tmp_path):
    folder = tmp_path / "run"
    look = outlook(config, folder)
    assert look.measured == 0 and look.left["seconds"].isna().all() and len(look.left) == 14
    assert not folder.exists()
    few = to_measure(cells_of(config), 3)
    assert len({cell.arm for cell in few}) == 3 and {cell.budget for cell in few} == {0, 120}
    run(config, folder, only=few)
    look = outlook(config, folder)
    assert look.measured == 3 and len(look.left) == 11 and look.left["seconds"].notna().all()
    summary = look.summary().set_index("arm")
    assert summary.loc["optical", ["cells", "done", "failed", "open"]].tolist() == [4, 1, 0, 3]


def test_large_tables_are_asked_in_place(made):
    results = read_results(made)
    means = results.means(["arm", "budget"], ds.field("severity") == 0)
    expected = results.frame.query("severity == 0").groupby(["arm", "budget"])["value"].agg(["mean", "count"])
    assert means["value"].tolist() == pytest.approx(expected["mean"].tolist())
    assert means["rows"].tolist() == expected["count"].tolist()
    with pytest.raises(InputError, match="unknown column 'langauge'; did you mean 'language'"):
        results.means(["langauge"])


def test_parts_of_an_earlier_version_have_fewer_columns(folder, config):
    rows = rows_of(CELL).drop(columns="perturbation")
    write_cell(folder, config, CELL, rows, {"seconds": 1.0})
    frame = read_results(folder).frame
    assert frame.loc[frame["perturbation"].isna(), "arm"].tolist() == ["optical"] * 40


def test_a_folder_that_was_half_made_is_made_whole(config, tmp_path):
    folder = tmp_path / "run"
    (folder / "results").mkdir(parents=True)
    (folder / "config.yaml").write_text("{")
    open_run(folder, config)
    assert read_config(folder / "config.yaml") == config
