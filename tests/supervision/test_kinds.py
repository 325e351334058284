from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.supervision import TextPairs, code_switch, mix, translate_words


def numbered(letter, size):
    return TextPairs(letter, "sw", *(tuple(f"{letter}{i}" for i in range(size)) for _ in range(2)))


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0, 1), st.integers(0, 9))
def test_a_mixture_holds_the_share_and_uses_up_one_kind(one, other, share, seed):
    mixed = mix(numbered("a", one), numbered("b", other), share, seed)
    found = Counter(text[0] for text in mixed.source)
    total = min(one / share if share else 999, other / (1 - share) if share < 1 else 999)
    assert share * total - 1 <= found["a"] <= min(one, share * total + 1e-5)
    assert (1 - share) * total - 1 <= found["b"] <= min(other, (1 - share) * total + 1e-5)
    assert found["a"] == one or found["b"] == other or not one or not other
    assert len(set(mixed.source)) == len(mixed)
    assert mixed.source == mixed.english  # pairs stay together
    assert mixed == mix(numbered("a", one), numbered("b", other), share, seed)


def test_worked_example():
    mixed = mix(numbered("a", 30), numbered("b", 60), 1 / 3, seed=1)
    assert Counter(text[0] for text in mixed.source) == {"a": 30, "b": 60}
    assert mixed.name == "a + b"
    assert [text[0] for text in mixed.source] != sorted(text[0] for text in mixed.source)


def test_shares_0_and_1_are_one_kind_alone():
    bitext, switched = numbered("a", 3), numbered("b", 4)
    assert sorted(mix(bitext, switched, 0).source) == sorted(switched.source)
    assert sorted(mix(bitext, switched, 1).source) == sorted(bitext.source)


def test_bitext_and_code_switched_text_are_told_apart_by_their_tags():
    switched = code_switch(["water is"] * 4, Lexicon("", "sw", {"water": ("maji",)}), 1)
    assert set(mix(TextPairs("", "sw", ("maji ni",), ("water is",)), switched).tags) == {("sw", "sw"), ("sw", "en")}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_bad_share_is_named(share):
    with pytest.raises(InputError, match=r"share must be in \[0, 1\], got "):
        mix(numbered("a", 1), numbered("b", 1), share)


def test_word_by_word_translation_translates_all_that_it_can():
    lexicon = Lexicon("", "sw", {"water": ("maji", "majimaji"), "why": ("kwa nini",)})
    pairs = translate_words(["Why water? Water!", "no"], lexicon)
    assert pairs.source == ("Kwa nini maji? Maji!",)
    sampled = translate_words(["water " * 20], lexicon, choice="sampled").source[0]
    assert {"maji", "majimaji"} == set(sampled.split())
