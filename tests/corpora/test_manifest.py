import gzip
import hashlib

import pytest

from clirlab.corpora.manifest import (
    NAME,
    Listed,
    add_to_manifest,
    checksum,
    damaged_files,
    read_manifest,
    unlisted_files,
)
from clirlab.errors import InputError

SHA256 = "0" * 64


@pytest.fixture
def root(tmp_path):
    for name in ("a/one.txt", "a/two.txt", "b/three.txt", "a/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    add_to_manifest(tmp_path, ["b/three.txt", "a/one.txt"])
    return tmp_path


def test_files_are_listed_with_size_and_checksum(root):
    listed = read_manifest(root)
    assert list(listed) == ["a/one.txt", "b/three.txt"]
    assert listed["a/one.txt"] == Listed(9, hashlib.sha256(b"a/one.txt").hexdigest())
    assert list(damaged_files(root)) == []
    assert unlisted_files(root) == ["a/two.txt"]
    assert unlisted_files(root, "b") == []


def test_a_file_that_changed_is_listed_anew(root):
    (root / "a/one.txt").write_text("new")
    add_to_manifest(root, ["a/one.txt"])
    assert read_manifest(root)["a/one.txt"].size == 3
    assert "b/three.txt" in read_manifest(root)


def test_every_kind_of_damage_is_told(root):
    (root / "a/one.txt").write_text("A/one.txt")
    (root / "b/three.txt").write_text("longer than it was")
    assert list(damaged_files(root)) == [
        ("a/one.txt", "has another SHA-256 than is listed: its content was changed"),
        ("b/three.txt", "has 18 bytes, expected 11"),
    ]
    (root / "a/one.txt").unlink()
    assert list(damaged_files(root, "a")) == [("a/one.txt", "is listed and not there")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.txt 3 " + SHA256, "line 2: expected path, bytes and SHA-256 separated by tabs"),
        (f"a.txt\tmany\t{SHA256}", "line 2: expected path"),
        (f"a.txt\t²\t{SHA256}", "line 2: expected path"),
        ("a.txt\t3\tabc", "line 2: expected path"),
        (f"../a.txt\t3\t{SHA256}", "line 2: '../a.txt' is not inside the data folder"),
        (f"/etc/passwd\t3\t{SHA256}", "line 2: '/etc/passwd' is not inside the data folder"),
        (f"one\t3\t{SHA256}", "line 2: 'one' is there twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    (tmp_path / NAME).write_text(f"one\t3\t{SHA256}\n{line}\n")
    with pytest.raises(InputError, match=message):
        read_manifest(tmp_path)


def test_no_manifest_is_an_empty_one(tmp_path):
    assert read_manifest(tmp_path) == {}


def test_the_checksum_of_what_is_inside(tmp_path):
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"inside"))
    assert checksum(path, decompress=True) == hashlib.sha256(b"inside").hexdigest()
    assert checksum(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=r"text.gz: not a whole gzip file"):
        checksum(path, decompress=True)


def test_the_real_data_are_as_listed(data_root):
    assert list(damaged_files(data_root)) == []
