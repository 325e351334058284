"""A long table of scores in, how much of their variance comes from language, arm, budget, seed and query out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats

from clirlab.errors import InputError, unknown_name

FACTORS = ("language", "arm", "budget", "seed")
QUERY = "query_id"
Term = frozenset[str]


def decompose(
    frame: pd.DataFrame,
    factors: Sequence[str] = FACTORS,
    interactions: Sequence[str] = (),
    nested: bool = True,
    value: str = "value",
) -> pd.DataFrame:
    """Analysis of variance (fixed effects, type II) of a results table.

    The sum of squares of a term is what it explains beyond all terms that do not contain it. The query, with
    thousands of levels, gets no columns: every other column and the scores are taken as deviations from their means
    within a query (Frisch & Waugh 1933), which gives the same sums of squares as the full design matrix.

    Parameters
    ----------
    frame : DataFrame
        `value`, query_id and the factors, one row a score. Of one measure and scorer: filter before.
    factors : sequence of str
        Columns that are taken as categories; those with one level only are left out.
    interactions : sequence of str
        Such as ``"language:arm"``: does an arm help some languages more than others?
    nested : bool
        Whether a query belongs to one language (the same id in another is another query). Then all that languages
        differ in is between queries: language is tested against the variance of the queries within it, since more
        arms or seeds do not make more languages. False: queries are parallel, the same in all languages.
    value : str
        The column of scores.

    Returns
    -------
    DataFrame
        source, df, sum_sq, share (of the total; in a balanced table the shares add up to 1), F, p. The last rows are
        residual and total. F and p of what varies within queries are against the residual, and are for orientation:
        to compare arms there is `compare_scores`.

    Raises
    ------
    InputError
        If a column is missing, an interaction is of something else than the factors, there are several measures or
        scorers in the table, a value is not finite, or nothing is left to decompose.

    Examples
    --------
    >>> rows = [(arm, f"q{q}", a + q) for arm, a in (("x", 0.0), ("y", 1.0)) for q in range(3)]
    >>> frame = pd.DataFrame(rows, columns=["arm", "query_id", "value"])
    >>> decompose(frame, factors=["arm"], nested=False)[["source", "df", "sum_sq", "share"]].round(3)
         source  df  sum_sq  share
    0       arm   1     1.5  0.273
    1  query_id   2     4.0  0.727
    2  residual   2     0.0  0.000
    3     total   5     5.5  1.000
    """
    _check(frame, factors, value)
    used = [name for name in factors if frame[name].nunique() > 1]
    terms = [frozenset([name]) for name in used] + [_interaction(text, factors) for text in interactions]
    terms = [term for term in terms if term <= set(used)]
    within = nested and "language" in used
    query: Term = frozenset([QUERY, "language"]) if within else frozenset([QUERY])
    design = _Design(frame, terms, query, frame[value].to_numpy(dtype=float))
    everything = [*terms, query]
    residual, rank = design.residual(everything)
    freedom = len(frame) - rank
    rows = []
    for term in everything:
        others = [other for other in everything if not term <= other]
        (without, rank_without), (left, rank_with) = design.residual(others), design.residual([*others, term])
        rows.append((_name(term, query), rank_with - rank_without, max(without - left, 0.0)))
    table = pd.DataFrame(rows, columns=["source", "df", "sum_sq"])
    error = pd.Series(residual / freedom if freedom else np.nan, index=table.index)
    error_df = pd.Series(freedom, index=table.index)
    if within:
        # languages differ between queries: that is the variance to judge their difference by
        place = table["source"] == "language"
        of_query = table[table["source"] == QUERY].iloc[0]
        error[place], error_df[place] = of_query["sum_sq"] / of_query["df"], of_query["df"]
    exact = error <= 1e-12 * design.total / max(len(frame), 1)
    table["F"] = (table["sum_sq"] / table["df"].where(table["df"] > 0) / error).mask(exact)
    table["p"] = stats.f.sf(table["F"], table["df"], error_df)
    ends = [("residual", freedom, residual), ("total", len(frame) - 1, design.total)]
    table = pd.concat([table, pd.DataFrame(ends, columns=["source", "df", "sum_sq"])], ignore_index=True)
    table.insert(3, "share", table["sum_sq"] / design.total)
    return table


class _Design:
    """Cross-products of the categories' columns, as they are and within queries; sums of squares come from them."""

    def __init__(self, frame: pd.DataFrame, terms: list[Term], query: Term, scores: NDArray[np.float64]) -> None:
        self.query = query
        columns, self.places, first = [], {}, 0
        for term in terms:
            codes, count = _codes(frame, term)
            columns.append(_one_hot(codes, count))
            self.places[term] = np.arange(first, first + count)
            first += count
        x = sparse.hstack(columns, format="csr") if columns else sparse.csr_array((len(frame), 0))
        y = scores - scores.mean()
        self.total = float(y @ y)
        if self.total == 0:
            raise InputError("all scores are equal: there is no variance to decompose")
        self.groups = {False: np.zeros(len(frame), dtype=int), True: _codes(frame, query)[0]}
        self.products = {absorbed: _within(x, y, codes) for absorbed, codes in self.groups.items()}

    def residual(self, terms: list[Term]) -> tuple[float, int]:
        """Residual sum of squares and rank (the mean included) of a model with these terms."""
        absorbed = self.query in terms
        gram, product, square = self.products[absorbed]
        levels = int(self.groups[absorbed].max()) + 1
        chosen = [self.places[term] for term in terms if term != self.query]
        if not chosen:
            return square, levels
        index = np.concatenate(chosen)
        values, vectors = np.linalg.eigh(gram[np.ix_(index, index)])
        kept = values > 1e-9 * max(values.max(), 1.0)
        explained = ((vectors[:, kept].T @ product[index]) ** 2 / values[kept]).sum()
        return max(float(square - explained), 0.0), levels + int(kept.sum())


