"""``clirlab align`` as a user meets it: separate processes, one of them killed; mistakes in this one, to save time."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clirlab.cli import main

PROGRAM = Path(sys.executable).with_name("clirlab")
GOLD = "the cat sleeping\ta dog barked\t0-0 1-1 2?2\non the roof\tunder a roof\t0-0 1-1 2-2\n"


def arguments_of(encoder, *arguments):
    return [PROGRAM, "align", *map(str, arguments), "--encoder", str(encoder), "--layer", "1"]


def clirlab_align(encoder, *arguments, folder):
    command = arguments_of(encoder, *arguments)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def partial_size(folder):
    partial = folder / ".killed.partial"
    return partial.stat().st_size if partial.exists() else 0


@pytest.fixture
def texts(tmp_path):
    (tmp_path / "en").write_text("the cat sleeping\n\non the roof\n")
    (tmp_path / "sw").write_text("a dog barked\na cat\nunder a roof\n")
    return "en", "sw"


def test_links_are_printed_or_written(tiny_folder, tmp_path, texts):
    printed = clirlab_align(tiny_folder, *texts, folder=tmp_path)
    assert printed.returncode == 0, printed.stderr
    assert "3/3" in printed.stderr
    lines = printed.stdout.splitlines()
    assert len(lines) == 3
    assert lines[1] == ""
    assert re.fullmatch(r"\d-\d( \d-\d)*", lines[0])
    written = clirlab_align(tiny_folder, *texts, "--out", "links", folder=tmp_path)
    assert (tmp_path / "links").read_text() == printed.stdout
    assert written.stdout == ""
    assert "links of 3 sentence pairs: links" in written.stderr
    assert "3/3" in written.stderr  # the progress bar


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_file(tiny_folder, tmp_path):
    lines = [f"the cat {'sleeping ' * (k % 3)}\ta dog {'barked ' * (k % 4)}on the roof\n" for k in range(8000)]
    (tmp_path / "pairs.tsv").write_text("".join(lines))
    whole = clirlab_align(tiny_folder, "pairs.tsv", "--out", "whole", folder=tmp_path)
    assert whole.returncode == 0, whole.stderr
    command = arguments_of(tiny_folder, "pairs.tsv", "--out", "killed")
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and partial_size(tmp_path) == 0:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert partial_size(tmp_path) > 0
    assert not (tmp_path / "killed").exists()
    again = clirlab_align(tiny_folder, "pairs.tsv", "--out", "killed", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert re.search(r"\([\d,]+ from an earlier run\)", again.stderr)
    assert (tmp_path / "killed").read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "pairs.tsv", "whole"]


def test_gold_alignments_are_measured_in_a_table(tiny_folder, tmp_path):
    (tmp_path / "gold.tsv").write_text(GOLD)
    found = clirlab_align(
        tiny_folder,
        "--gold",
        "gold.tsv",
        "--gold",
        "gold.tsv",
        "--method",
        "sinkhorn",
        "--epsilon",
        "50",
        folder=tmp_path,
    )
    assert found.returncode == 0, found.stderr
    head, first, second, mean = found.stdout.splitlines()[:4]
    assert head.split() == ["set", "sentences", "precision", "recall", "F1", "AER", "95", "%", "interval"]
    assert first == second
    assert first.split()[:2] == ["gold.tsv", "2"]
    assert mean.split()[:1] == ["mean"]
    assert mean.split()[-1] == first.split()[5]
    assert "layer 1, sinkhorn, argmax" in found.stdout
    assert "4 of 4 plans are diffuse" in found.stdout


def test_by_id_from_the_data_folder(data_root, tmp_path):
    command = [PROGRAM, "align", "--gold", "graca/en/es/valid", "--method", "cosine", "--how", "itermax"]
    environment = os.environ | {"CLIRLAB_DATA": str(data_root)}
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    assert "graca/en/es/valid" in found.stdout
    assert "e5-small, layer 7, cosine, itermax" in found.stdout


MISTAKES = {
    "nothing": ([], "give either texts (two files, or one TSV file) or --gold"),
    "both": (["en", "sw", "--gold", "gold.tsv"], "give either texts"),
    "gold to a file": (["--gold", "gold.tsv", "--out", "x"], "--out takes the links of texts; --gold prints a table"),
    "one column": (["en"], "en, line 1: 1 column, expected source and target"),
    "missing file": (["en", "nowhere"], "nowhere: no such file"),
    "other lengths": (["en", "short"], "en has 3 lines and short has 2"),
    "missing gold": (["--gold", "nowhere.tsv"], "nowhere.tsv: no such file"),
    "method": (["en", "sw", "--epsilon", "0"], "epsilon must be positive, got 0.0"),
    "unknown method": (["en", "sw", "--method", "sinkhon"], "did you mean 'sinkhorn'?"),
    "unknown extraction": (["en", "sw", "--how", "itermx"], "did you mean 'itermax'?"),
    "parameter of another": (["en", "sw", "--how", "match", "--threshold", "0.5"], "extraction match 'threshold'"),
    "threshold": (["en", "sw", "--how", "mass", "--threshold", "1.5"], "threshold must be in [0, 1), got 1.5"),
    "no such layer": (["en", "sw", "--layer", "5"], "has layers 0 to 2"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_wrong_input_is_one_message_and_status_2(tiny_folder, tmp_path, texts, monkeypatch, capsys, mistake):
    given, message = MISTAKES[mistake]
    (tmp_path / "short").write_text("a\nb\n")
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["clirlab", "align", "--encoder", str(tiny_folder), "--layer", "1", *given])
    with pytest.raises(SystemExit) as stopped:
        main()
    printed = capsys.readouterr()
    assert stopped.value.code == 2
    assert message in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    assert printed.out == ""
    assert sorted(tmp_path.iterdir()) == before
