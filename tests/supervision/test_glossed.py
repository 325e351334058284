import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon, load_bitext, load_lexicon
from clirlab.errors import InputError
from clirlab.supervision import (
    TextPairs,
    budget,
    gloss,
    glossary,
    glossed_pairs,
    induce_lexicon,
    switch_counts,
    translated_words,
    words,
)
from clirlab.supervision.pairs import join

BITEXT = Bitext(
    "toy", "sw", ("Maji ni uhai.", "Kwa nini Juma?", "maji"), ("Water is life.", "Why Juma?", "water")
)  # fmt: skip
LEXICON = Lexicon("tiny", "sw", {"water": ("maji",), "life": ("uhai",), "why not": ("kwa nini",)})


def test_the_source_side_is_the_gloss():
    pairs = glossed_pairs(BITEXT, LEXICON)
    assert pairs.source == ("Water ni life.", "Why not Juma?", "water")
    assert pairs.english == BITEXT.english
    assert pairs.tags == (("en", "sw", "en"), ("en", "en", "sw"), ("en",))
    assert (pairs.language, pairs.alignment) == ("sw", None)
    assert pairs.name == "toy, gloss by tiny"


def test_the_native_sentence_may_come_first():
    pairs = glossed_pairs(BITEXT, LEXICON, form="native+gloss")
    assert pairs.source[1] == "Kwa nini Juma? Why not Juma?"
    assert pairs.tags[1] == ("sw", "sw", "sw", "en", "en", "sw")


def test_they_cost_what_their_bitext_costs_however_much_is_glossed():
    for form in ("gloss", "native+gloss"):
        pairs = glossed_pairs(BITEXT, LEXICON, form=form)
        assert translated_words(pairs) == translated_words(BITEXT) == 7
        assert translated_words(pairs.take([1])) == 3
        assert len(budget(pairs, words=6, seed=1)) == 2
    both = join("both", [pairs, TextPairs("", "sw", ("habari njema",), ("good news",))])
    assert translated_words(both) == 9


def test_it_is_the_gloss_of_a_query_in_any_choice():
    bitext, lexicon = load_bitext("demo/en/sw"), load_lexicon("demo/en/sw")
    for choice in ("first", "bag"):
        pairs = glossed_pairs(bitext, lexicon, choice=choice)
        assert list(pairs.source) == [one.text for one in gloss(bitext.source, lexicon, choice)]
        assert all(len(tags) == len(words(text)) for tags, text in zip(pairs.tags, pairs.source, strict=True))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 9))
def test_less_is_glossed_at_a_smaller_probability_and_always_the_same(one, other, seed):
    index = glossary(LEXICON)
    low, high = sorted([one, other])
    small, large = (glossed_pairs(BITEXT, index, seed=seed, probability=p) for p in (low, high))
    for few, many in zip(small.source, large.source, strict=True):
        assert set(words(few)) - set(words(many)) <= {"Maji", "uhai", "Kwa", "nini", "maji"}
    assert (switch_counts(small)[:, 0] >= switch_counts(large)[:, 0] - 1).all()
    assert glossed_pairs(BITEXT, index, probability=0).source == BITEXT.source


def test_a_lexicon_induced_from_the_same_bitext_knows_its_sentences():
    bitext = load_bitext("demo/en/sw")
    pairs = glossed_pairs(bitext, induce_lexicon(bitext, most=20))
    english = sum(tag == "en" for tags in pairs.tags for tag in tags)
    assert english > 0.4 * translated_words(bitext)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"form": "glos"}, "unknown form of glossed pairs 'glos'; did you mean 'gloss'"),
        ({"probability": 1.5}, r"probability must be in \[0, 1\], got 1.5"),
        ({"choice": "contextual"}, "the contextual choice needs embed="),
        ({"match": ["near"]}, "unknown step of matching 'near'"),
    ],
)
def test_what_cannot_work_is_named(options, message):
    with pytest.raises(InputError, match=message):
        glossed_pairs(BITEXT, LEXICON, **options)
