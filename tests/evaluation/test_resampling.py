"""Bootstrap means of several tables: paired where they must be, independent where not."""

import numpy as np
import pytest

from clirlab.evaluation import bootstrap_interval, bootstrap_means


def test_queries_are_drawn_once_for_all_tables():
    queries = np.random.default_rng(0).random(30)
    first, second, stack = bootstrap_means([queries, queries + 0.1, np.stack([queries[None], queries[None]])], 200)
    assert second - first == pytest.approx(np.full(200, 0.1))
    assert stack.shape == (200, 2)
    assert stack[:, 0] == pytest.approx(first)
    assert np.ptp(first) > 0.05


def test_seeds_are_drawn_for_each_table_and_shared_by_what_stands_before_them():
    seeds = np.array([[0.0] * 4, [1.0] * 4])
    first, second, stack = bootstrap_means([seeds, seeds, np.stack([seeds, 1 - seeds])], 2000)
    assert set(first) == {0, 0.5, 1}
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1
    assert stack.sum(1) == pytest.approx(np.ones(2000))  # where one has drawn the good seed, so has the other
    same = bootstrap_means([seeds, seeds], 50, streams=[3, 3])
    assert same[0].tolist() == same[1].tolist()


def test_the_samples_do_not_depend_on_the_company_of_other_tables_nor_on_the_blocks(monkeypatch):
    table = np.random.default_rng(1).random((3, 20))
    (alone,) = bootstrap_means([table], 100)
    monkeypatch.setattr("clirlab.evaluation.resampling.BLOCK", 7 * 20)
    in_blocks, _ = bootstrap_means([table, table[:2]], 100)
    assert in_blocks == pytest.approx(alone)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([[0.1, 0.2], [0.1]], "same queries; they have .1, 2."),
        ([[0.1, np.nan]], "1 of 2 scores are not finite"),
        ([[]], "there are no scores"),
    ],
)
def test_bad_tables_are_named(tables, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_means(tables)


def test_a_score_that_is_no_number_has_no_interval():
    with pytest.raises(ValueError, match="not finite"):
        bootstrap_interval([0.1, np.inf])
