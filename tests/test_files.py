import gzip
import os
import re

import pytest

from clirlab.errors import InputError
from clirlab.files import aside, read_text, write_aside


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_the_new_content_takes_the_name_when_the_block_ends_well(tmp_path):
    target = tmp_path / "run" / "scores.txt"
    for content in ("first", "second"):
        with write_aside(target) as partial:
            partial.write_text(content)
            written = partial.stat().st_ino
        assert target.read_text() == content
        assert target.stat().st_ino == written  # renamed, not copied
    assert names(target.parent) == ["scores.txt"]


def test_a_folder_takes_the_name_too(tmp_path):
    with write_aside(tmp_path / "model") as partial:
        partial.mkdir()
        (partial / "weights").write_text("1")
    assert (tmp_path / "model" / "weights").read_text() == "1"


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_the_old_file_stays_and_nothing_else_when_the_block_raises(tmp_path, stop):
    target = tmp_path / "scores.txt"
    target.write_text("old")
    with pytest.raises(stop), write_aside(target) as partial:
        partial.write_text("half")
        raise stop
    assert target.read_text() == "old"
    assert names(tmp_path) == ["scores.txt"]


def test_a_half_written_folder_is_removed(tmp_path):
    with pytest.raises(RuntimeError), write_aside(tmp_path / "model") as partial:
        partial.mkdir()
        (partial / "weights").write_text("1")
        raise RuntimeError
    assert names(tmp_path) == []


def test_a_full_disk_leaves_the_old_file_intact(tmp_path):
    target = tmp_path / "scores.txt"
    target.write_text("old")
    aside(target).symlink_to("/dev/full")
    message = re.escape(f"{target}: the disk is full; nothing was overwritten")
    with pytest.raises(InputError, match=message), write_aside(target) as partial:
        partial.write_text("new")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["scores.txt"]


def test_a_folder_that_exists_is_not_replaced(tmp_path):
    with pytest.raises(InputError, match="is a folder that exists; give another name"), write_aside(tmp_path):
        pass


def test_plain_and_gzipped_text_read_the_same_and_a_byte_order_mark_is_dropped(tmp_path):
    (tmp_path / "plain.txt").write_bytes(b"\xef\xbb\xbfh\xc3\xb6ney\n")
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress("höney\n".encode()))
    assert read_text(tmp_path / "plain.txt") == read_text(tmp_path / "packed.txt.gz") == "höney\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.txt", None, "absent.txt: no such file"),
        ("cut.gz", gzip.compress(b"water\tmaji\n" * 99)[:-9], "cut.gz: not a whole gzip file .*; fetch it again"),
        ("plain.gz", b"water\tmaji\n", "plain.gz: not a whole gzip file"),
        ("latin1.txt", "water\nhöney\n".encode("latin-1"), "latin1.txt, line 2: not UTF-8"),
        ("latin1.gz", gzip.compress("\n\nhöney\n".encode("latin-1")), "latin1.gz, line 3: not UTF-8"),
        ("mark.txt", b"\xef\xbb\xbf1\n\xff", "mark.txt, line 2: not UTF-8"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_text(tmp_path / name)


def test_a_private_file_gets_the_permissions_of_any_new_one(tmp_path):
    before = os.umask(0o026)
    try:
        with write_aside(tmp_path / "file") as partial:
            partial.touch(0o600)
        with write_aside(tmp_path / "folder") as partial:
            (partial / "inner").mkdir(parents=True)
            (partial / "inner" / "private").touch(0o600)
            (partial / "program").touch(0o755)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {"file": 0o640, "private": 0o640, "program": 0o751}
