"""The key of a run changes with each of its parts, and with nothing else."""

import os

import nbformat
import pytest

from clirlab.batch import find_notebook, key
from clirlab.batch.key import data_of, key_of, texts_of
from clirlab.corpora.manifest import add_to_manifest


@pytest.fixture
def data_root(tmp_path, monkeypatch):
    """A data folder with one bitext."""
    root = tmp_path / "root"
    (root / "tico19").mkdir(parents=True)
    (root / "tico19/en-sw.tsv").write_text("one\tmoja\n")
    add_to_manifest(root, ["tico19/en-sw.tsv"])
    monkeypatch.setenv("CLIRLAB_DATA", str(root))
    return root


def key_now(path="sum.py", **parameters):
    from pathlib import Path

    notebook = find_notebook(path)
    return key_of(notebook, parameters, data_of(texts_of(notebook, parameters), Path.cwd()))


def test_it_changes_with_parameters_but_not_with_one_as_the_notebook_has_it(script):
    assert key_now() == key_now() == key_now(left=2) == key_now(word="and", left=2)
    assert len({key_now(), key_now(left=3), key_now(left=3, word="or"), key_now(names=["a"])}) == 4


def test_it_changes_with_cells_but_not_with_outputs_or_the_form(script):
    first = key_now()
    content = find_notebook(script).content
    content.cells[-1]["outputs"] = [nbformat.v4.new_output("stream", text="done")]
    nbformat.write(content, "sum.ipynb")
    assert key_now("sum.ipynb") == first
    script.write_text(script.read_text().replace("left + right", "left * right"))
    assert key_now() != first


def test_it_changes_with_the_package(script, monkeypatch):
    first = key_now()
    monkeypatch.setattr(key, "code_version", lambda: "0.2.0+000000000000")
    assert key_now() != first


def test_it_changes_with_a_file_that_a_parameter_names(script, tmp_path):
    keys = [key_now()]
    (tmp_path / "none.txt").write_text("a")  # the notebook's own default
    keys.append(key_now())
    (tmp_path / "none.txt").write_text("b")
    keys.append(key_now())
    assert len({*keys}) == 3
    os.utime(tmp_path / "none.txt", (0, 0))
    assert key_now() == keys[-1]
    folder = tmp_path / "mine"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/a.tsv").write_text("a")
    inside = [key_now(names=["mine"])]
    (folder / "deep/a.tsv").rename(folder / "deep/b.tsv")
    inside.append(key_now(names=["mine"]))
    assert inside[0] != inside[1]


def test_it_changes_with_a_data_set_that_a_parameter_names(script, data_root):
    named, other = key_now(data="tico19/en/sw"), key_now(left=3)
    (data_root / "tico19/en-sw.tsv").write_text("two\tmbili\n")
    add_to_manifest(data_root, ["tico19/en-sw.tsv"])
    assert key_now(data="tico19/en/sw") != named
    assert key_now(left=3) == other
    assert set(data_of({"tico19/en/sw", "tico20/en/sw", "tico19", "", ".", "x\n", "y" * 5000}, data_root)) == {
        key.DEMO, "tico19/en/sw", "tico19",
    }  # fmt: skip


def test_it_changes_with_the_demo(script, tmp_path, monkeypatch):
    first = key_now()
    (tmp_path / "demo").mkdir()
    monkeypatch.setattr(key, "shipped", lambda _: tmp_path / "demo")
    assert key_now() != first
