import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon
from clirlab.supervision import buy_bitext, buy_lexicon, is_question, word_frequencies, words
from clirlab.supervision.policies import BITEXT_POLICIES, LEXICON_POLICIES

LEXICON = Lexicon("tiny", "sw", {"moon": ("mwezi", "x"), "water": ("maji",), "why": ("kwa nini",), "to be": ("kuwa",)})
TEXT = ["Why? To be the moon, to be water."]
vocabulary = st.sampled_from(["maji", "ni", "uhai", "nyuki", "wapi"])
sources = st.lists(st.lists(vocabulary, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8)


@pytest.mark.parametrize(
    "text",
    [
        "Wapi?", "Wapi? ", "“Wapi?”", "(Wapi?!?)", "أين؟", "在哪里？", "¿Dónde", "«¿Dónde viven?»", "Πού ζουν;",
        "Որտե՞ղ են", "የት ናቸው፧", "कहाँ?", "どこですか。", "你好吗", "What—where?",
    ],
)  # fmt: skip
def test_questions(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["Maji.", "", "“Where?” he asked.", "a; b;", "か は", "呢 是"])
def test_no_questions(text):
    assert not is_question(text)


def test_entries_are_bought_by_the_frequency_of_english_or_of_the_foreign_word():
    english = {"moon": 1, "water": 9, "why": 5, "be": 7, "to": 3}
    bought = buy_lexicon(LEXICON, TEXT, 5, 0, "english-frequency", english)
    assert list(bought.entries) == ["water", "why", "to be", "moon"]  # "to be" is as rare as "to"
    foreign = {"mwezi": 2, "maji": 1, "kwa": 8, "nini": 3, "x": 99}
    bought = buy_lexicon(LEXICON, TEXT, 5, 0, "foreign-frequency", foreign)
    assert list(bought.entries) == ["why", "moon", "water", "to be"]


def test_questions_are_bought_first_whichever_side_asks():
    bitext = Bitext("tiny", "sw", ("a", "b?", "c", "d"), ("A.", "B.", "C?", "D."))
    assert all(set(buy_bitext(bitext, 2, seed, "questions").source) == {"b?", "c"} for seed in range(5))


def test_coverage_is_bought_by_new_counts_for_each_word_paid():
    # "ni ni ni" brings 6 for 3 words, "maji" 5 for 1, "uhai maji" then 4 for 2; "x" brings nothing
    bitext = Bitext("tiny", "sw", ("x", "uhai maji", "ni ni ni", "maji"), ("1", "2", "3", "4"))
    bought = buy_bitext(bitext, 7, 0, "coverage", {"maji": 5, "ni": 6.5, "uhai": 4})
    assert bought.english == ("4", "3", "2", "1")


@given(sources, st.integers(0, 9))
def test_the_greedy_order_is_that_of_the_plain_loop(texts, seed):
    bitext = Bitext("tiny", "sw", tuple(texts), tuple(map(str, range(len(texts)))))
    counts = word_frequencies(["maji ni uhai", "nyuki ni", "maji ni"])
    total = sum(len(words(text)) for text in texts)
    bought = [int(i) for i in buy_bitext(bitext, total, seed, "coverage", counts).english]
    covered = set()
    for k, i in enumerate(bought):
        gains = {j: sum(counts[w] for w in set(texts[j].split()) - covered) / len(texts[j].split()) for j in bought[k:]}
        assert gains[i] == max(gains.values())
        covered |= set(texts[i].split())


@given(sources, st.sampled_from(sorted(BITEXT_POLICIES)), st.data(), st.integers(0, 9))
def test_every_policy_is_nested_and_deterministic_and_keeps_the_budget(texts, policy, data, seed):
    bitext = Bitext("tiny", "sw", tuple(texts), tuple(map(str, range(len(texts)))))
    budgets = st.integers(4, max(4, sum(len(text.split()) for text in texts)))
    low, high = sorted([data.draw(budgets), data.draw(budgets)])
    if sum(len(text.split()) for text in texts) < high:
        return
    small, large = (buy_bitext(bitext, n, seed, policy, {"ni": 2, "maji": 1}) for n in (low, high))
    assert large.english[: len(small)] == small.english
    assert sum(len(text.split()) for text in small.source) <= low
    assert small == buy_bitext(bitext, low, seed, policy, {"ni": 2, "maji": 1})


@given(st.sampled_from(sorted(LEXICON_POLICIES)), st.integers(2, 5), st.integers(2, 5), st.integers(0, 9))
def test_every_policy_of_entries_is_nested(policy, one, other, seed):
    low, high = sorted([one, other])
    small, large = (buy_lexicon(LEXICON, TEXT, n, seed, policy, {"moon": 3, "kuwa": 2}) for n in (low, high))
    assert list(large.entries)[: len(small)] == list(small.entries)
    assert all(len(found) == 1 for found in large.entries.values())


def test_equals_are_bought_in_random_order():
    orders = {tuple(buy_lexicon(LEXICON, TEXT, 5, seed, "english-frequency", {"x": 1}).entries) for seed in range(9)}
    assert len(orders) > 3
