import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.supervision import (
    TextPairs,
    budget,
    buy_bitext,
    buy_lexicon,
    code_switch,
    misspelt,
    translated_words,
    words,
)

LEXICON = Lexicon(
    "tiny", "sw", {"water": ("maji", "majimaji"), "why": ("kwa nini",), "moon": ("mwezi",), "house": ("nyumba",)}
)


def bitext(costs):
    """One pair for each cost: "w0 w0 w0" costs 3."""
    return Bitext(
        "tiny",
        "sw",
        tuple(" ".join([f"w{i}"] * c) for i, c in enumerate(costs)),
        tuple(f"e{i}" for i in range(len(costs))),
    )


def spent(texts):
    return sum(len(words(text)) for text in texts)


def test_pairs_are_bought_whole_until_the_next_exceeds_the_budget():
    bought = buy_bitext(bitext([3, 3, 3]), budget=8, seed=0)
    assert len(bought) == 2
    assert {s.split()[0][1:] for s in bought.source} == {e[1:] for e in bought.english}  # pairs stay together


def test_the_seed_decides_which():
    assert len({buy_bitext(bitext([1] * 20), 5, seed).source for seed in range(4)}) == 4


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.data(), st.integers(0, 99))
def test_a_budget_is_never_exceeded_and_a_smaller_one_buys_the_start_of_a_larger_one(costs, data, seed):
    budgets = st.integers(max(costs), max(max(costs), sum(costs)))
    low, high = sorted([data.draw(budgets), data.draw(budgets)])
    small, large = (buy_bitext(bitext(costs), budget, seed) for budget in (low, high))
    assert spent(small.source) <= low < spent(small.source) + max(costs)
    assert large.source[: len(small)] == small.source


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 99))
def test_lexicon_budgets_are_nested(one, other, seed):
    low, high = sorted([one, other])
    text = ["Why is the house under water, and the moon?"]
    small, large = (buy_lexicon(LEXICON, text, budget, seed) for budget in (low, high))
    assert spent(t for (t,) in small.entries.values()) <= low
    assert list(large.entries.items())[: len(small)] == list(small.entries.items())


def test_a_lexicon_counts_only_entries_that_a_text_uses_each_with_its_first_translation():
    # WATER costs 1, why costs 2; moon and house occur in no text
    bought = buy_lexicon(LEXICON, ["WATER?", "Why water!"], budget=3, seed=0)
    assert bought.entries == {"water": ("maji",), "why": ("kwa nini",)}
    assert bought.language == "sw"


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 99), st.sampled_from(["random", "foreign-frequency"]))
def test_without_texts_all_entries_can_be_bought_and_budgets_are_nested(one, other, seed, policy):
    low, high = sorted([one, other])
    often = {"maji": 7, "nyumba": 3}
    small, large = (buy_lexicon(LEXICON, None, budget, seed, policy, often) for budget in (low, high))
    assert spent(t for (t,) in small.entries.values()) <= low
    assert list(large.entries.items())[: len(small)] == list(small.entries.items())
    if policy == "foreign-frequency":
        assert list(small.entries)[:2] == ["water", "house"]
    assert len(buy_lexicon(LEXICON, None, 5, seed)) == len(LEXICON)


