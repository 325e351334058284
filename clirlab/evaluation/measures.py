"""Runs and judgments in, a score for each query out, by ir-measures."""

from __future__ import annotations

from collections.abc import Sequence

import ir_measures
import pandas as pd

from clirlab.errors import InputError


def parse_measures(names: Sequence[str]) -> dict[str, ir_measures.Measure]:
    """The measures of these names, such as ``RR@10`` or ``nDCG@10``.

    Raises
    ------
    InputError
        If ir-measures does not know one.
    """
    measures = {}
    for name in names:
        try:
            measures[name] = ir_measures.parse_measure(name)
        except (NameError, ValueError, SyntaxError, KeyError) as error:
            raise InputError(
                f"unknown measure {name!r}; known are ir-measures' names, such as RR@10, nDCG@10"
            ) from error
    return measures


def evaluate(run: pd.DataFrame, qrels: pd.DataFrame, measures: Sequence[str] = ("RR@10", "nDCG@10")) -> pd.DataFrame:
    """Each measure for each judged query; a query for which the run has no document scores 0.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score (and rank, which decides between equal scores).
    qrels : DataFrame
        query_id, doc_id, relevance.

    Returns
    -------
    DataFrame
        query_id, measure, value: one row for each query of the qrels and measure.

    Examples
    --------
    >>> qrels = pd.DataFrame({"query_id": ["q"], "doc_id": ["b"], "relevance": [1]})
    >>> run = pd.DataFrame({"query_id": ["q", "q"], "doc_id": ["a", "b"], "score": [2.0, 1.0]})
    >>> evaluate(run, qrels, ["RR@10"])
      query_id measure  value
    0        q   RR@10    0.5
    """
    parsed = parse_measures(measures)
    results = ir_measures.iter_calc(list(parsed.values()), qrels, run)
    spelled = {measure: name for name, measure in parsed.items()}
    found = {(r.query_id, spelled[r.measure]): float(r.value) for r in results}
    rows = [(q, name, found.get((q, name), 0.0)) for q in qrels["query_id"].unique() for name in parsed]
    return pd.DataFrame(rows, columns=["query_id", "measure", "value"])
