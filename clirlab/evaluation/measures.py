"""Runs and judgments in, a score for each query out, by ir-measures."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ir_measures
import pandas as pd

from clirlab.errors import InputError
from clirlab.evaluation.checks import check_qrels, check_run

# on these every measure is tried before it is accepted: a name that parses may still have no one to compute it
PROBE_QRELS = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "relevance": [1]})
PROBE_RUN = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "score": [1.0]})


def parse_measures(names: Sequence[str]) -> dict[str, ir_measures.Measure]:
    """The measures of these names, such as ``RR@10`` or ``nDCG@10``.

    Raises
    ------
    InputError
        If ir-measures does not know one, or no provider that is installed computes it.

    Examples
    --------
    >>> parse_measures(["RR@10"])
    {'RR@10': RR@10}
    """
    return {name: _parse(name) for name in names}


@functools.cache
def _parse(name: str) -> ir_measures.Measure:
    try:
        measure = ir_measures.parse_measure(name)
        ir_measures.calc_aggregate([measure], PROBE_QRELS, PROBE_RUN)
    except Exception as error:
        # the providers raise whatever their parsers and programs raise: all of it means that there is no such measure
        raise InputError(f"unknown measure {name!r}; known are ir-measures' names, such as RR@10, nDCG@10") from error
    return measure


def evaluate(
    run: pd.DataFrame, qrels: pd.DataFrame, measures: Sequence[str] = ("RR@10", "nDCG@10"), name: str = "run"
) -> pd.DataFrame:
    """Each measure for each judged query, equal to trec_eval's.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank: it then orders the documents, equal scores included.
        Without a rank the order is trec_eval's: equal scores (in single precision) by falling document id.
    qrels : DataFrame
        query_id, doc_id, relevance. Documents that are not listed are not relevant.
    measures : sequence of str
        ir-measures' names, see `parse_measures`.
    name : str
        What messages call the run.

    Returns
    -------
    DataFrame
        query_id, measure, value: one row for each query of the qrels and measure. A query for which the run has no
        document scores 0, as in ``trec_eval -c``, and one warning counts and names those; queries without a relevant
        document are left out with another.

    Raises
    ------
    InputError
        If a measure is not known, or run or qrels are not sound (see `check_run`, `check_qrels`).

    Examples
    --------
    >>> qrels = pd.DataFrame({"query_id": ["q"], "doc_id": ["b"], "relevance": [1]})
    >>> run = pd.DataFrame({"query_id": ["q", "q"], "doc_id": ["a", "b"], "score": [2.0, 1.0]})
    >>> evaluate(run, qrels, ["RR@10"])
      query_id measure  value
    0        q   RR@10    0.5
    """
    parsed = parse_measures(measures)
    judged = check_qrels(qrels)
    queries = judged["query_id"].unique()
    ordered = check_run(run, queries, name)
    results = ir_measures.iter_calc(list(set(parsed.values())), judged, ordered)
    found = {(r.query_id, r.measure): float(r.value) for r in results}
    rows = [(query, measure, found.get((query, parsed[measure]), 0.0)) for query in queries for measure in parsed]
    return pd.DataFrame(rows, columns=["query_id", "measure", "value"])
