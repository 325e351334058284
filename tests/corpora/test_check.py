import pytest

from clirlab.corpora.check import check
from clirlab.corpora.manifest import add_to_manifest
from clirlab.errors import InputError


@pytest.fixture
def root(tmp_path):
    files = {"tico19/en-sw.tsv": "one\tmoja\n", "lexicons/gatitos/en_sw.tsv": "one\tmoja\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    add_to_manifest(tmp_path, files)
    return tmp_path


def test_a_whole_folder_is_told_with_its_counts(root):
    (root / "notes.txt").write_text("mine")
    assert [(f.what, f.right, f.told) for f in check(root)] == [
        ("MANIFEST.tsv", True, "2 of 2 files as listed; 1 not listed, such as notes.txt"),
        ("tico19/en/sw", True, "1 sentence pairs, sw-en"),
        ("gatitos/en/sw", True, "1 English words, sw"),
    ]
    assert [f.what for f in check(root, "tico19")] == ["MANIFEST.tsv", "tico19/en/sw"]


def test_what_is_wrong_is_named_with_the_remedy(root):
    (root / "tico19/en-sw.tsv").write_text("one moja\n")
    wrong = [finding for finding in check(root) if not finding.right]
    assert [finding.what for finding in wrong] == ["tico19/en-sw.tsv", "tico19/en/sw"]
    assert "another SHA-256" in wrong[0].told and "fetch it again" in wrong[0].told
    assert "en-sw.tsv, line 1: 1 column(s)" in wrong[1].told


def test_a_set_that_is_not_here(root):
    with pytest.raises(InputError, match="ntrex is not there; clirlab data fetch ntrex"):
        list(check(root, "ntrex"))
    with pytest.raises(InputError, match="unknown data set 'tico'; did you mean 'tico19'"):
        list(check(root, "tico"))
