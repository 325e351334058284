from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from clirlab.alignment import EXTRACTIONS, extract, to_words
from clirlab.transport import solve

matrices = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(0, 1))
# multiples of a power of two, whose sums are exact
steps = st.integers(1, 4096).map(lambda k: k / 4096)
distinct = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=steps, unique=True)
# forward (row → column): 0→0, 1→0, 2→2; backward: 0→0, 1→0, 2→2, 3→1
SCORES = np.array(
    [
        [0.90, 0.79, 0.10, 0.05],
        [0.60, 0.40, 0.20, 0.50],
        [0.30, 0.25, 0.70, 0.15],
    ]
)
WORKED = {
    "argmax": {(0, 0), (2, 2)},
    "union": {(0, 0), (2, 2), (1, 0), (0, 1), (1, 3)},
    # (0, 1) beside (0, 0) has a free column, (1, 0) a free row; (1, 3) is then diagonal to (2, 2) with a free column
    "grow-diag-final-and": {(0, 0), (2, 2), (1, 0), (0, 1), (1, 3)},
    # round 2: row 1 is free (x 1 at columns 1, 3; x .9 at 0, 2): .54 .40 .18 .50; row 0: 0 .711 0 .045; row 2: 0 .225
    # 0 .135; columns 0 and 1 prefer rows 1 and 0
    "itermax": {(0, 0), (2, 2), (0, 1), (1, 0)},
    # scaled by least .05 and largest .9: only entries of .475 and more are above .5
    "threshold": {(0, 0), (0, 1), (1, 0), (1, 3), (2, 2)},
    # .90 + .50 + .70 = 2.10, against .80 + .60 + .70 = 2.10 less .01
    "match": {(0, 0), (1, 3), (2, 2)},
}


@pytest.mark.parametrize("how", WORKED)
def test_worked_example(how):
    assert extract(SCORES, how) == WORKED[how]


def test_match_and_argmax_differ():
    # match: .4 + .45 > .5 + 0; argmax: only (0, 0) is best in its row and in its column
    plan = np.array([[0.5, 0.4], [0.45, 0.0]])
    assert extract(plan, "match") == {(0, 1), (1, 0)}
    assert extract(plan, "argmax") == {(0, 0)}


@pytest.mark.parametrize("how", ["match", "argmax"])
def test_worked_example_with_a_row_too_many(how):
    plan = torch.tensor([[0.1, 0.6], [0.3, 0.2], [0.2, 0.1]], requires_grad=True)
    assert extract(plan, how) == {(0, 1), (1, 0)}


def test_itermax_gives_words_a_second_partner_at_a_discount():
    # after (0, 0) and (1, 1), row 2 is free and columns are used up: nothing more
    assert extract(np.array([[0.9, 0.1], [0.1, 0.8], [0.7, 0.6]]), "itermax") == {(0, 0), (1, 1)}
    # (0, 0) first; then (0, 1) at .9 x .8 = .72 beats (1, 1) = .7 for the row and the column, but not at .85 x .8 = .68
    scores = np.array([[0.9, 0.8, 0.1], [0.3, 0.7, 0.2], [0.1, 0.2, 0.19]])
    assert extract(scores, "argmax") == {(0, 0)}
    assert extract(scores, "itermax") == {(0, 0), (0, 1)}
    assert extract(scores, "itermax", alpha=0.85) == {(0, 0), (1, 1)}
    assert extract(scores, "itermax", alpha=0.85, rounds=3) == {(0, 0), (1, 1), (2, 2)}
    assert extract(scores, "itermax", rounds=1) == {(0, 0)}


def test_itermax_of_two_words_is_argmax():
    scores = np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]])
    assert extract(scores, "itermax", rounds=5) == extract(scores, "argmax") == {(0, 0)}


