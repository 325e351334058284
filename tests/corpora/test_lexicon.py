from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon
from clirlab.corpora.lexicon import merge
from clirlab.errors import InputError

TINY = Lexicon(
    "tiny",
    "de",
    {"bank": ("Bank", "Ufer"), "a little": ("wenig",), "shore": ("Ufer",), "the": ("die", "der")},
    {"bank": ("one", "two"), "a little": ("one",), "shore": ("two",), "the": ("one", "one")},
)
WORDS = st.text("abc", min_size=1, max_size=2)
ENTRIES = st.dictionaries(
    WORDS, st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=6
)


def test_take_keeps_where_entries_came_from():
    part = TINY.take(["shore", "bank"])
    assert list(part.entries.items()) == [("shore", ("Ufer",)), ("bank", ("Bank", "Ufer"))]
    assert part.origins == {"shore": ("two",), "bank": ("one", "two")}
    assert TINY.take([]).entries == {}


def test_top_by_the_list_by_english_and_by_foreign_words():
    assert list(TINY.top(2).entries) == ["bank", "a little"]
    # what the table lacks comes last, in the order of the list
    assert list(TINY.top(9, by={"the": 5, "shore": 1}).entries) == ["the", "shore", "bank", "a little"]
    # phrases are counted as they stand
    assert list(TINY.top(1, by=Counter({"a little": 2, "little": 90})).entries) == ["a little"]
    # ufer is looked up in lower case; bank has it as well and stands first
    assert list(TINY.top(2, by={"ufer": 3, "wenig": 2}, side="foreign").entries) == ["bank", "shore"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"n": -1}, "n must be at least 0, got -1"), ({"n": 1, "side": "sw"}, "side must be 'english' or 'foreign'")],
)
def test_top_of_nothing_that_is(arguments, message):
    with pytest.raises(ValueError, match=message):
        TINY.top(**arguments)


@given(ENTRIES, st.dictionaries(WORDS, st.integers(1, 3)), st.sampled_from(["english", "foreign"]))
def test_a_smaller_top_is_a_part_of_a_larger_one(entries, table, side):
    lexicon = Lexicon("any", "sw", entries)
    for n in range(len(entries)):
        larger = list(lexicon.top(n + 1, table, side).entries)
        assert list(lexicon.top(n, table, side).entries) == larger[:n]


def test_inverted_puts_preferred_translations_first():
    back = TINY.inverted()
    assert (back.language, back.from_language) == ("en", "de")
    assert back.entries == {
        "bank": ("bank",),
        "ufer": ("shore", "bank"),
        "wenig": ("a little",),
        "die": ("the",),
        "der": ("the",),
    }
    assert back.origins["ufer"] == ("two", "two")
    assert repr(back) == "Lexicon(tiny: 5 words (de), en)"
    assert Lexicon("plain", "de", {"a": ("b",)}).inverted().origins is None


def test_two_spellings_of_one_translation_give_one_word():
    back = Lexicon("case", "de", {"you": ("Sie", "sie")}, {"you": ("one", "two")}).inverted()
    assert (back.entries, back.origins) == ({"sie": ("you",)}, {"sie": ("one",)})


@given(ENTRIES)
def test_inverting_loses_no_pair(entries):
    lexicon = Lexicon("any", "sw", entries)
    pairs = {(word, foreign) for word, translations in entries.items() for foreign in translations}
    back = lexicon.inverted()
    assert {(word, foreign) for foreign, found in back.entries.items() for word in found} == pairs
    again = back.inverted()
    assert {(word, foreign) for word, found in again.entries.items() for foreign in found} == pairs
    assert (again.language, again.from_language) == ("sw", "en")


def test_merged_lists_say_where_each_translation_came_from():
    other = Lexicon("other", "de", {"shore": ("Küste", "Ufer"), "bee": ("Biene",)})
    both = merge([TINY, other])
    assert both.name == "tiny+other"
    assert list(both.entries) == ["bank", "a little", "shore", "the", "bee"]
    assert both.entries["shore"] == ("Ufer", "Küste")
    assert both.origins["shore"] == ("two", "other")
    assert merge([other, TINY], "mine").entries["shore"] == ("Küste", "Ufer")
    assert merge([other]).entries == other.entries


@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_merging_loses_no_pair_and_origins_fit(lists):
    lexicons = [Lexicon(str(i), "sw", entries) for i, entries in enumerate(lists)]
    both = merge(lexicons)
    pairs = {(word, foreign) for entries in lists for word, found in entries.items() for foreign in found}
    assert {(word, foreign) for word, found in both.entries.items() for foreign in found} == pairs
    for word, found in both.entries.items():
        for foreign, origin in zip(found, both.origins[word], strict=True):
            first = min(i for i, entries in enumerate(lists) if foreign in entries.get(word, ()))
            assert origin == str(first)


def test_what_cannot_be_merged():
    with pytest.raises(InputError, match="different languages cannot be merged: en-de, en-sw"):
        merge([TINY, Lexicon("x", "sw", {"a": ("b",)})])
    with pytest.raises(InputError, match="no lexicons to merge"):
        merge([])


COUNTED = Lexicon(
    "counted",
    "sw",
    {"rain": ("Maji", "mvua"), "water": ("maji",), "wet": ("maji",)},
    weights={"rain": (2.0, 9.0), "water": (7.0,), "wet": (2.0,)},
)


def test_weights_go_with_their_entries():
    assert COUNTED.take(["wet", "rain"]).weights == {"wet": (2.0,), "rain": (2.0, 9.0)}
    assert COUNTED.top(1).weights == {"rain": (2.0, 9.0)}
    assert COUNTED.first_translations().entries["rain"] == ("Maji",)
    assert COUNTED.first_translations().weights == {"rain": (2.0,), "water": (7.0,), "wet": (2.0,)}
    assert replace(COUNTED, weights=None) == COUNTED


def test_what_was_linked_most_often_comes_first_in_the_inverted_lexicon():
    inverted = COUNTED.inverted()
    # of equals, the order of the list
    assert inverted.entries == {"maji": ("water", "rain", "wet"), "mvua": ("rain",)}
    assert inverted.weights == {"maji": (7.0, 2.0, 2.0), "mvua": (9.0,)}
    assert replace(COUNTED, weights=None).inverted().entries["maji"] == ("rain", "water", "wet")
