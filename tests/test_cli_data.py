"""`clirlab data` as a user meets it."""

import gzip
import json
import subprocess
import sys

import pytest

from clirlab.cli import main
from clirlab.corpora.datasets import DATASETS, originals
from clirlab.corpora.manifest import add_to_manifest


@pytest.fixture
def clirlab(monkeypatch, capsys):
    """Run the command line; exit status, standard output and standard error."""
    monkeypatch.delenv("CLIRLAB_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["clirlab", "data", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as error:
            status = error.code
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "data"
    (folder / "tico19").mkdir(parents=True)
    (folder / "tico19/en-sw.tsv").write_text("one\tmoja\n")
    add_to_manifest(folder, ["tico19/en-sw.tsv"])
    return folder


def test_list_without_and_with_a_folder(clirlab, root):
    status, out, _ = clirlab("list")
    assert status == 0 and "no data folder: set CLIRLAB_DATA" in out
    assert all(name in out for name in DATASETS)
    status, out, _ = clirlab("list", "--root", root)
    (line,) = [line for line in out.splitlines() if line.strip().startswith("tico19")]
    assert line.split()[-4:] == ["CC0", "no", "1", "0.0"]


def test_the_list_is_readable_in_80_columns(clirlab, root, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = clirlab("list", "--root", root)
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    assert "questions and Wikipedia" in out


def test_list_for_programs(clirlab, root):
    status, out, _ = clirlab("list", "--json", "--root", root)
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0 and rows.keys() == DATASETS.keys()
    assert rows["tico19"] | {"what": "", "origin": ""} == {
        "name": "tico19", "kind": "bitext", "what": "", "licence": "CC0", "non_commercial": False, "origin": "",
        "fetch": "no", "files": 1, "bytes": 9, "ids": ["tico19/en/sw"],
    }  # fmt: skip
    assert rows["mafand"]["non_commercial"] and rows["ntrex"]["fetch"] == "yes" and rows["belebele"]["fetch"] == "part"


def test_check_says_what_is_there_and_its_status_whether_it_is_right(clirlab, root):
    status, out, _ = clirlab("check", "--root", root)
    assert (status, out.splitlines()) == (
        0,
        ["ok    MANIFEST.tsv: 1 of 1 files as listed", "ok    tico19/en/sw: 1 sentence pairs, sw-en", "all right"],
    )
    (root / "tico19/en-sw.tsv").write_text("")
    status, out, _ = clirlab("check", "tico19", "--root", root)
    assert status == 1
    assert "WRONG tico19/en-sw.tsv: has 0 bytes, expected 9; restore it" in out
    assert out.endswith("2 wrong\n")


def test_fetch_from_a_folder(clirlab, data_root, tmp_path):
    wanted = [original for original in originals() if original.dataset == "tydiqa"]
    for original in wanted:
        place = tmp_path / "mirror" / original.location
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.decompress((data_root / f"{original.path}.gz").read_bytes()))
    arguments = ("fetch", "tydiqa", "--root", tmp_path / "new", "--mirror", (tmp_path / "mirror").as_uri())
    status, out, _ = clirlab(*arguments)
    assert status == 0
    assert out.startswith("tydiqa: 3 files fetched, 0 were there, in")
    assert clirlab(*arguments)[1].startswith("tydiqa: 0 files fetched, 3 were there")
    assert clirlab("check", "tydiqa", "--root", tmp_path / "new")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "ntrex"], "no data folder: set CLIRLAB_DATA to it, or give --root"),
        (["fetch", "ntrec", "--root", "x"], "unknown data set 'ntrec'; did you mean 'ntrex'"),
        (["fetch", "bible", "--root", "x"], "bible is not published in the form in which it is used"),
        (["check"], "no data folder"),
        (["check", "--root", "nowhere"], "nowhere: no such data folder"),
    ],
)
def test_wrong_input_is_one_message_and_status_2(clirlab, arguments, message):
    status, out, err = clirlab(*arguments)
    assert (status, out) == (2, "")
    assert message in err and len(err.splitlines()) == 1


def test_a_licence_is_told_in_one_line(tmp_path):
    command = [sys.executable, "-c", "from clirlab.cli import main; main()", "data", "fetch", "mafand"]
    found = subprocess.run([*command, "--root", tmp_path], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    note, error = found.stderr.splitlines()
    assert note == "clirlab: note: mafand is under CC BY-NC 4.0: not for commercial use"
    assert error.startswith("clirlab: mafand is not published in the form in which it is used")
