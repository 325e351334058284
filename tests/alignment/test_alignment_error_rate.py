import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.alignment import alignment_error_rate

links = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1)


def test_worked_example():
    # A has 4 links, S 3; A and S share 2, A and P (S and (1, 1)) share 3: AER = 1 - (2 + 3) / (4 + 3)
    score = alignment_error_rate({(0, 0), (1, 1), (2, 1), (2, 2)}, sure={(0, 0), (2, 2), (3, 3)}, possible={(1, 1)})
    assert score == pytest.approx((3 / 4, 2 / 3, 2 / 7))


@pytest.mark.parametrize(
    ("predicted", "sure", "score"),
    [
        ({(0, 0)}, {(0, 0), (1, 1)}, (1, 0.5, 1 / 3)),  # one of two found: 1 - 2 / 3
        ({(0, 1)}, {(0, 0)}, (0, 0, 1)),
        (set(), {(0, 0)}, (0, 0, 1)),
        ({(0, 0)}, set(), (0, 1, 1)),
    ],
)
def test_edges_by_hand(predicted, sure, score):
    assert alignment_error_rate(predicted, sure) == pytest.approx(score)


@given(links, links)
def test_a_perfect_alignment_has_no_error_whatever_else_is_possible(sure, possible):
    assert alignment_error_rate(sure, sure, possible) == (1, 1, 0)
    assert alignment_error_rate(sure | possible, sure, possible).error_rate == 0


@given(links, links)
def test_without_possible_links_it_is_one_minus_f1(predicted, sure):
    precision, recall, error_rate = alignment_error_rate(predicted, sure)
    f1 = 2 * len(predicted & sure) / (len(predicted) + len(sure))
    assert error_rate == pytest.approx(1 - f1)
    assert (precision, recall) == (len(predicted & sure) / len(predicted), len(predicted & sure) / len(sure))


def test_no_links_is_an_error():
    with pytest.raises(ValueError, match="no predicted and no sure link"):
        alignment_error_rate([], [], possible=[(0, 0)])
