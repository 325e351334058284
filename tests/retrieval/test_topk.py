"""The best of a stream of tiles: as a full sort would have them, whatever the tiles."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal

from clirlab.retrieval import best_of, run_of, topk

INF = float("inf")
IDS = ["d10", "d9", "D1", "é", "e", "a", "日"]
# few values, so that many are equal, also at the k-th place
tied = arrays(np.float32, (2, len(IDS)), elements=st.sampled_from([-INF, -1.5, -0.0, 0, 1, 2, 1e-30, -1e-30]))


@settings(deadline=None)
@given(
    tied, st.permutations(range(len(IDS))), st.sets(st.integers(1, 6)), st.integers(1, 9), st.sampled_from([1, 3, 99])
)
def test_the_best_are_those_of_the_whole_matrix_however_it_is_cut_and_shuffled(scores, order, cuts, k, held):
    tiles = [part.tolist() for part in np.split(np.array(order), sorted(cuts))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topk, "HELD", held)
        found = best_of(((t, torch.tensor(scores[:, t])) for t in tiles), ["p", "q"], IDS, k)
    assert_frame_equal(found, run_of(scores + 0.0, ["p", "q"], IDS, k), check_exact=True)


@given(arrays(np.float32, (1, 5), elements=st.floats(-1e4, 1e4, width=32)))
def test_scores_are_rounded_to_two_millionths_of_themselves(scores):
    found = best_of([(range(5), torch.tensor(scores))], ["q"], list("abcde"), 5)
    assert np.sort(found["score"]) == pytest.approx(np.sort(scores[0]), rel=2e-6, abs=1e-38)


def test_what_differs_by_rounding_alone_is_equal():
    scores = torch.tensor([[20.0, np.nextafter(np.float32(20), np.float32(21)), 20.001]])
    found = best_of([(range(3), scores)], ["q"], ["a", "b", "c"], 3)
    assert found["doc_id"].tolist() == ["c", "a", "b"]


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="a score is NaN"):
        best_of([([0], torch.tensor([[torch.nan]]))], ["q"], ["d"], 1)


def test_no_query_gives_an_empty_run():
    found = best_of([([0], torch.zeros(0, 1))], [], ["d"], 1)
    assert isinstance(found, pd.DataFrame)
    assert found.empty
