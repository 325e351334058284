import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.supervision import buy_bitext, buy_lexicon, words

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


@pytest.mark.parametrize(
    ("buy", "message"),
    [
        (lambda: buy_bitext(bitext([3, 4]), 8, seed=0), "tiny holds 7 translated words, fewer than the budget of 8"),
        (lambda: buy_bitext(bitext([3, 3]), 2, seed=0), "a budget of 2 translated words buys nothing; .* costs 3"),
        (lambda: buy_lexicon(LEXICON, ["Water, moon."], 3, seed=0), "that the English texts use.* holds 2 translated"),
        (lambda: buy_lexicon(LEXICON, ["Why?"], 1, seed=0), "a budget of 1 translated words buys nothing; .* costs 2"),
    ],
)
def test_a_budget_that_does_not_fit_is_named(buy, message):
    with pytest.raises(InputError, match=message):
        buy()