def test_final_and_links_what_is_far_from_the_rest_only_where_both_words_are_free():
    # (0, 0) is mutual. Row 3 prefers column 3, which prefers row 2, which prefers column 0: (2, 3) and (3, 3) are far
    # from (0, 0), so growing finds neither; of the directions' links between free words, the rows' (3, 3) comes first
    scores = np.array(
        [
            [0.9, 0.1, 0.1, 0.1],
            [0.8, 0.1, 0.1, 0.1],
            [0.7, 0.2, 0.2, 0.6],
            [0.1, 0.2, 0.2, 0.5],
        ]
    )
    # grown: (1, 0), whose row is free, and (2, 0) below it; then (3, 3) by its row; the columns' (2, 1), (2, 2), (2, 3)
    # border on (2, 0) only by (2, 1), which grows, and (2, 2), (2, 3) after it
    assert extract(scores, "grow-diag-final-and") == {(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3), (3, 3)}
    scores[1:3, 0] = 0.05
    scores[2] = [0.1, 0.02, 0.02, 0.6]
    scores[1] = [0.11, 0.01, 0.01, 0.1]
    # now forward is 0→0, 1→0, 2→3, 3→3, backward 0→0, 1→3, 2→3, 3→2: mutual (0, 0), (2, 3); (1, 0) and (3, 3) grow,
    # and so do (3, 2) and then (3, 1), whose columns are free
    assert extract(scores, "grow-diag-final-and") == {(0, 0), (2, 3), (1, 0), (3, 3), (3, 2), (3, 1)}


def test_threshold_is_on_the_scaled_matrix():
    plan = np.array([[0.5, 0.1], [0.1, 0.3]])  # scaled: 1, 0, 0, .5
    assert extract(plan, "threshold", threshold=0.49) == {(0, 0), (1, 1)}
    assert extract(plan, "threshold", threshold=0.51) == {(0, 0)}
    assert extract(np.array([[0.2]]), "threshold") == {(0, 0)}


def test_softmax_needs_both_directions():
    # (0, 0): row e^2 / (e^2 + e^0) = .88, column e^2 / (e^2 + e^1.5) = .62; (1, 0): row .62, column .38
    scores = np.array([[0.20, 0.00], [0.15, 0.10]])
    assert extract(scores, "softmax", temperature=0.1, threshold=0.5) == {(0, 0)}
    assert extract(scores, "softmax", temperature=0.1, threshold=0.37) == {(0, 0), (1, 0), (1, 1)}
    assert extract(scores, "softmax", temperature=1, threshold=0.001) == {(i, j) for i in (0, 1) for j in (0, 1)}


def plan_of(values, a, b):
    """A plan and its marginals, as if it had been solved for."""
    plan, a, b = (torch.tensor(x) for x in (values, a, b))
    return replace(solve(torch.zeros_like(plan)), plan=plan, a=a, b=b)


def test_a_transport_plan_is_scaled_by_its_marginals():
    plan = plan_of([[0.2, 0.1, 0.3], [0.0, 0.1, 0.3]], a=[0.6, 0.4], b=[0.2, 0.2, 0.6])
    # by mass alone the heavy column 2 is best for both rows; divided by sqrt(a b): .577 .289 .500 and 0 .354 .612
    assert extract(plan.plan, "argmax") == {(0, 2)}
    assert extract(plan, "argmax") == {(0, 0), (1, 2)}
    # of a batch of one, with padding
    batch = solve(
        torch.rand(1, 4, 4), mask=(torch.tensor([[True, True, False, True]]), torch.ones(1, 4, dtype=torch.bool))
    )
    assert extract(batch, "itermax") == extract(batch[0].coupling("both"), "itermax")


def test_mass_is_a_share_of_the_marginals_and_not_of_what_was_moved():
    # soft marginals: the second row has left most of its mass behind
    plan = plan_of([[0.45, 0.0], [0.0, 0.1]], a=[0.5, 0.5], b=[0.5, 0.5])
    assert extract(plan, "mass", threshold=0.5) == {(0, 0)}
    assert extract(plan.plan, "mass", threshold=0.5) == {(0, 0), (1, 1)}


def test_mass_is_a_share_of_the_lighter_word():
    # columns weigh 1/2, rows 1/4: each row sends all or half of its mass, each column takes a half at most
    plan = np.array([[1, 0], [1, 0], [0, 1], [0.5, 0.5]]) / 4
    plan[2:] = np.array([[0, 1], [0, 1]]) / 4
    assert extract(plan, "mass") == {(0, 0), (1, 0), (2, 1), (3, 1)}
    assert extract(plan.T, "mass") == {(j, i) for i, j in extract(plan, "mass")}
    spread = np.array([[0.25, 0.0], [0.15, 0.10], [0.05, 0.20], [0.05, 0.20]])
    assert extract(spread, "mass", threshold=0.5) == {(0, 0), (1, 0), (2, 1), (3, 1)}
    assert extract(spread, "mass", threshold=0.3) == {(0, 0), (1, 0), (1, 1), (2, 1), (3, 1)}


