"""Two runs in, how far each relevant document moved from one to the other out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clirlab.evaluation.checks import check_qrels, check_run


def answer_moves(before: pd.DataFrame, after: pd.DataFrame, qrels: pd.DataFrame) -> pd.DataFrame:
    """The ranks of the relevant documents in two runs, those that moved most first.

    Parameters
    ----------
    before, after : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    qrels : DataFrame
        query_id, doc_id, relevance.

    Returns
    -------
    DataFrame
        query_id, doc_id, before, after (ranks from 1; infinite where a run does not have the document), gain
        (1 / after − 1 / before, in [-1, 1]), in order of its size; helped (gain above 0).

    Raises
    ------
    InputError
        If a frame is not sound.

    Examples
    --------
    >>> qrels = pd.DataFrame({"query_id": "q", "doc_id": ["a"], "relevance": 1})
    >>> before = pd.DataFrame({"query_id": "q", "doc_id": ["b", "a"], "score": [2.0, 1.0]})
    >>> answer_moves(before, before.assign(score=[1.0, 2.0]), qrels)
      query_id doc_id  before  after  gain  helped
    0        q      a     2.0    1.0   0.5    True
    """
    judged = check_qrels(qrels)
    frame = judged.loc[judged["relevance"] > 0, ["query_id", "doc_id"]]
    queries = frame["query_id"].unique().tolist()
    for name, run in (("before", before), ("after", after)):
        ordered = check_run(run, queries, name)
        ranks = ordered[["query_id", "doc_id"]].assign(**{name: ordered.groupby("query_id").cumcount() + 1.0})
        frame = frame.merge(ranks, how="left", on=["query_id", "doc_id"]).fillna({name: np.inf})
    frame["gain"] = 1 / frame["after"] - 1 / frame["before"]
    order = frame["gain"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].assign(helped=frame["gain"] > 0).reset_index(drop=True)
