import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon
from clirlab.supervision import code_switch

SWAHILI = {"water": ("maji", "majimaji"), "bread": ("mkate",), "why": ("kwa nini",), "moon": ("mwezi",)}
LEXICON = Lexicon("tiny", "sw", SWAHILI)
sentences = st.lists(st.sampled_from([*SWAHILI, "is", "life"]), min_size=1, max_size=8).map(" ".join)


def test_worked_example():
    texts = ["Water is life; bread, too!", "Nothing here.", "(WHY moon-water?)"]
    found = code_switch(texts, LEXICON, probability=1)
    # case of the initial and punctuation are kept; moon-water is one word, not in the lexicon
    assert found.source == ("Maji is life; mkate, too!", "(Kwa nini moon-water?)")
    assert found.english == (texts[0], texts[2])  # the sentence without a switch is left out
    assert found.switched == ((0, 3), (0,))
    assert found.switch_rate == pytest.approx(3 / 7)
    assert found.code_mixing_index == pytest.approx(100 * 3 / 7)


def test_code_mixing_index_counts_the_rarer_language():
    # 3 of 4 words are Swahili: CMI = 100 (1 - 3/4)
    assert code_switch(["water bread moon life"], LEXICON, probability=1).code_mixing_index == pytest.approx(25)


def test_half_of_the_known_words_at_probability_one_half():
    found = code_switch(["water life " * 2000], LEXICON, probability=0.5)
    assert found.switch_rate == pytest.approx(0.25, abs=0.02)


@given(st.lists(sentences, unique=True), st.sets(st.sampled_from(list(SWAHILI))), st.integers(0, 99))
def test_a_larger_lexicon_and_a_higher_probability_switch_the_same_words_and_more(texts, known, seed):
    def positions(lexicon, probability):
        found = code_switch(texts, lexicon, probability, seed)
        return {(text, p) for text, switched in zip(found.english, found.switched, strict=True) for p in switched}

    assert positions(LEXICON.take(known), 0.5) <= positions(LEXICON, 0.5) <= positions(LEXICON, 0.8)


@given(st.lists(sentences, unique=True), st.integers(0, 99))
def test_switched_words_are_translated_and_the_others_stay(texts, seed):
    found = code_switch(texts, LEXICON, 0.5, seed)
    for source, english, switched in zip(found.source, found.english, found.switched, strict=True):
        expected = [SWAHILI[word][0] if i in switched else word for i, word in enumerate(english.split())]
        assert source == " ".join(expected)


def test_texts_without_a_known_word_give_an_empty_result_that_can_be_shown():
    found = code_switch(["Nothing here."], LEXICON, probability=1)
    assert len(found) == 0
    assert "0 sentences" in repr(found)


@pytest.mark.parametrize("probability", [0, -0.1, 1.1, float("nan")])
def test_a_bad_probability_is_named(probability):
    with pytest.raises(ValueError, match=r"probability must be in \(0, 1\], got "):
        code_switch(["Water."], LEXICON, probability)
