"""Which passages a pair is ranked against, and how a batch takes them."""

import pandas as pd
import pytest

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.training import Passages, passages_of, passages_of_texts

TEXTS = ("on rivers", "on bees", "on salt", "on clouds")


def collection():
    docs = pd.DataFrame({"doc_id": list("abcd"), "title": [""] * 4, "text": TEXTS})
    queries = pd.DataFrame({"query_id": ["q1", "q2", "q3"], "text": ["?", "??", "???"]})
    qrels = pd.DataFrame(
        [("q1", "b", 1), ("q1", "c", 1), ("q1", "d", 2), ("q2", "a", 1), ("q2", "c", 1)],
        columns=["query_id", "doc_id", "relevance"],
    )
    return Collection("toy", docs, queries, qrels, "en", "en", "here", "none")


def run(*rows):
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "rank"])


def test_the_most_relevant_document_of_each_query_and_the_best_that_are_not():
    found = passages_of(
        collection(), run(("q1", "a", 2), ("q1", "b", 1), ("q2", "c", 3), ("q2", "d", 1), ("q2", "b", 2))
    )
    assert found.texts == TEXTS
    # q1: d is of grade 2, and only a is not judged; q2: the run has c and not a; q3: nobody knows
    assert found.positives == (3, 2, -1)
    assert found.candidates == ((0,), (3, 1), ())
    assert repr(found) == "Passages(4 texts for 3 pairs, 2 with a relevant one)"


def test_queries_may_come_again_and_the_depth_cuts_candidates():
    found = passages_of(collection(), run(("q2", "d", 1), ("q2", "b", 2)), query_ids=["q2", "q2"], depth=1)
    assert (found.positives, found.candidates) == ((0, 0), ((3,), (3,)))


def test_plain_texts_have_candidates_and_nothing_relevant():
    mined = passages_of_texts(TEXTS, 3, run((0, 3, 1), (2, 1, 2), (2, 0, 1)))
    assert (mined.positives, mined.candidates) == ((-1, -1, -1), ((3,), (), (0, 1)))
    drawn = passages_of_texts(TEXTS, 5, depth=3, seed=1)
    assert drawn == passages_of_texts(TEXTS, 5, depth=3, seed=1) != passages_of_texts(TEXTS, 5, depth=3, seed=2)
    assert all(len(set(row)) == 3 for row in drawn.candidates)
    assert {len(row) for row in passages_of_texts(TEXTS, 2, depth=99).candidates} == {4}


def test_a_batch_takes_each_passage_once_and_pads_the_rest():
    passages = Passages(TEXTS, (2, -1, 2), ((3, 0), (3,), ()))
    taken = passages.take([0, 1, 2])
    assert taken.numbers == [0, 2, 3]
    assert taken.positives.tolist() == [1, -1, 1]
    assert taken.candidates.tolist() == [[2, 0], [2, -1], [-1, -1]]
    alone = passages.take([2])
    assert (alone.numbers, alone.positives.tolist(), alone.candidates.shape) == ([2], [0], (1, 0))


def test_the_same_texts_for_other_pairs():
    passages = Passages(TEXTS, (2, -1, 0), ((3, 0), (3,), ()))
    assert passages.of_pairs([2, 0]) == Passages(TEXTS, (0, 2), ((), (3, 0)))
    assert len(passages.of_pairs([1])) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Passages((), (), ()), "passages: there are no texts"),
        (lambda: Passages(TEXTS, (0, 1), ((),)), "2 positives, but 1 rows of candidates"),
        (lambda: Passages(TEXTS, (4,), ((),)), "pair 0 names passage 4, but there are 4"),
        (lambda: Passages(TEXTS, (0, -1), ((), (0, -2))), "pair 1 names passage -2, but there are 4"),
        (lambda: passages_of(collection(), run(("q1", "z", 1))), "the run names document 'z', which toy has not"),
        (
            lambda: passages_of(collection(), run(), query_ids=["q9"]),
            "unknown query of toy 'q9'; did you mean 'q",
        ),
        (lambda: passages_of(collection(), run().drop(columns="rank")), "the run has no column 'rank'"),
        (lambda: passages_of_texts(TEXTS, 2, run((2, 0, 1))), "the run names pair 2, but there are 2, from 0"),
        (lambda: passages_of_texts(TEXTS, 2, run(("q1", 0, 1))), "the run of plain texts has ids that are no numbers"),
        (lambda: passages_of_texts(TEXTS, 2, run((0, 7, 1))), "pair 0 names passage 7, but there are 4"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