def _within(x: sparse.csr_array, y: NDArray[np.float64], codes: NDArray[np.int64]) -> tuple[NDArray, NDArray, float]:
    """XᵀMX, XᵀMy and yᵀMy, M taking deviations from the means of the groups."""
    z = _one_hot(codes, int(codes.max()) + 1)
    counts = np.asarray(z.sum(0)).ravel()
    x_of, y_of = (z.T @ x).toarray(), z.T @ y
    gram = (x.T @ x).toarray() - x_of.T @ (x_of / counts[:, None])
    return gram, x.T @ y - x_of.T @ (y_of / counts), float(y @ y - (y_of**2 / counts).sum())


def _one_hot(codes: NDArray[np.int64], count: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), count))


def _codes(frame: pd.DataFrame, term: Term) -> tuple[NDArray[np.int64], int]:
    numbers = frame.groupby(sorted(term), sort=False).ngroup().to_numpy()
    return numbers, int(numbers.max()) + 1


def _interaction(text: str, factors: Sequence[str]) -> Term:
    names = text.split(":")
    for name in names:
        if name not in factors:
            raise unknown_name(f"factor in the interaction {text!r}", name, factors)
    return frozenset(names)


def _name(term: Term, query: Term) -> str:
    return QUERY if term == query else ":".join(sorted(term))


def _check(frame: pd.DataFrame, factors: Sequence[str], value: str) -> None:
    if missing := [name for name in (*factors, QUERY, value) if name not in frame]:
        raise InputError(f"no column {', '.join(missing)}; the table has {', '.join(map(str, frame.columns))}")
    for name in ("measure", "scorer"):
        if name in frame and name not in factors and frame[name].nunique() > 1:
            found = ", ".join(map(str, frame[name].unique()[:5]))
            raise InputError(f"the table holds several values of {name} ({found}); filter it to one")
    if frame.empty or not np.isfinite(frame[value].to_numpy(dtype=float)).all():
        raise InputError(f"the column {value} is empty or has values that are not finite; was every query scored?")
    if blank := [name for name in (*factors, QUERY) if frame[name].isna().any()]:
        raise InputError(f"the column {blank[0]} has empty cells")
