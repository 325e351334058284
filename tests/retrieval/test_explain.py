"""What MaxSim is made of: the parts sum to the score, and each is the nearest token by hand."""

import pytest
import torch

from clirlab.errors import InputError
from clirlab.models import TokenBatch
from clirlab.retrieval import contributions, explain_maxsim, maxsim

QUERIES, PASSAGES = ["the cat", "dogs bark on the roof"], ["a cat sleeps", "the dog, the roof", "under"]


def test_the_scores_sum_to_maxsim(tiny):
    queries, passages = tiny.encode(QUERIES), tiny.encode(PASSAGES, kind="passage")
    weights = torch.rand(queries.mask.shape, generator=torch.Generator().manual_seed(0))
    for given in (None, weights):
        whole = maxsim(queries, passages, given)
        for q in range(len(QUERIES)):
            for d in range(len(PASSAGES)):
                assert explain_maxsim(queries, passages, q, d, given)["score"].sum() == pytest.approx(
                    whole[q, d].item(), abs=1e-5
                )


def test_each_token_finds_the_nearest_one(tiny):
    queries, passages = tiny.encode(QUERIES), tiny.encode(PASSAGES, kind="passage")
    found = explain_maxsim(queries, passages, 1, 1)
    tokens, own = queries.content(1)
    pieces, others = passages.content(1)
    assert found["token"].tolist() == tokens
    for row, vector in zip(found.itertuples(), own, strict=True):
        similarities = [float(vector @ other) for other in others]
        assert row.j == similarities.index(max(similarities))
        assert (row.found, row.similarity) == (pieces[row.j], pytest.approx(max(similarities), abs=1e-6))


def test_contributions_give_each_document_token_what_found_it(tiny):
    queries, passages = tiny.encode(QUERIES), tiny.encode(PASSAGES, kind="passage")
    found = explain_maxsim(queries, passages, 1, 1)
    pieces = passages.content(1)[0]
    given = contributions(found, pieces)
    assert given["token"].tolist() == pieces
    assert given["value"].sum() == pytest.approx(found["score"].sum())
    for j, part in found.groupby("j"):
        assert given["value"][j] == pytest.approx(part["score"].sum())
        assert all(token.strip("▁") in given["note"][j] for token in part["token"])
    assert (given["note"] == "").sum() == len(pieces) - found["j"].nunique()


def test_a_passage_without_content_is_named(tiny):
    none = torch.zeros(1, 2, dtype=torch.bool)
    passages = TokenBatch(torch.zeros(1, 2, 32), torch.zeros(1, 2), none, ~none, [["[CLS]", "[SEP]"]], [[None, None]])
    with pytest.raises(InputError, match="no content token"):
        explain_maxsim(tiny.encode(QUERIES), passages)
