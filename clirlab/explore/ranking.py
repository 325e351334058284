"""Two runs of a collection in, a query's two rankings side by side out, down to the tokens that made the scores."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.evaluation.measures import evaluate
from clirlab.explore.panel import STYLE, WIDE, Redraw, facts_html, kernel_is_live, show
from clirlab.explore.tables import table_figure
from clirlab.figures import moves_figure, stack, token_figure
from clirlab.figures.labels import short
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import contributions, explain_maxsim

GROUPS = ("all", "helped", "harmed")
LISTED = 200


class Rankings(NamedTuple):
    """What a ranking explorer looks into.

    Attributes
    ----------
    collection : Collection
    runs : dict of str to DataFrame
        Two, by name: query_id, doc_id, score, rank.
    encoders : dict of str to TokenEncoder
        The query encoder of each run that was ranked by MaxSim; runs without one have no tokens to show.
    document_encoder : TokenEncoder or None
        Of the documents; none where `encoders` is empty.
    depth : int
        How many documents of each run are shown.
    measure : str
        By which queries are helped or harmed.
    """

    collection: Collection
    runs: Mapping[str, pd.DataFrame]
    encoders: Mapping[str, TokenEncoder]
    document_encoder: TokenEncoder | None
    depth: int = 10
    measure: str = "RR@10"

    @property
    def names(self) -> tuple[str, str]:
        first, second = self.runs
        return first, second


def query_changes(rankings: Rankings) -> pd.DataFrame:
    """Which queries the second run helps: query_id, text, first, second, difference, group; largest changes first.

    The group is ``helped``, ``harmed`` or ``same``; queries without judgments are left out.
    """
    collection, measure = rankings.collection, rankings.measure
    first, second = (
        evaluate(run, collection.qrels, [measure], name).set_index("query_id")["value"]
        for name, run in rankings.runs.items()
    )
    texts = collection.queries.set_index("query_id")["text"]
    frame = pd.DataFrame({"text": texts, "first": first, "second": second}).dropna().rename_axis("query_id")
    frame = frame.assign(difference=frame["second"] - frame["first"]).reset_index()
    sign = np.sign(frame["difference"])
    frame["group"] = np.select([sign > 0, sign < 0], ["helped", "harmed"], "same")
    return frame.loc[frame["difference"].abs().sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def top_documents(rankings: Rankings, query_id: str) -> pd.DataFrame:
    """The first `depth` documents of both runs, and all relevant ones.

    Returns
    -------
    DataFrame
        doc_id, document (text), first, second (ranks from 1; NaN where a run does not hold it), move (ranks that it
        rose; NaN where one lacks), relevant; in the order of the second run, then of the first.
    """
    collection = rankings.collection
    first, second = (
        run[run["query_id"] == query_id].set_index("doc_id")["rank"].astype(float) for run in rankings.runs.values()
    )
    judged = collection.qrels[collection.qrels["query_id"] == query_id]["doc_id"]
    tops = [second[second <= rankings.depth].sort_values().index, first[first <= rankings.depth].sort_values().index]
    ids = list(dict.fromkeys([*tops[0], *tops[1], *judged]))
    texts = collection.docs.set_index("doc_id")["text"]
    frame = pd.DataFrame({"doc_id": ids, "document": texts.reindex(ids).to_numpy()})
    frame["first"], frame["second"] = first.reindex(ids).to_numpy(), second.reindex(ids).to_numpy()
    return frame.assign(move=frame["first"] - frame["second"], relevant=frame["doc_id"].isin(set(judged)))


class Explained(NamedTuple):
    """What MaxSim of one query and one document is made of, by run.

    Attributes
    ----------
    found : DataFrame
        run and the columns of `clirlab.retrieval.explain_maxsim`.
    tokens : DataFrame
        The document's tokens as `clirlab.figures.token_figure` takes them, a panel a run.
    """

    found: pd.DataFrame
    tokens: pd.DataFrame


class RankingSource:
    """Rankings, and the queries and documents that were encoded so far."""

    def __init__(self, rankings: Rankings) -> None:
        self.rankings = rankings
        self.changes = query_changes(rankings)
        self.queries = rankings.collection.queries.set_index("query_id")["text"]
        self.texts = rankings.collection.docs.set_index("doc_id")["text"]
        self.document = lru_cache(maxsize=64)(self._document)
        self.query = lru_cache(maxsize=64)(self._query)

    def explain(self, query_id: str, doc_id: str) -> Explained | None:
        """Which query token found which document token, by each run that has an encoder; None without any."""
        if not self.rankings.encoders:
            return None
        document = self.document(doc_id)
        found, tokens = [], []
        for name in self.rankings.encoders:
            one = explain_maxsim(self.query(name, query_id), document)
            found.append(one.assign(run=name))
            panel = f"{name}: MaxSim {one['score'].sum():.3f}"
            tokens.append(contributions(one, document.content(0)[0]).assign(panel=panel))
        return Explained(pd.concat(found, ignore_index=True), pd.concat(tokens, ignore_index=True))

    def _document(self, doc_id: str) -> TokenBatch:
        assert self.rankings.document_encoder is not None
        return self.rankings.document_encoder.encode([self.texts[doc_id]], kind="passage")

    def _query(self, name: str, query_id: str) -> TokenBatch:
        return self.rankings.encoders[name].encode([self.queries[query_id]], kind="query")


def first_shown(documents: pd.DataFrame) -> str:
    """The document to begin with: the best ranked relevant one, or else the best ranked."""
    best = documents.assign(best=documents[["first", "second"]].min(axis=1)).sort_values("best", kind="stable")
    return str((best[best["relevant"]] if best["relevant"].any() else best)["doc_id"].iloc[0])


def ranking_picture(source: RankingSource, query_id: str, doc_id: str) -> go.Figure:
    """The moves between both rankings; below, the tokens of one document and which query token found each."""
    rankings = source.rankings
    documents = top_documents(rankings, query_id)
    query = source.queries[query_id]
    figures = [moves_figure(documents, rankings.names, rankings.depth, f"query: {short(query, 80)}")]
    explained = source.explain(query_id, doc_id)
    if explained is not None:
        figures.append(
            token_figure(explained.tokens, unit="score", title=f"document: {short(source.texts[doc_id], 70)}")
        )
        found = explained.found.assign(token=_read(explained.found["token"]), found=_read(explained.found["found"]))
        table = found[["run", "token", "found", "similarity"]]
        figures.append(table_figure(table, title="what each query token found"))
    return stack(figures)


def ranking_panel(source: RankingSource) -> ipywidgets.VBox:
    """The widget: a filter, a query and a document to choose; the picture follows."""
    wide = {"layout": WIDE, "style": STYLE}
    group = ipywidgets.Dropdown(options=GROUPS, description="show", style=STYLE)
    query = ipywidgets.Select(options=_queries(source, "all"), rows=6, description="query", **wide)
    document = ipywidgets.Dropdown(options=_documents(source, query.value), description="document", **wide)
    document.value = first_shown(top_documents(source.rankings, query.value))
    facts, message, output = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()

    def draw() -> None:
        if query.value is None:
            raise InputError(f"no query is {group.value}; choose another filter")
        row = source.changes.set_index("query_id").loc[query.value]
        scores = {name: float(row[side]) for name, side in zip(source.rankings.names, ("first", "second"), strict=True)}
        facts.value = facts_html({source.rankings.measure: scores | {"difference": float(row["difference"])}})
        show(output, ranking_picture(source, query.value, document.value))

    redraw = Redraw([query, document], draw, message)

    def choose(change: Any) -> None:
        if change["new"] is not None:
            with redraw.once():
                document.options = _documents(source, change["new"])
                document.value = first_shown(top_documents(source.rankings, change["new"]))
                redraw.asked = True

    def narrow(change: Any) -> None:
        with redraw.once():
            query.options = listed = _queries(source, change["new"])
            query.value = listed[0][1] if listed else None
            redraw.asked = True

    query.observe(choose, "value")
    group.observe(narrow, "value")
    return ipywidgets.VBox([group, query, document, facts, message, output])


def ranking_explorer(
    collection: Collection,
    runs: Mapping[str, pd.DataFrame],
    encoders: Mapping[str, TokenEncoder] | None = None,
    document_encoder: TokenEncoder | None = None,
    depth: int = 10,
    measure: str = "RR@10",
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Look into a query's ranking by two systems: what moved, what is relevant, which token found which.

    Parameters
    ----------
    collection : Collection
    runs : dict of str to DataFrame
        Two runs by name, such as ``{"zero-shot": run0, "OPTICAL": run1}``; see `clirlab.search`.
    encoders : dict of str to TokenEncoder, optional
        The query encoders of the runs that were ranked by MaxSim, by the same names.
    document_encoder : TokenEncoder, optional
        Of the documents; the first of `encoders` where not given.
    depth : int
        How many documents of each run are shown; at least 1.
    measure : str
        By which queries are helped or harmed; see `clirlab.evaluation`.
    interactive : bool
        False gives a plotly figure, as does a place without a kernel: the query that changed most.

    Returns
    -------
    ipywidgets.Widget or plotly Figure

    Raises
    ------
    InputError
        If there are not two runs, an encoder is of no run, or the measure is unknown.
    """
    if len(runs) != 2:
        raise InputError(f"two runs are compared, got {len(runs)}: {', '.join(runs)}")
    encoders = encoders or {}
    if strange := [name for name in encoders if name not in runs]:
        raise InputError(f"an encoder of {strange[0]!r}, but the runs are {' and '.join(runs)}")
    document_encoder = document_encoder or next(iter(encoders.values()), None)
    source = RankingSource(Rankings(collection, runs, encoders, document_encoder, depth, measure))
    if interactive and kernel_is_live():
        return ranking_panel(source)
    query_id = source.changes["query_id"].iloc[0]
    return ranking_picture(source, query_id, first_shown(top_documents(source.rankings, query_id)))


def _queries(source: RankingSource, group: str) -> list[tuple[str, str]]:
    changes = source.changes
    rows = (changes if group == "all" else changes[changes["group"] == group]).head(LISTED)
    return [
        (f"{difference:+.3f}  {short(text, 90)}", query_id)
        for query_id, text, difference in rows[["query_id", "text", "difference"]].itertuples(index=False)
    ]


def _documents(source: RankingSource, query_id: str) -> list[tuple[str, str]]:
    documents = top_documents(source.rankings, query_id)
    return [(f"{'★ ' * row.relevant}{short(row.doc_id, 30)}: {short(row.document, 80)}", row.doc_id)
            for row in documents.itertuples()]  # fmt: skip


def _read(tokens: pd.Series) -> pd.Series:
    return tokens.str.replace("▁", " ").str.strip().replace("", "·")
