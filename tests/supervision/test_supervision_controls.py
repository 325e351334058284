from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.supervision import (
    TextPairs,
    english_only,
    misspelt,
    other_languages,
    perturb,
    shuffled_lexicon,
    shuffled_pairs,
)

seeds = st.integers(0, 99)
unique_words = st.lists(st.text("abc", min_size=1, max_size=4), min_size=2, max_size=12, unique=True)


def bitext(language, size):
    return Bitext(language, language, *(tuple(f"{language}{side}{i}" for i in range(size)) for side in "se"))


@given(unique_words, seeds)
def test_no_sentence_keeps_its_translation_and_none_is_lost(sentences, seed):
    pairs = TextPairs("p", "sw", tuple(sentences), tuple(sentences), ((),) * len(sentences))
    shuffled = shuffled_pairs(pairs, seed)
    assert shuffled.source == pairs.source
    assert sorted(shuffled.english) == sorted(pairs.english)
    assert all(one != other for one, other in zip(shuffled.english, pairs.english, strict=True))
    assert shuffled.alignment is None
    assert shuffled == shuffled_pairs(pairs, seed)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1, max_size=6), seeds)
def test_repeated_sentences_get_none_of_their_translations_wherever_that_is_possible(rows, seed):
    sources, english = zip(*rows, strict=True)
    possible = any(set(rows).isdisjoint(zip(sources, order, strict=True)) for order in permutations(english))
    pairs = TextPairs("p", "sw", sources, english)
    if possible:
        assert set(rows).isdisjoint(zip(sources, shuffled_pairs(pairs, seed).english, strict=True))
    else:
        with pytest.raises(InputError, match="p: too few different translations"):
            shuffled_pairs(pairs, seed)


def test_the_seed_decides_which_translation_comes_where():
    pairs = TextPairs.of(bitext("sw", 20))
    assert len({shuffled_pairs(pairs, seed).english for seed in range(5)}) == 5


@given(unique_words, seeds)
def test_a_shuffled_lexicon_has_no_right_entry_and_all_translations(entries, seed):
    # each shares one of its two translations with the next
    lexicon = Lexicon("l", "sw", {w: (w, after) for w, after in zip(entries, [*entries[1:], "zzz"], strict=True)})
    try:
        shuffled = shuffled_lexicon(lexicon, seed)
    except InputError:
        assert len(entries) < 4  # a ring of two or three leaves no way
        return
    assert list(shuffled.entries) == list(lexicon.entries)
    assert sorted(shuffled.entries.values()) == sorted(lexicon.entries.values())
    assert all(set(shuffled.entries[word]).isdisjoint(lexicon.entries[word]) for word in entries)


def test_other_languages_give_equal_parts_of_the_same_size():
    pairs = other_languages(5, [bitext("so", 9), bitext("de", 2)], "sw")
    assert (len(pairs), pairs.language) == (5, "mul")
    assert pairs.tags == (("so",),) * 3 + (("de",),) * 2
    assert all(source.replace("s", "") == english.replace("e", "").replace("s", "") or source[:2] == english[:2]
               for source, english in zip(pairs.source, pairs.english, strict=True))  # fmt: skip
    one = other_languages(3, [bitext("so", 9)], "sw", seed=1)
    assert (one.language, one.tags) == ("so", None)
    assert other_languages(6, [bitext("so", 9)], "sw", seed=1).source[:3] == one.source


def test_misspelt_english_stands_beside_its_clean_form():
    texts = ["Where do bees live?", "Why?"]
    pairs = misspelt(texts, 0.5, seed=3)
    assert pairs.source == tuple(perturb(texts, "typos", 0.5, 3))
    assert pairs.english == tuple(texts)
    assert (pairs.language, pairs.switch_rate, pairs.code_mixing_index) == ("en", 0, 0)


def test_english_alone_is_aligned_with_itself():
    pairs = english_only(["Where, bees?"])
    assert pairs.source == pairs.english == ("Where, bees?",)
    assert pairs.alignment == (((0, 0), (1, 1)),)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shuffled_pairs(TextPairs("p", "sw", ("a",), ("b",))), "p: too few different translations .* of 1 "),
        (lambda: shuffled_pairs(TextPairs("p", "sw", ("a", "c"), ("b", "b"))), "p: too few different translations"),
        (lambda: shuffled_lexicon(Lexicon("l", "sw", {"a": ("x",), "b": ("x",)})), "l: too few different translations"),
        (lambda: other_languages(1, [], "sw"), "needs bitext of another language; the list is empty"),
        (lambda: other_languages(1, [bitext("sw", 3)], "sw"), "sw is in sw, the language that is studied"),
        (lambda: other_languages(8, [bitext("so", 3)], "sw"), "so has 3 sentence pairs, fewer than its part of 8"),
        (lambda: misspelt(["a"], 2), r"severity must be in \[0, 1\], got 2"),
    ],
)
def test_what_cannot_work_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
