"""Links between words become links between pieces: by characters, whatever the script."""

import pytest
import torch

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.supervision import code_switch
from clirlab.training.links import piece_links


@pytest.fixture(scope="module")
def e5():
    return load_encoder("e5-small")


def linked(encoder, links, source, english, kind="query"):
    """The linked pieces by their text."""
    one, other = encoder.tokenize([source, english], kind=kind)
    found = piece_links(links, source, english, one, other)
    assert found.shape == (len(one.ids), len(other.ids))
    assert not found[[not content for content in one.content]].any()
    assert not found[:, [not content for content in other.content]].any()
    return {(one.pieces[i].strip("▁"), other.pieces[j].strip("▁")) for i, j in found.nonzero().tolist()}


def test_swahili_by_hand(e5):
    links = ((0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (5, 4))
    # the pieces of the question mark belong to no word
    assert linked(e5, links, "Kwa nini is the maji cold?", "Why is the water cold?") == {
        ("Kwa", "Why"), ("nini", "Why"), ("is", "is"), ("the", "the"), ("maji", "water"), ("cold", "cold"),
    }  # fmt: skip


def test_a_word_of_several_pieces_is_linked_with_all_of_them(e5):
    # words() counts Ng'ombe once, and 3 without its brackets, which blank-separated words would not
    found = linked(e5, ((0, 2), (2, 3)), "Ng'ombe, wangapi... (3)?", "How many cows, (3)?")
    assert found == {(piece, part) for piece in ("Ng", "'", "ombe") for part in ("co", "ws")} | {("(3)", "(3)")}


def test_chinese_has_a_word_a_character_and_pieces_of_several(e5):
    # 哪 and 里 are one piece with 在: all that they are linked to is linked to it
    found = linked(e5, ((0, 2), (1, 2), (2, 3), (4, 0), (5, 0)), "蜜蜂住在哪里？", "Where do bees live?")
    assert found == {("蜜", "be"), ("蜜", "es"), ("蜂", "be"), ("蜂", "es"), ("住", "live"), ("在哪里", "Where")}


def test_words_cut_alike_are_linked_piece_by_piece(e5):
    source, english = "wingu la bees", "cloud of bees"
    one, other = e5.tokenize([source, english])
    found = piece_links(((0, 0), (2, 2)), source, english, one, other)
    same = [(i, j) for i, j in found.nonzero().tolist() if one.pieces[i] in {"▁be", "es"}]
    assert [(one.pieces[i], other.pieces[j]) for i, j in same] == [("▁be", "▁be"), ("es", "es")]


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_a_text_is_linked_to_itself_along_the_diagonal(e5, kind):
    text = "  The so-called  water-cycle, isn't it? 蜜蜂"
    cut = e5.tokenize([text], kind)[0]
    found = piece_links([(k, k) for k in range(7)], text, text, cut, cut)
    assert found.equal(torch.diag(found.diagonal()))
    assert found.sum() >= 7


def test_a_code_switched_pair_has_links_for_all_words(e5):
    lexicon = Lexicon("tiny", "sw", {"water": ("maji",), "why": ("kwa nini",), "cold": ("baridi",)})
    pairs = code_switch(["Why is the water cold?", "Cold water."], lexicon, probability=1)
    for k, (source, english) in enumerate(zip(pairs.source, pairs.english, strict=True)):
        one, other = e5.tokenize([source, english])
        found = piece_links(pairs.alignment[k], source, english, one, other)
        for side, cut in ((found.any(1), one), (found.any(0), other)):
            unlinked = {cut.pieces[p] for p in range(len(cut.ids)) if cut.content[p] and not side[p]}
            assert unlinked <= {"?", "."}


def test_words_beyond_the_length_of_the_encoder_have_no_links(tiny):
    long = " ".join(["cat"] * 30)
    with pytest.warns(UserWarning, match="reach 16 pieces"):
        one, other = tiny.tokenize([long, "cat"])
    found = piece_links([(29, 0), (0, 0)], long, "cat", one, other)
    assert found.sum() == 1


def test_a_word_that_is_not_there_is_named(tiny):
    one, other = tiny.tokenize(["a cat", "dogs"])
    with pytest.raises(InputError, match="a link names word 1 of 'dogs', which has 1 words from 0"):
        piece_links([(0, 1)], "a cat", "dogs", one, other)
    with pytest.raises(InputError, match="a link names word -1 of 'a cat', which has 2 words from 0"):
        piece_links([(-1, 0)], "a cat", "dogs", one, other)


def test_no_links_are_none(tiny):
    one, other = tiny.tokenize(["a cat", "dogs"])
    assert not piece_links((), "a cat", "dogs", one, other).any()
