from collections import Counter

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.supervision import perturb, words
from clirlab.supervision.perturb import NEIGHBOURS, typo

seeds = st.integers(0, 999)
queries = st.text("abcdeñ ,?", max_size=40)
syllables = st.sampled_from(["क", "पा", "नी", "हाँ", "कि", "त्र", "क्षे", "हिं", "दी"])


def clusters(text):
    return Counter(regex.findall(r"\X", text))


def test_every_kind_of_typing_error_occurs_and_no_other():
    # swapped, left out, typed twice, and neighbouring keys of b and e; the last letter is only swapped
    replaced = {key + "ee" for key in NEIGHBOURS["b"]} | {f"b{key}e" for key in NEIGHBOURS["e"]}
    found, capitals = ({typo(word, np.random.default_rng(seed)) for seed in range(500)} for word in ("bee", "BEE"))
    assert found - {"bee"} == {"ebe", "ee", "be", "bbee", "beee"} | replaced
    assert capitals == {word.upper() for word in found}


def test_neighbours_are_the_keys_around():
    assert sorted(NEIGHBOURS["s"]) == sorted("adwezx")
    assert all(letter in NEIGHBOURS[key] for letter, keys in NEIGHBOURS.items() for key in keys)


def test_a_word_that_is_hit_is_damaged():
    # two equal letters swapped would be no damage
    assert [seed for seed in range(20) if perturb(["oo"], "typos", severity=1, seed=seed) == ["oo"]] == []


@given(st.lists(queries), seeds)
def test_severity_0_gives_the_texts_back_and_the_same_seed_the_same_damage(texts, seed):
    assert perturb(texts, "typos", 0, seed) == texts
    assert perturb(texts, "typos", 0.5, seed) == perturb(texts, "typos", 0.5, seed)


@given(st.lists(st.text("abcde", min_size=1, max_size=6), min_size=1), seeds)
def test_damage_is_nested(typed, seed):
    low, high, full = (perturb([" ".join(typed)], "typos", s, seed)[0].split() for s in (0.2, 0.6, 1))
    for word, light, heavy, worst in zip(typed, low, high, full, strict=True):
        assert light in (word, heavy)
        assert heavy in (word, worst)


def test_severity_is_the_share_of_damaged_words():
    damaged = perturb(["water water"] * 2000, "typos", 0.3)
    assert np.mean([word != "water" for text in damaged for word in words(text)]) == pytest.approx(0.3, abs=0.03)


def test_blanks_and_punctuation_and_words_of_one_letter_stay():
    damaged = perturb([" ¿I  ate,  (a) bee?! "], "typos", severity=1)[0]
    assert regex.sub(r"\p{L}{2,}", "_", damaged) == " ¿I  _,  (a) _?! "


@given(st.lists(syllables, min_size=2, max_size=6).map("".join), seeds)
def test_combining_marks_stay_with_their_letters(word, seed):
    damaged = perturb([word], "typos", severity=1, seed=seed)[0]
    before, after = clusters(word), clusters(damaged)
    assert (before - after).total() + (after - before).total() <= 1  # one left out, one twice, or none when swapped
    assert not regex.match(r"\p{M}", damaged)


def test_unknown_kinds_and_severities_are_named():
    with pytest.raises(InputError, match="unknown perturbation 'typo'; did you mean 'typos'"):
        perturb(["bee"], "typo", 0.5)
    for severity in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"severity must be in \[0, 1\], got "):
            perturb(["bee"], "typos", severity)
