import gzip
import re

import numpy as np
import pytest

from clirlab.alignment import DEFAULT, align, align_files, pharaoh, read_pairs
from clirlab.alignment.align import CHUNK
from clirlab.errors import InputError

SETTING = DEFAULT.changed(layer=1, method="cosine")
WORDS = ["the", "cats", "dog", "sleeping", "on", "roof"]


@pytest.fixture
def texts(tmp_path):
    """Two files of 2.5 chunks of sentences, some of them blank."""
    generator = np.random.default_rng(0)
    paths = tmp_path / "en.txt", tmp_path / "sw.txt"
    for path in paths:
        lines = [" ".join(generator.choice(WORDS, generator.integers(0, 5))) for _ in range(5 * CHUNK // 2)]
        path.write_text("\n".join(lines) + "\n")
    return paths


class Stopped(Exception):
    pass


def stop_after(monkeypatch, pairs):
    """Let the next run of the aligner break off after so many pairs."""

    def broken(*arguments):
        for number, found in enumerate(align(*arguments)):
            if number == pairs:
                raise Stopped
            yield found

    monkeypatch.setattr("clirlab.alignment.stream.align", broken)


def test_a_line_for_each_pair_blank_ones_too(tiny, texts, tmp_path):
    written = align_files(tiny, *texts, tmp_path / "out", SETTING)
    expected = [pharaoh(found.links) for found in align(tiny, read_pairs(*texts), SETTING)]
    assert (tmp_path / "out").read_text() == "".join(line + "\n" for line in expected)
    assert written == (len(expected), 0, 0)
    blank = [k for k, (s, t) in enumerate(read_pairs(*texts)) if not s or not t]
    assert blank
    assert all(expected[k] == "" for k in blank)
    assert sorted(path.name for path in tmp_path.iterdir() if "out" in path.name) == ["out"]


@pytest.mark.parametrize("pairs", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
def test_an_interrupted_run_goes_on_to_the_same_file(tiny, texts, tmp_path, monkeypatch, pairs):
    # centring makes the links depend on the chunk: resuming elsewhere than at its start would show
    setting = SETTING.changed(center=True)
    align_files(tiny, *texts, tmp_path / "whole", setting)
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_after(patch, pairs)
        align_files(tiny, *texts, tmp_path / "out", setting)
    assert not (tmp_path / "out").exists()
    written = align_files(tiny, *texts, tmp_path / "out", setting)
    assert written.resumed == pairs // CHUNK * CHUNK
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_line_cut_in_the_middle_is_written_again(tiny, texts, tmp_path, monkeypatch):
    align_files(tiny, *texts, tmp_path / "whole", SETTING)
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_after(patch, CHUNK)
        align_files(tiny, *texts, tmp_path / "out", SETTING)
    partial = tmp_path / ".out.partial"
    partial.write_bytes(partial.read_bytes()[:-2])
    assert align_files(tiny, *texts, tmp_path / "out", SETTING).resumed == 0
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()


def test_what_another_setting_or_text_left_is_not_gone_on_with(tiny, texts, tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_after(patch, CHUNK)
        align_files(tiny, *texts, tmp_path / "out", SETTING)
    message = re.escape(f"{tmp_path / '.out.partial'}: an interrupted run with other layer; give the same command")
    with pytest.raises(InputError, match=message):
        align_files(tiny, *texts, tmp_path / "out", SETTING.changed(layer=2))
    before = texts[1].read_text()
    texts[1].write_text(before.replace("cats", "dogs"))
    with pytest.raises(InputError, match=r"an interrupted run with other texts; .* --fresh to start anew"):
        align_files(tiny, *texts, tmp_path / "out", SETTING)
    assert align_files(tiny, *texts, tmp_path / "out", SETTING, fresh=True).resumed == 0


def test_the_old_links_stay_until_the_new_ones_are_whole(tiny, texts, tmp_path, monkeypatch):
    (tmp_path / "out").write_text("old")
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_after(patch, 2 * CHUNK)
        align_files(tiny, *texts, tmp_path / "out", SETTING)
    assert (tmp_path / "out").read_text() == "old"


def test_two_files_and_one_tsv_read_alike(tmp_path):
    (tmp_path / "en").write_bytes(b"\xef\xbb\xbfthe cat\r\n\r\nyes\r\n")
    (tmp_path / "sw.gz").write_bytes(gzip.compress(b"paka\n\nndiyo kabisa"))
    (tmp_path / "both.tsv").write_text("the cat\tpaka\t0-0\n\nyes\tndiyo kabisa\n")
    pairs = [(["the", "cat"], ["paka"]), ([], []), (["yes"], ["ndiyo", "kabisa"])]
    assert list(read_pairs(tmp_path / "en", tmp_path / "sw.gz")) == pairs
    assert list(read_pairs(tmp_path / "both.tsv")) == pairs


def test_texts_are_read_line_by_line(tmp_path):
    path = tmp_path / "bad"
    path.write_bytes(b"one\n" * 100_000 + b"\xff\n")
    lines = read_pairs(path, path)
    assert next(lines) == (["one"], ["one"])  # what is wrong far below is not yet seen
    with pytest.raises(InputError, match="bad, line 100001: not UTF-8"):
        list(lines)


@pytest.mark.parametrize(("en", "sw"), [("a\n" * 3, "b\n" * 5), ("a\n" * 5, "b\n" * 3)])
def test_files_of_other_lengths_are_refused_before_anything_is_written(tiny, tmp_path, en, sw):
    (tmp_path / "en").write_text(en)
    (tmp_path / "sw").write_text(sw)
    message = f"en has {en.count('a')} lines and .*sw has {sw.count('b')}; line k must translate line k"
    with pytest.raises(InputError, match=message):
        align_files(tiny, tmp_path / "en", tmp_path / "sw", tmp_path / "out", SETTING)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["en", "sw"]


def test_bad_input_is_named(tiny, tmp_path):
    (tmp_path / "one.tsv").write_text("a\tb\n\nc d\n")
    with pytest.raises(InputError, match=r"one.tsv, line 3: 1 column, expected source and target separated by a tab"):
        align_files(tiny, tmp_path / "one.tsv", None, tmp_path / "out", SETTING)
    with pytest.raises(InputError, match="nowhere: no such file"):
        list(read_pairs(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="is a folder; give the name of a file"):
        align_files(tiny, tmp_path / "one.tsv", None, tmp_path, SETTING)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"a\tb\n" * 999)[:-9])
    with pytest.raises(InputError, match=r"cut.gz: not a whole gzip file"):
        list(read_pairs(tmp_path / "cut.gz"))