@pytest.mark.parametrize(
    ("buy", "message"),
    [
        (lambda: buy_bitext(bitext([3, 4]), 8, seed=0), "tiny holds 7 translated words, fewer than the budget of 8"),
        (lambda: buy_bitext(bitext([3, 3]), 2, seed=0), "a budget of 2 translated words buys nothing; .* costs 3"),
        (lambda: buy_lexicon(LEXICON, ["Water, moon."], 3, seed=0), "that the English texts use.* holds 2 translated"),
        (lambda: buy_lexicon(LEXICON, None, 6, seed=0), "^tiny holds 5 translated words, fewer than the budget of 6"),
        (lambda: buy_lexicon(LEXICON, ["Why?"], 1, seed=0), "a budget of 1 translated words buys nothing; .* costs 2"),
        (
            lambda: budget(TextPairs("none", "sw", (), ())),
            "none holds 0 translated words, fewer than the budget of 1,000",
        ),
        (lambda: buy_bitext(bitext([3]), 3, 0, "question"), "unknown policy .* 'question'; did you mean 'questions'"),
        (lambda: buy_bitext(bitext([3]), 3, 0, "coverage"), "the policy 'coverage' needs frequencies=, such as word_f"),
        (
            lambda: buy_lexicon(LEXICON, ["Why?"], 2, 0, "frequent"),
            "unknown policy .* 'frequent'; .* known: english-fr",
        ),
        (
            lambda: buy_lexicon(LEXICON, ["Why?"], 2, 0, "foreign-frequency", {}),
            "the policy 'foreign-frequency' needs frequencies=",
        ),
    ],
)
def test_a_budget_that_does_not_fit_is_named(buy, message):
    with pytest.raises(InputError, match=message):
        buy()


SENTENCES = [
    "Why is the house here?",
    "Water, not the moon.",
    "Why is there water?",
    "The moon is not water.",
    "House!",
]


@given(st.integers(1, 5), st.integers(0, 99), st.floats(0.3, 1))
def test_switched_pairs_pay_for_each_entry_once_and_smaller_sets_lie_inside_larger_ones(words_, seed, probability):
    whole = code_switch(SENTENCES, LEXICON, probability, seed)
    used = {word for text in whole.english for word in words(text.lower())} & LEXICON.entries.keys()
    most = translated_words(whole)
    assume(most)
    assert most <= translated_words(LEXICON.take(used))
    low, high = min(words_, most), most
    assume(low >= max(translated_words(whole.take([i])) for i in range(len(whole))))  # any may be the first to be paid
    small, large = budget(whole, low, seed), budget(whole, high, seed)
    assert translated_words(small) <= low
    assert large.source[: len(small)] == small.source
    assert len(large) == len(whole)


def test_a_switched_set_costs_the_entries_that_it_uses():
    # why costs 2 and water 1, however often they occur; "MAJI" is the same entry as "maji"
    switched = code_switch(["Why water, why WATER?", "Water is water."], LEXICON, probability=1)
    assert translated_words(switched) == translated_words(LEXICON.take(["why", "water"])) == 3


def test_two_english_words_of_one_translation_are_two_entries():
    lexicon = Lexicon("tiny", "sw", {"one": ("moja",), "alone": ("moja",)})
    switched = code_switch(["One is alone."], lexicon, probability=1)
    assert translated_words(switched) == translated_words(lexicon) == 2


def test_without_links_foreign_words_are_entries_and_sentences_without_english_are_translations():
    tags = (("sw", "en", "sw"), ("sw", "sw"))
    pairs = TextPairs("tiny", "sw", ("maji is maji", "maji maji"), ("water is water", "water water"), tags=tags)
    assert translated_words(pairs.take([0])) == 1
    assert translated_words(pairs) == 3


def test_pairs_without_tags_cost_their_foreign_words_as_a_bitext_does():
    whole = bitext([1, 2, 3])
    assert translated_words(TextPairs.of(whole)) == translated_words(whole) == 6
    assert budget(TextPairs.of(whole), 4, seed=1).source == budget(whole, 4, seed=1).source
    assert budget(whole, 4, seed=1) == buy_bitext(whole, 4, seed=1)


def test_entries_of_several_words_are_bought_where_a_text_has_them_one_after_the_other():
    lexicon = Lexicon("tiny", "sw", {"ice cream": ("aiskrimu",), "cream ice": ("x",), "…": ("y",)})
    assert list(buy_lexicon(lexicon, ["Ice cream!"], 1, seed=0).entries) == ["ice cream"]
    with pytest.raises(InputError, match="holds 1 translated words"):
        buy_lexicon(lexicon, ["Ice cream!"], 2, seed=0)


def test_misspelt_english_costs_nothing():
    assert translated_words(misspelt(["Where do bees live?"], severity=1)) == 0
