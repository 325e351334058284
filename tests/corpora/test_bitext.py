import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext
from clirlab.corpora.bitext import LONGEST, collect
from clirlab.errors import InputError

SENTENCES = st.text(st.sampled_from("ab é\u0301\u200f\x00\ud800\ufffd\t\u2028\U0001f600क्"), max_size=6)


def test_pairs_keep_their_order_and_each_reason_is_counted():
    pairs = [
        ("Water is life.", "Maji ni uhai."),
        ("Thank you.", "Asante."),
        ("Water is life. ", " Maji ni uhai."),
        ("Thank you.", "Shukrani."),
        ("", "Hujambo."),
        ("?", "\u200f\u200e "),  # marks that nobody sees
        ("A\x00B", "C"),
        ("attach\ufffd", "C"),
        ("\ud800", "C"),
        ("x" * (LONGEST + 1), "C"),
        ("x" * LONGEST, "C"),
    ]
    bitext = collect(pairs, "mixed", "sw")
    assert bitext.source == ("Maji ni uhai.", "Asante.", "Shukrani.", "C")
    assert bitext.english[:3] == ("Water is life.", "Thank you.", "Thank you.")
    assert bitext.counts == {"read": 11, "empty": 2, "damaged": 3, "too_long": 1, "repeated": 1}
    assert repr(bitext) == (
        "Bitext(mixed: 4 sentence pairs, sw-en; left out: 2 empty, 3 damaged, 1 too_long, 1 repeated)"
    )


def test_one_text_in_two_spellings_of_unicode_is_one_pair():
    bitext = collect([("bear", "Ba\u0308r"), ("bear", "B\u00e4r")], "bears", "de")
    assert bitext.source == ("B\u00e4r",)
    assert bitext.counts["repeated"] == 1


def test_line_breaks_and_tabs_inside_become_a_blank_and_right_to_left_marks_stay():
    bitext = collect([("two\tor\r\nthree\u2028lines\x85here", "\u200fسلام\u200c")], "one", "fa")
    assert bitext.english == ("two or three lines here",)
    assert bitext.source == ("\u200fسلام\u200c",)


def test_the_limit_of_length_can_be_chosen():
    assert collect([("abc", "de"), ("abcd", "de")], "short", "sw", longest=3).counts["too_long"] == 1


@given(st.lists(st.tuples(SENTENCES, SENTENCES), max_size=12))
def test_every_pair_is_kept_or_counted_once(pairs):
    try:
        bitext = collect(pairs, "any", "sw")
    except InputError as error:
        assert "any: no sentence pairs" in str(error)
        return
    assert bitext.counts["read"] == len(pairs) == len(bitext) + sum(list(bitext.counts.values())[1:])
    kept = list(zip(bitext.source, bitext.english, strict=True))
    assert len(set(kept)) == len(kept)
    for text in (*bitext.source, *bitext.english):
        assert text == unicodedata.normalize("NFC", text).strip() != ""
        text.encode()
        assert not {"\x00", "\t", "\ufffd", "\u2028"} & set(text)


def test_nothing_left_is_an_error_that_tells_why():
    with pytest.raises(InputError, match=r"none: no sentence pairs \(2 read, 1 empty, 1 damaged\); expected English"):
        collect([("", "a"), ("b", "\x00")], "none", "sw")
    with pytest.raises(InputError, match=r"no sentence pairs \(nothing read\)"):
        collect([], "none", "sw")


PAIRS = Bitext("four", "sw", ("a", "bb", "cccc", "dddddd"), ("a", "b", "c", "d"), {"read": 5, "repeated": 1})


def test_parts_and_what_is_left():
    assert PAIRS.take([2, 0]) == Bitext("four", "sw", ("cccc", "a"), ("c", "a"))
    assert PAIRS.take([2, 0]).counts == {}
    assert PAIRS.without([1, 3], "overlapping").source == ("a", "cccc")
    assert PAIRS.without([1, 3], "overlapping").counts == {"read": 5, "repeated": 1, "overlapping": 2}


def test_unbalanced_pairs_are_filtered_and_counted():
    # two times as long is still allowed
    assert PAIRS.filtered(ratio=2).source == ("a", "bb")
    assert PAIRS.filtered(ratio=2).counts["unbalanced"] == 2
    assert PAIRS.filtered(ratio=4).filtered(ratio=2).counts["unbalanced"] == 2
    with pytest.raises(ValueError, match="ratio must be at least 1, got nan"):
        PAIRS.filtered(float("nan"))


@given(st.lists(st.tuples(st.text("ab", min_size=1), st.text("ab", min_size=1)), min_size=1), st.floats(1, 9))
def test_a_stricter_ratio_keeps_a_part(pairs, ratio):
    bitext = collect(pairs, "any", "sw")
    strict, loose = (set(zip(b.source, b.english, strict=True)) for b in (bitext.filtered(ratio), bitext.filtered(9)))
    assert strict <= loose


def test_counts_do_not_matter_for_equality_and_keys():
    again = Bitext("four", "sw", PAIRS.source, PAIRS.english)
    assert again == PAIRS
    assert {PAIRS: "found"}[again] == "found"
    assert PAIRS.take([0]) != PAIRS
