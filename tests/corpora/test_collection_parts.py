from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.corpora import Collection, load_collection
from clirlab.errors import InputError


def collection(judgments, documents=None, texts=None, queries=None):
    """A collection of numbered queries and documents from pairs of their numbers."""
    documents = documents or max(d for _, d in judgments) + 1
    queries = queries or max(q for q, _ in judgments) + 1
    texts = texts or [f"text {n}" for n in range(documents)]
    return Collection(
        "tiny",
        pd.DataFrame({"doc_id": [f"d{n}" for n in range(documents)], "title": "", "text": texts}),
        pd.DataFrame({"query_id": [f"q{n}" for n in range(queries)], "text": [f"query {n}" for n in range(queries)]}),
        pd.DataFrame([(f"q{q}", f"d{d}", 1) for q, d in judgments], columns=["query_id", "doc_id", "relevance"]),
        *("en", "sw", "by hand", "MIT"),
    )


def ids(found):
    return set(found.queries["query_id"]), set(found.docs["doc_id"])


judged = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 19)), min_size=1, max_size=40).map(
    lambda pairs: collection(sorted({*pairs, *((q, q) for q in range(10))}), documents=25)
)


@settings(max_examples=40, deadline=None)
@given(judged, st.integers(1, 10), st.integers(1, 25), st.integers(0, 5))
def test_a_sample_has_what_was_asked_and_every_relevant_document(whole, queries, docs, seed):
    part = whole.sample(queries, docs, seed)
    assert len(part.queries) == queries
    relevant = whole.qrels[whole.qrels["query_id"].isin(part.queries["query_id"])]
    assert part.qrels.to_numpy().tolist() == relevant.to_numpy().tolist()
    assert docs <= len(part.docs) <= docs + relevant["doc_id"].nunique()
    # what is kept stays in order
    assert part.docs["doc_id"].tolist() == [i for i in whole.docs["doc_id"] if i in ids(part)[1]]


@settings(max_examples=40, deadline=None)
@given(judged, st.integers(1, 10), st.integers(1, 10), st.integers(1, 25), st.integers(1, 25), st.integers(0, 5))
def test_a_smaller_sample_lies_in_a_larger_one(whole, q1, q2, d1, d2, seed):
    small = ids(whole.sample(min(q1, q2), min(d1, d2), seed))
    large = ids(whole.sample(max(q1, q2), max(d1, d2), seed))
    assert small[0] <= large[0]
    assert small[1] <= large[1]


def test_seeds_draw_differently_and_none_draws_all():
    whole = load_collection("demo/en/sw")
    draws = {frozenset(ids(whole.sample(10, seed=seed))[0]) for seed in range(5)}
    assert len(draws) == 5
    assert ids(whole.sample()) == ids(whole)
    assert len(whole.sample(queries=10).docs) == len(whole.docs)


def test_the_sample_of_a_seed_is_the_same_everywhere():
    assert load_collection("demo/en/sw").sample(3, 5, seed=1).queries["query_id"].tolist() == [
        "demo-020",
        "demo-048",
        "demo-055",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"queries": 0}, "tiny: queries must be from 1 to 2, got 0"),
        ({"queries": 3}, "tiny: queries must be from 1 to 2, got 3"),
        ({"docs": 4}, "tiny: docs must be from 1 to 3, got 4"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        collection([(0, 0), (1, 2)]).sample(**arguments)


@settings(max_examples=40, deadline=None)
@given(judged, st.floats(0.1, 0.9), st.integers(0, 5))
def test_split_by_query_shares_the_documents_alone(whole, dev, seed):
    sides = whole.split("query", dev, seed)
    assert ids(sides[0])[0].isdisjoint(ids(sides[1])[0])
    assert len(sides[0].queries) == round(dev * 10)
    assert len(sides[0].queries) + len(sides[1].queries) == 10
    assert all(side.docs.equals(whole.docs) for side in sides)
    assert len(sides[0].qrels) + len(sides[1].qrels) == len(whole.qrels)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 29)), min_size=2, max_size=25, unique=True),
    st.floats(0.05, 0.95),
    st.integers(0, 5),
)
def test_split_by_document_shares_nothing(pairs, dev, seed):
    whole = collection(pairs, documents=40, queries=20)
    try:
        sides = whole.split("doc", dev, seed)
    except InputError as error:
        assert "leaves a side without a judged query" in str(error)
        return
    for one, other in zip(ids(sides[0]), ids(sides[1]), strict=True):
        assert one.isdisjoint(other)
    for whole_ids, one, other in zip(ids(whole), ids(sides[0]), ids(sides[1]), strict=True):
        assert whole_ids == one | other
    assert len(sides[0].qrels) + len(sides[1].qrels) == len(whole.qrels)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 0.45), st.floats(0.5, 0.8), st.sampled_from(["query", "doc"]), st.integers(0, 5))
