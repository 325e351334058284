import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from clirlab.alignment import extract, to_words

scores = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(0, 1))


def test_match_and_argmax_differ():
    # match: .4 + .45 > .5 + 0; argmax: only (0, 0) is best in its row and in its column
    plan = np.array([[0.5, 0.4], [0.45, 0.0]])
    assert extract(plan, "match") == {(0, 1), (1, 0)}
    assert extract(plan, "argmax") == {(0, 0)}


@pytest.mark.parametrize("how", ["match", "argmax"])
def test_worked_example_with_a_row_too_many(how):
    plan = torch.tensor([[0.1, 0.6], [0.3, 0.2], [0.2, 0.1]], requires_grad=True)
    assert extract(plan, how) == {(0, 1), (1, 0)}


@pytest.mark.parametrize("how", ["match", "argmax"])
def test_scores_of_0_make_no_link(how):
    assert extract(np.array([[0.0, 0.0], [0.0, 0.7]]), how) == {(1, 1)}
    assert extract(np.zeros((2, 3)), how) == set()


@given(scores)
def test_links_are_one_to_one_and_match_has_the_largest_total(plan):
    found = {how: extract(plan, how) for how in ("match", "argmax")}
    for links in found.values():
        assert len({i for i, _ in links}) == len({j for _, j in links}) == len(links)
    match, argmax = (sum(plan[link] for link in found[how]) for how in ("match", "argmax"))
    assert match >= argmax - 1e-12


def test_words_are_linked_where_any_of_their_subwords_are():
    # wa|tu wa|tatu -> three people: sub-words 0-1 and 2-3 are the words 0 and 1
    links = {(0, 1), (1, 1), (3, 0), (2, 1)}
    assert to_words(links, source_words=[0, 0, 1, 1], target_words=[0, 1]) == {(0, 1), (1, 0), (1, 1)}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"expected one matrix, got shape \(1, 2, 2\); take plan\[i\] of a batch"):
        extract(torch.ones(1, 2, 2))
    with pytest.raises(ValueError, match="unknown extraction 'mach'; known: match, argmax"):
        extract(np.ones((2, 2)), "mach")
