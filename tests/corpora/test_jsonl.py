import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora.jsonl import clean, read_json, read_json_lines
from clirlab.errors import InputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_lines_are_numbered_as_in_the_file_and_blank_ones_passed_over(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n[2]\n"three"')
    assert list(read_json_lines(tmp_path / "a.jsonl")) == [(1, {"a": 1}), (4, [2]), (5, "three")]


@given(st.lists(JSON), st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_what_is_written_is_read(tmp_path_factory, rows, ascii_only, end):
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=ascii_only) + end for row in rows), "utf-8", newline="")
    assert [content for _, content in read_json_lines(path)] == rows


def test_a_pair_of_surrogate_escapes_is_one_character(tmp_path):
    (tmp_path / "a.jsonl").write_text(r'{"text": "\ud83d\udc1d"}')
    assert next(read_json_lines(tmp_path / "a.jsonl"))[1] == {"text": "🐝"}


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (b"{oops}", "line 2: not JSON"),
        (b'{"text": "a\x00b"}', "line 2: not JSON"),
        (b'{"text": "open', "line 2: not JSON"),
        (b'{"text": "\xff"}', "line 2: not UTF-8; convert the file to UTF-8"),
        (rb'{"text": "\ud83d"}', r"line 2: the escape \\ud83d alone is half a character; remove or repair it"),
        (rb'{"\uDFFF": 1}', r"line 2: the escape \\udfff alone is half a character"),
        (b"[" * 100_000, "line 2: not JSON that can be read"),
        (b"9" * 10_000, "line 2: not JSON that can be read"),
    ],
)
def test_a_bad_line_is_named(tmp_path, second, message):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "fine"}\n' + second + b"\n")
    with pytest.raises(InputError, match=r"a\.jsonl, " + message):
        list(read_json_lines(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("read", [read_json, lambda path: list(read_json_lines(path))])
def test_a_truncated_gzip_file_or_none_at_all_is_named(tmp_path, read):
    with pytest.raises(InputError, match=r"a\.json\.gz: no such file"):
        read(tmp_path / "a.json.gz")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"[1]")[:-6])
    with pytest.raises(InputError, match=r"a\.json\.gz: not a whole gzip file"):
        read(tmp_path / "a.json.gz")


def test_a_whole_file_names_the_line_too(tmp_path):
    (tmp_path / "a.json").write_text('{"data":\n\n oops}')
    with pytest.raises(InputError, match=r"a\.json, line 3: not JSON"):
        read_json(tmp_path / "a.json")


def test_clean_text_is_composed_and_has_no_outer_blanks():
    assert clean("\u3000O\u0323\u0300na\u0300 \n") == "Ọ̀nà"
    # right-to-left marks belong to the text
    assert clean("\u200fسلام\u200f") == "\u200fسلام\u200f"
