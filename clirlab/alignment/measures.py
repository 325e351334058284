"""Word links against gold: precision, recall, alignment error rate."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

Link = tuple[int, int]


class AlignmentScore(NamedTuple):
    """Precision, recall and alignment error rate, each in [0, 1]."""

    precision: float
    recall: float
    error_rate: float


def alignment_error_rate(
    predicted: Collection[Link], sure: Collection[Link], possible: Collection[Link] = ()
) -> AlignmentScore:
    """AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) (Och & Ney 2003); possible links include the sure ones.

    Parameters
    ----------
    predicted, sure, possible : collection of (int, int)
        A, S and what P has beyond S. For a whole test set put the sentence number into each link.

    Raises
    ------
    ValueError
        If there is neither a predicted nor a sure link.

    Examples
    --------
    >>> alignment_error_rate({(0, 0), (1, 1), (2, 1)}, sure={(0, 0)}, possible={(1, 1)})
    AlignmentScore(precision=0.666..., recall=1.0, error_rate=0.25)
    """
    a, s = set(predicted), set(sure)
    p = s | set(possible)
    if not a and not s:
        raise ValueError("no predicted and no sure link: the alignment error rate is undefined")
    precision = len(a & p) / len(a) if a else 0.0
    recall = len(a & s) / len(s) if s else 1.0
    return AlignmentScore(precision, recall, 1 - (len(a & s) + len(a & p)) / (len(a) + len(s)))
