"""The ranking explorer: which queries are helped, what moved, which token found which, and a panel that filters."""

import pandas as pd
import plotly.graph_objects as go
import pytest
from panels import HOSTILE, assert_all_text, control, drawn, html_of

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.explore import query_changes, ranking_explorer, top_documents
from clirlab.explore.ranking import Rankings, RankingSource, first_shown
from clirlab.figures.stack import spec_of
from clirlab.retrieval import maxsim

DOCS = {"d1": "a cat sleeps", "d2": "the dog, the roof", "d3": "dogs bark", "d4": "under the roof"}
QUERIES = {"q1": "the cat", "q2": "the roof", "q3": "dog"}
QRELS = [("q1", "d1"), ("q2", "d4"), ("q3", "d3")]


def collection(docs=DOCS, queries=QUERIES):
    return Collection(
        "toy",
        pd.DataFrame({"doc_id": list(docs), "title": "", "text": list(docs.values())}),
        pd.DataFrame({"query_id": list(queries), "text": list(queries.values())}),
        pd.DataFrame(QRELS, columns=["query_id", "doc_id"]).assign(relevance=1),
        "en", "en", "made up", "MIT",
    )  # fmt: skip


def run(**orders):
    rows = [(q, d, 1 / rank, rank) for q, order in orders.items() for rank, d in enumerate(order.split(), start=1)]
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "score", "rank"])


# q1 is helped (2 to 1), q2 harmed (1 to 3), q3 stays
RUNS = {
    "before": run(q1="d2 d1 d3 d4", q2="d4 d2 d1", q3="d3 d1"),
    "after": run(q1="d1 d2 d4 d3", q2="d2 d1 d4", q3="d3 d2"),
}


def rankings(tiny=None, depth=2, **changes):
    encoders = dict.fromkeys(RUNS, tiny) if tiny else {}
    return Rankings(changes.get("collection", collection()), RUNS, encoders, tiny, depth)


def test_queries_are_grouped_by_what_happened_to_them():
    changes = query_changes(rankings())
    assert changes["query_id"].tolist() == ["q2", "q1", "q3"]  # largest change first
    assert changes["group"].tolist() == ["harmed", "helped", "same"]
    assert changes["difference"].tolist() == pytest.approx([1 / 3 - 1, 0.5, 0])


def test_the_top_documents_of_both_and_the_relevant_ones():
    documents = top_documents(rankings(), "q2").set_index("doc_id")
    assert documents.index.tolist() == ["d2", "d1", "d4"]
    assert documents["first"].tolist() == [2, 3, 1]
    assert documents["second"].tolist() == [1, 2, 3]
    assert documents["move"].tolist() == [1, 1, -2]
    assert documents["relevant"].tolist() == [False, False, True]
    only = top_documents(rankings(), "q3").set_index("doc_id")
    assert only.loc["d2"].isna()[["first", "move"]].all() and only.loc["d2", "second"] == 2


def test_the_first_document_shown_is_the_best_relevant_one():
    assert first_shown(top_documents(rankings(), "q2")) == "d4"


def test_tokens_sum_to_the_score_of_each_run(tiny):
    source = RankingSource(rankings(tiny))
    explained = source.explain("q2", "d2")
    score = maxsim(tiny.encode([QUERIES["q2"]]), tiny.encode([DOCS["d2"]], kind="passage")).item()
    assert explained.found.groupby("run")["score"].sum().to_dict() == pytest.approx({"before": score, "after": score})
    assert explained.tokens.groupby("panel")["value"].sum().tolist() == pytest.approx([score, score])
    assert explained.tokens["panel"].unique().tolist() == [f"{name}: MaxSim {score:.3f}" for name in RUNS]
    assert RankingSource(rankings()).explain("q2", "d2") is None


def test_without_a_kernel_it_is_the_query_that_changed_most(tiny):
    figure = ranking_explorer(collection(), RUNS, {"before": tiny, "after": tiny}, depth=2)
    assert type(figure) is go.Figure
    kinds = [trace.type for trace in figure.data]
    assert kinds == ["scatter"] * 3 + ["heatmap"] * 2 + ["table"]
    moves = {tuple(trace.y) for trace in figure.data[:3]}
    assert moves == {(2, 1), (4, 2), (1, 4)}  # further down than the second rank is one place
    plain = ranking_explorer(collection(), RUNS, depth=2)
    assert {trace.type for trace in plain.data} == {"scatter"}


def test_the_panel_filters_and_follows(tiny, kernel):
    panel = ranking_explorer(collection(), RUNS, {"before": tiny, "after": tiny}, depth=2)
    query, document = control(panel, "query"), control(panel, "document")
    assert (query.value, document.value) == ("q2", "d4")
    assert "-0.6667" in html_of(panel)
    control(panel, "show").value = "helped"
    assert [value for _, value in query.options] == ["q1"]
    assert (query.value, document.value) == ("q1", "d1")
    assert "query: the cat" in str(drawn(panel)["layout"]["annotations"])
    before = drawn(panel)
    document.value = "d2"
    assert drawn(panel) != before
    control(panel, "show").value = "all"
    assert len(query.options) == 3
    assert query.value is not None and "+0.5" not in (html_of(panel) if query.value == "q2" else "")


def test_a_filter_that_leaves_nothing_says_so(kernel):
    panel = ranking_explorer(collection(), {"a": RUNS["before"], "b": RUNS["before"]})
    control(panel, "show").value = "harmed"
    assert "no query is harmed" in html_of(panel)
    control(panel, "show").value = "all"
    assert "no query" not in html_of(panel)


def test_whatever_a_text_holds_is_shown_as_text(tiny, kernel):
    hostile = collection(DOCS | {"d4": HOSTILE}, QUERIES | {"q2": HOSTILE})
    # too long for this encoder, which is told on the way
    with pytest.warns(UserWarning, match="reach 16 pieces"):
        panel = ranking_explorer(hostile, RUNS, {"before": tiny})
        still = ranking_explorer(hostile, RUNS, {"before": tiny}, interactive=False)
    assert control(panel, "query").value == "q2"
    for figure in (drawn(panel), spec_of(still)):
        assert_all_text(figure)
    assert "<script" not in html_of(panel)


@pytest.mark.parametrize(
    ("runs", "encoders", "message"),
    [
        ({"a": RUNS["before"]}, None, "two runs are compared, got 1"),
        (RUNS, {"befre": None}, "an encoder of 'befre', but the runs are before and after"),
    ],
)
def test_bad_input_is_named(runs, encoders, message):
    with pytest.raises(InputError, match=message):
        ranking_explorer(collection(), runs, encoders)
