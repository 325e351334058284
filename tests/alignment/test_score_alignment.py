import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.alignment import AlignmentScore, alignment_error_rate, score_alignment
from clirlab.corpora import GoldAlignment

links = st.frozensets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6)
sentences = st.lists(st.tuples(links, links, links), min_size=1, max_size=6)


def gold_of(sure, possible):
    words = (("w",) * 4,) * len(sure)
    return GoldAlignment("toy", words, words, tuple(map(frozenset, sure)), tuple(map(frozenset, possible)))


def test_worked_example():
    # sentence 0: |A| 2, |S| 1, |A∩S| 1, |A∩P| 2; sentence 1: 2, 3, 1, 1
    gold = gold_of([{(0, 0)}, {(0, 0), (1, 1), (2, 2)}], [{(0, 1)}, set()])
    table = score_alignment([{(0, 0), (0, 1)}, {(0, 0), (3, 3)}], gold)
    assert table["value"].to_dict() == pytest.approx(
        {"precision": 3 / 4, "recall": 2 / 4, "F1": 0.6, "AER": 1 - (2 + 3) / (4 + 4)}
    )
    # three distinct bootstrap samples: both (as above), twice the first (AER 0), twice the second (1 - 2/5)
    assert table.loc["AER", ["low", "high"]].tolist() == pytest.approx([0, 3 / 5])
    assert table.loc["precision", ["low", "high"]].tolist() == pytest.approx([1 / 2, 1])


@given(sentences)
def test_it_is_the_score_of_all_links_together(found):
    predicted, sure, possible = zip(*found, strict=True)

    def together(column):
        return {(k, i, j) for k, links in enumerate(column) for i, j in links}

    if not together(predicted) and not together(sure):
        return
    table = score_alignment(predicted, gold_of(sure, possible), samples=20)
    score = alignment_error_rate(*map(together, (predicted, sure, possible)))
    assert table["value"].tolist() == pytest.approx([score.precision, score.recall, score.f1, score.error_rate])
    assert (table["low"] <= table["value"] + 1e-9).sum() + (table["high"] >= table["value"] - 1e-9).sum() >= 4


def test_intervals_narrow_with_the_number_of_sentences_and_widen_with_the_level():
    generator = np.random.default_rng(0)
    right, wrong = {(0, 0)}, {(1, 1)}
    widths = []
    for n, level in ((50, 0.95), (800, 0.95), (800, 0.5)):
        found = [right if hit else wrong for hit in generator.random(n) < 0.7]
        low, high = score_alignment(found, gold_of([right] * n, [set()] * n), level=level).loc["AER", ["low", "high"]]
        widths.append(high - low)
    # a proportion of .3: ± 1.96 sqrt(.21 / n) and ± .674 sqrt(.21 / n)
    expected = [2 * z * np.sqrt(0.21 / n) for z, n in ((1.96, 50), (1.96, 800), (0.674, 800))]
    assert widths == pytest.approx(expected, rel=0.2)


def test_the_same_seed_gives_the_same_interval_however_many_samples_fit_into_memory():
    gold = gold_of([{(0, 0)}] * 40, [set()] * 40)
    found = [{(0, 0), *((1, j) for j in range(k % 4))} if k % 3 else {(1, 1)} for k in range(40)]
    assert score_alignment(found, gold).equals(score_alignment(found, gold))
    assert not score_alignment(found, gold).equals(score_alignment(found, gold, seed=1))
    # 60,000 samples of 40 sentences are drawn in two parts
    low, high = score_alignment(found, gold, samples=60_000).loc["AER", ["low", "high"]]
    assert (low, high) == pytest.approx(score_alignment(found, gold).loc["AER", ["low", "high"]].tolist(), abs=0.03)


def test_f1_of_a_score():
    assert AlignmentScore(0.5, 1.0, 0.3).f1 == pytest.approx(2 / 3)
    assert AlignmentScore(0.0, 0.0, 1.0).f1 == 0


def test_bad_input_is_named():
    gold = gold_of([set(), set()], [{(0, 0)}, set()])
    with pytest.raises(ValueError, match="links of 1 sentence pairs, but toy has 2"):
        score_alignment([set()], gold)
    with pytest.raises(ValueError, match="no predicted link, and no sure one in toy"):
        score_alignment([set(), set()], gold)