def test_a_smaller_dev_side_lies_in_a_larger_one(small, large, by, seed):
    whole = collection([(n, n % 20) for n in range(30)], documents=60)
    one, other = (ids(whole.split(by, dev, seed)[0]) for dev in (small, large))
    assert one[0] <= other[0]
    assert one[1] <= other[1]


def test_what_hangs_together_stays_together():
    # q0 - d0 - q1 - d1, and d2 reads like d1 and answers q2; q3 - d3 is apart
    texts = ["a", "b", "b", "c"]
    whole = collection([(0, 0), (1, 0), (1, 1), (2, 2), (3, 3)], texts=texts)
    together, apart = ({"q0", "q1", "q2"}, {"d0", "d1", "d2"}), ({"q3"}, {"d3"})
    sides = [tuple(map(ids, whole.split("doc", seed=seed))) for seed in range(8)]
    assert all(side in ((together, apart), (apart, together)) for side in sides)
    assert (together, apart) in sides
    assert (apart, together) in sides


def test_documents_that_answer_nothing_are_dealt_to_both_sides_by_the_share():
    whole = collection([(n, n) for n in range(10)], documents=2010)
    dev, _ = whole.split("doc", dev=0.3)
    assert len(dev.queries) == 3
    assert 540 < len(dev.docs) - 3 < 660  # 600 expected, standard deviation 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "dok"}, "unknown way to split 'dok'; did you mean 'doc'"),
        ({"dev": 0}, "dev must be between 0 and 1, got 0"),
        ({"dev": 1.0}, "dev must be between 0 and 1, got 1.0"),
        ({"by": "doc"}, r"tiny: split by doc with dev=0\.3 leaves a side without a judged query"),
        ({"dev": 0.1}, r"tiny: split by query with dev=0\.1 leaves a side without a judged query"),
    ],
)
def test_a_split_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        collection([(0, 0), (1, 0)]).split(**arguments)


def test_rows_of_a_frame_with_another_index_are_the_same():
    whole = collection([(n, n) for n in range(10)], documents=30)
    moved = replace(
        whole, docs=whole.docs.set_index(whole.docs.index[::-1]), queries=whole.queries.set_index("text", drop=False)
    )
    for by in ("query", "doc"):
        for one, other in zip(whole.split(by), moved.split(by), strict=True):
            assert ids(one) == ids(other)
    assert ids(whole.sample(3, 5)) == ids(moved.sample(3, 5))
    assert moved.describe().equals(whole.describe())


def test_describe_counts_words_judgments_and_repetitions():
    whole = collection(
        [(0, 0), (0, 1), (1, 1)], texts=["Ng'ombe wangapi?", "one two three four", "one two three four"], documents=3
    )
    table = whole.describe().set_index(["of", "language"])
    assert table.loc[("documents", "en")].to_dict() == {
        "count": 3,
        "words": pytest.approx(10 / 3),
        "words_median": 4,
        "words_max": 4,
        "characters": pytest.approx(52 / 3),
        "judged": 2,
        "judgments": 1.5,
        "repeated": 1,
    }
    assert table.loc[("queries", "sw"), ["count", "words", "judged", "judgments"]].tolist() == [2, 2, 2, 1.5]


def test_describe_has_a_row_for_each_language():
    whole = collection([(0, 0), (1, 1)])
    several = replace(whole, docs=whole.docs.assign(language=["en", "de"]))
    assert several.describe()[["of", "language", "count"]].to_numpy().tolist() == [
        ["documents", "en", 1],
        ["documents", "de", 1],
        ["queries", "sw", 2],
    ]


def test_other_words_for_the_same_queries_by_the_name_of_a_field():
    whole = collection([(0, 0), (1, 1)])
    queries = whole.queries.assign(human_translation=["Who?", "Where?"], typing=["qury 0", "quer 1"])
    asked = replace(whole, queries=queries)
    human = asked.with_queries("human_translation")
    assert human.queries["text"].tolist() == ["Who?", "Where?"]
    assert (human.query_language, asked.query_language) == ("en", "sw")
    assert asked.with_queries("typing").queries["text"].tolist() == ["qury 0", "quer 1"]
    assert asked.with_queries("typing").query_language == "sw"
    assert asked.with_queries("text").queries.equals(queries)
    tagged = replace(asked, queries=queries.assign(language="sw")).with_queries("human_translation")
    assert tagged.queries["language"].tolist() == ["en", "en"]


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        (["one"], "tiny: 1 texts for 2 queries"),
        ("humantranslation", "unknown query field of tiny 'humantranslation'; did you mean 'human_translation'"),
        ("query_id", "unknown query field of tiny 'query_id'"),
        ("human_translation", "tiny: the query 'q1' has no human_translation"),
    ],
)
def test_words_that_are_not_there_are_refused(variant, message):
    whole = collection([(0, 0), (1, 1)])
    with pytest.raises(InputError, match=message):
        replace(whole, queries=whole.queries.assign(human_translation=["Who?", None])).with_queries(variant)
