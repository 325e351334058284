"""Sentence pairs made ready: which are kept, what the teacher says of them, and how a batch is laid out."""

from dataclasses import replace

import pytest
import torch

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.supervision import TextPairs
from clirlab.training import Passages
from clirlab.training.feed import collate, run_student
from clirlab.training.pairs import pairs_fingerprint, prepare

PAIRS = {"a cat": "the cats sleep", "": "a dog", "dogs": "", "the dog barks": "under a roof"}


def bitext(pairs):
    return Bitext("tiny", "xx", tuple(pairs), tuple(pairs.values()))


def test_pairs_without_content_on_a_side_are_dropped(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    assert prepared.student == tiny.tokenize(["a cat", "the dog barks"], kind="query")
    assert len(prepared.teacher) == 2


def test_the_teacher_gives_its_content_vectors_with_their_own_norms_and_their_mean_direction(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    units = []
    for english, found in zip(["the cats sleep", "under a roof"], prepared.teacher, strict=True):
        tokens = tiny.encode([english], kind="query", dtype="float32")
        units.append(tokens.vectors[tokens.mask])
        torch.testing.assert_close(found, units[-1] * tokens.norms[tokens.mask].unsqueeze(-1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(prepared.center, torch.cat(units).mean(0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pairs", [{}, {"": "a dog", "a cat": ""}])
def test_nothing_to_train_on_is_named(tiny, pairs):
    with pytest.raises(InputError, match="nothing to train on: no pair has content on both sides"):
        prepare(tiny, bitext(pairs))


def test_a_batch_is_laid_out_as_objectives_take_it(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    lookup = torch.arange(100, 100 + len(tiny.tokenizer))
    found = collate(prepared, [1, 0], lookup, padding=0)
    # [CLS] query : the dog bark ##s [SEP]; [CLS] query : a cat [SEP] and two of padding
    long, short = (prepared.student[i].ids for i in (1, 0))
    assert (found.ids - 100).tolist() == [long, [*short, 0, 0]]
    assert found.attended.tolist() == [[True] * 8, [True] * 6 + [False] * 2]
    assert found.batch.student_mask.tolist() == [
        [False] * 3 + [True] * 4 + [False],
        [False] * 3 + [True] * 2 + [False] * 3,
    ]
    # under a roof; the cat ##s sleep
    assert found.batch.teacher_mask.tolist() == [[True] * 3 + [False], [True] * 4]
    assert found.batch.teacher[0, :3].equal(prepared.teacher[1])
    assert found.batch.teacher[1].equal(prepared.teacher[0])
    assert found.tokens == 14


def test_the_students_english_side_stands_beside_the_teachers_token_by_token(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32", needs={"english", "layers"})
    found = collate(prepared, [1, 0], torch.arange(len(tiny.tokenizer)), padding=0)
    batch = run_student(tiny, found, {"english", "layers"}, "float32")
    mask = batch.teacher_mask
    torch.testing.assert_close(batch.english[mask], batch.teacher[mask], rtol=1e-4, atol=1e-4)
    assert batch.english.requires_grad
    assert batch.student.requires_grad
    assert len(batch.layers) == 3
    torch.testing.assert_close(batch.layers[2], batch.student)
    assert found.tokens == 14 + 15  # [CLS] query : under a roof [SEP]; [CLS] query : the cat ##s sleep [SEP]


def test_links_and_frequencies_are_of_the_students_pieces_and_the_teachers_content(tiny):
    pairs = replace(TextPairs.of(bitext(PAIRS)), alignment=(((1, 1),), (), (), ((0, 2), (1, 0))))
    prepared = prepare(tiny, pairs, dtype="float32", needs={"links", "idf"})
    batch = collate(prepared, [0, 1], torch.arange(len(tiny.tokenizer)), padding=0).batch
    # a cat (pieces 3, 4) and the cat ##s sleep; the dog bark ##s (3 to 6) and under a roof
    assert [row.nonzero().tolist() for row in batch.links] == [[[4, 1], [4, 2]], [[3, 2], [4, 0]]]
    assert batch.student_idf.shape == batch.student_mask.shape
    assert batch.teacher_idf.shape == batch.teacher_mask.shape
    assert (batch.student_idf[batch.student_mask] > 1).all()  # no content piece of the source side is in both
    assert (batch.student_idf[:, :3] == 1).all()  # special pieces and the prefix are in both
    assert (batch.teacher_idf[batch.teacher_mask] > 1).all()


def test_passages_of_a_batch_are_padded_together_and_belong_to_the_pairs_that_are_kept(tiny):
    texts = ("cats bark", "a roof", "dogs sleep under the roof", "the dog")
    passages = Passages(texts, (0, 1, 1, 2), ((3,), (1,), (1,), (0, 3)))
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32", needs={"passages"}, passages=passages)
    assert prepared.positions == [0, 3]
    assert set(prepared.passage_vectors) == {0, 2, 3}
    lookup = torch.arange(len(tiny.tokenizer))
    batch = collate(prepared, [0], lookup, padding=0).batch
    assert (batch.positives.tolist(), batch.candidates.tolist()) == ([0], [[1]])
    tokens = tiny.encode([texts[0], texts[3]], kind="passage", dtype="float32")
    assert batch.passage_mask.sum(1).tolist() == tokens.mask.sum(1).tolist()
    found = torch.nn.functional.normalize(batch.passages, dim=-1)
    for row in range(2):
        own = tokens.vectors[row][tokens.mask[row]]
        torch.testing.assert_close(found[row, : len(own)], own, rtol=1e-2, atol=1e-3)  # half precision
    none = Passages(texts, (-1,) * 4, ((),) * 4)
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32", needs={"passages"}, passages=none)
    assert not collate(prepared, [0], lookup, padding=0).batch.passage_mask.any()


def test_the_same_english_sentence_has_one_number_and_one_set_of_vectors(tiny):
    pairs = Bitext("tiny", "xx", ("a cat", "cats", "dogs"), ("the cat", "a dog", "the cat"))
    prepared = prepare(tiny, pairs, dtype="float32")
    assert prepared.sentences == [0, 1, 0]
    assert prepared.teacher[0] is prepared.teacher[2]
    once = torch.nn.functional.normalize(torch.cat(prepared.teacher), dim=-1).mean(0)
    assert prepared.center.equal(once)  # a sentence counts as often as it occurs


def test_the_fingerprint_is_of_both_sides_and_of_the_alignment():
    pairs = TextPairs.of(bitext(PAIRS))
    assert pairs_fingerprint(pairs) == pairs_fingerprint(bitext(PAIRS))
    others = [pairs.take([0, 1]), replace(pairs, alignment=(((0, 0),), (), (), ())), replace(pairs, english=("",) * 4)]
    assert len({pairs_fingerprint(other) for other in (pairs, *others)}) == 4