@pytest.mark.parametrize("how", set(EXTRACTIONS) - {"softmax"})
def test_scores_of_0_make_no_link(how):
    assert extract(np.array([[0.0, 0.0], [0.0, 0.7]]), how) == {(1, 1)}


@pytest.mark.parametrize("how", ["argmax", "union", "grow-diag-final-and", "itermax", "match", "mass"])
def test_an_empty_plan_has_no_links(how):
    assert extract(np.zeros((2, 3)), how) == set()
    assert extract(np.zeros((0, 3)), how) == set()


@given(distinct)
def test_match_has_the_largest_total_of_all_matchings(scores):
    narrow = scores if scores.shape[0] <= scores.shape[1] else scores.T
    rows = np.arange(len(narrow))
    best = max(narrow[rows, list(chosen)].sum() for chosen in permutations(range(narrow.shape[1]), len(narrow)))
    links = extract(scores, "match")
    assert len(links) == len(narrow)
    assert sum(scores[link] for link in links) == pytest.approx(best)


@given(matrices)
def test_links_are_one_to_one_and_zeros_do_not_shorten_a_match(scores):
    for how in ("match", "argmax"):
        links = extract(scores, how)
        assert len({i for i, _ in links}) == len({j for _, j in links}) == len(links)
    assert len(extract(scores, "match")) >= len(extract(scores, "argmax"))


@given(distinct)
def test_symmetrised_links_lie_between_intersection_and_union(scores):
    argmax, grown, union = (extract(scores, how) for how in ("argmax", "grow-diag-final-and", "union"))
    assert argmax <= grown <= union
    assert argmax <= extract(scores, "itermax", rounds=4)


@pytest.mark.parametrize("how", ["argmax", "union", "itermax", "threshold", "softmax", "mass"])
@given(scores=distinct)
def test_it_does_not_matter_which_text_is_the_source(how, scores):
    assert extract(scores.T, how) == {(j, i) for i, j in extract(scores, how)}


@pytest.mark.parametrize("how", set(EXTRACTIONS) - {"softmax"})
@given(scores=distinct)
def test_the_unit_of_the_scores_does_not_matter(how, scores):
    assert extract(scores * 4, how) == extract(scores, how)


def test_words_are_linked_where_any_of_their_subwords_are():
    # wa|tu wa|tatu -> three people: sub-words 0-1 and 2-3 are the words 0 and 1
    links = {(0, 1), (1, 1), (3, 0), (2, 1)}
    assert to_words(links, source_words=[0, 0, 1, 1], target_words=[0, 1]) == {(0, 1), (1, 0), (1, 1)}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"expected one matrix, got shape \(1, 2, 2\); take plan\[i\] of a batch"):
        extract(torch.ones(1, 2, 2))
    with pytest.raises(ValueError, match=r"unknown extraction 'mach'; did you mean 'match'\?"):
        extract(np.ones((2, 2)), "mach")
    with pytest.raises(ValueError, match=r"unknown parameter of the extraction itermax 'alfa'; did you mean 'alpha'\?"):
        extract(np.ones((2, 2)), "itermax", alfa=0.5)
    with pytest.raises(ValueError, match="not finite; leave padding out"):
        extract(np.array([[1.0, -np.inf]]))
    with pytest.raises(ValueError, match=r"a batch of 2; take plan\[i\]"):
        extract(solve(torch.rand(2, 3, 3)))


@pytest.mark.parametrize(
    ("how", "parameters", "message"),
    [
        ("itermax", {"alpha": 1.1}, r"alpha in \[0, 1\]"),
        ("itermax", {"rounds": 0}, "at least 1 round"),
        ("threshold", {"threshold": 1.0}, r"threshold must be in \[0, 1\), got 1.0"),
        ("softmax", {"threshold": -0.1}, r"threshold must be in \[0, 1\)"),
        ("softmax", {"temperature": 0}, "temperature must be positive, got 0"),
        ("mass", {"threshold": 1.5}, r"threshold must be in \[0, 1\)"),
    ],
)
def test_a_parameter_out_of_range_is_named(how, parameters, message):
    with pytest.raises(ValueError, match=message):
        extract(np.ones((2, 2)), how, **parameters)
