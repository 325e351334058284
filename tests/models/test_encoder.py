"""Texts in, token vectors out: order, masks, words, layers, means and every refusal, on a tiny BERT."""

import pytest
import torch

from clirlab.errors import InputError
from clirlab.models import TokenBatch, TokenEncoder, load_encoder

MAX_LENGTH, POSITIONS = 16, 20  # what the tokenizer and the model of `tiny` take
TEXTS = ["a cat", "the cats under the roof barked", "dogs", "", "the dog, sleeping on a roof", "a dog barks"]


@pytest.mark.parametrize("batch_size", [1, 2, 4, 32])
def test_each_text_keeps_its_place_and_its_vectors_whatever_the_batch(tiny, batch_size):
    together = tiny.encode(TEXTS, batch_size=batch_size, dtype="float32")
    for i, text in enumerate(TEXTS):
        alone = tiny.encode([text], dtype="float32")
        n = alone.mask.shape[1]
        assert together.pieces[i] == alone.pieces[0]
        assert together.word_ids[i] == alone.word_ids[0]
        assert together.mask[i, :n].equal(alone.mask[0])
        torch.testing.assert_close(together.vectors[i, :n], alone.vectors[0], rtol=0, atol=1e-5)
        torch.testing.assert_close(together.norms[i, :n], alone.norms[0], rtol=1e-5, atol=0)


def test_batches_name_the_positions_of_their_texts_longest_first(tiny):
    parts = list(tiny.batches(TEXTS, batch_size=4, dtype="float32"))
    whole = tiny.encode(TEXTS, dtype="float32")
    positions = [i for part, _ in parts for i in part]
    assert sorted(positions) == list(range(len(TEXTS)))
    lengths = [len(whole.pieces[i]) for i in positions]
    assert lengths == sorted(lengths, reverse=True)
    for part, batch in parts:
        assert batch.pieces == [whole.pieces[i] for i in part]


def test_padding_is_zero_and_everything_else_has_unit_norm(tiny):
    tokens = tiny.encode(TEXTS, dtype="float32")
    assert tokens.attended.sum(1).tolist() == [len(pieces) for pieces in tokens.pieces]
    assert tokens.vectors[~tokens.attended].abs().sum() == 0
    assert tokens.norms[~tokens.attended].abs().sum() == 0
    torch.testing.assert_close(tokens.vectors[tokens.attended].norm(dim=-1), torch.ones(int(tokens.attended.sum())))
    assert not (tokens.mask & ~tokens.attended).any()


def test_special_tokens_and_prefix_are_no_content(tiny):
    tokens = tiny.encode(["the cats, sleeping"], kind="query")
    assert tokens.pieces == [["[CLS]", "query", ":", "the", "cat", "##s", ",", "sleep", "##ing", "[SEP]"]]
    assert tokens.mask.tolist() == [[False] * 3 + [True] * 6 + [False]]
    assert tokens.word_ids == [[None, None, None, 0, 1, 1, 1, 2, 2, None]]
    pieces, vectors = tokens.content(0)
    assert pieces == ["the", "cat", "##s", ",", "sleep", "##ing"]
    assert vectors.equal(tokens.vectors[0, 3:9])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the  cats", [0, 1, 1]),
        ("  the\tcats\n", [0, 1, 1]),
        ("cats,dogs a", [0, 0, 0, 0, 0, 1]),  # punctuation cuts pieces, blanks cut words
    ],
)
@pytest.mark.parametrize("kind", ["query", "none such"])
def test_words_are_counted_from_the_text_and_not_from_the_prefix(tiny, text, words, kind):
    found = tiny.tokenize([text], kind)[0].word_ids
    assert [word for word in found if word is not None] == words


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_pieces_know_the_characters_that_they_stand_for(tiny, kind):
    text = "  the cats,  barked"
    cut = tiny.tokenize([text], kind)[0]
    pieces = zip(cut.pieces, cut.spans, strict=True)
    own = [(piece.removeprefix("##"), text[slice(*span)]) for piece, span in pieces if span is not None]
    assert own == [(piece, piece) for piece in ("the", "cat", "s", ",", "bark", "ed")]
    assert [span is not None for span in cut.spans] == cut.content


def test_a_prefix_that_ends_in_a_piece_is_no_content_either(tiny):
    tiny.prefixes = {"query": "query:"}
    assert tiny.encode(["a cat"], kind="query").mask.tolist() == [[False] * 3 + [True] * 2 + [False]]


def test_the_prefix_is_encoded_as_if_it_stood_in_the_text(tiny, tiny_folder):
    bare = load_encoder(tiny_folder, prefixes={})
    assert bare.encode(["a cat"], kind="query").pieces == [["[CLS]", "a", "cat", "[SEP]"]]
    typed, added = bare.encode(["query: a cat"], dtype="float32"), tiny.encode(["a cat"], "query", dtype="float32")
    assert typed.vectors.equal(added.vectors)
    assert typed.mask.sum() == 4
    assert added.mask.sum() == 2


def test_layer_0_is_the_embedding_and_the_highest_is_the_default(tiny):
    ids = torch.tensor([cut.ids for cut in tiny.tokenize(["a cat"])])
    with torch.inference_mode():
        embedded = tiny.model.embeddings(ids)
        last = tiny.model(ids).last_hidden_state
    encoded = [tiny.encode(["a cat"], layer=layer, dtype="float32") for layer in (0, 1, 2, None)]
    for tokens, raw in ((encoded[0], embedded), (encoded[2], last), (encoded[3], last)):
        torch.testing.assert_close(tokens.norms, raw.norm(dim=-1))
        torch.testing.assert_close(tokens.vectors, torch.nn.functional.normalize(raw, dim=-1))
    assert not torch.allclose(encoded[1].vectors, encoded[0].vectors, atol=0.1)
    assert not torch.allclose(encoded[1].vectors, encoded[2].vectors, atol=0.1)


def test_pooled_by_hand():
    # raw vectors (2, 0), (0, 1), (3, 4) and padding; the first is a special token
    vectors = torch.tensor([[[1, 0], [0, 1], [0.6, 0.8], [0, 0]]])
    mask, attended = torch.tensor([[0, 1, 1, 0]]).bool(), torch.tensor([[1, 1, 1, 0]]).bool()
    norms = torch.tensor([[2.0, 1, 5, 0]])
    tokens = TokenBatch(vectors, norms, mask, attended, [["<s>", "a", "b"]], [[None, 0, 1]])
    torch.testing.assert_close(tokens.pooled(), torch.tensor([[3, 5]]) / 34**0.5)
    torch.testing.assert_close(tokens.pooled("all"), torch.tensor([[5, 5]]) / 50**0.5)


def test_an_empty_text_has_no_content_and_pools_to_zero_not_to_nan(tiny):
    tokens = tiny.encode(["", "a cat"], dtype="float32")
    assert tokens.content(0)[0] == []
    assert tokens.pooled()[0].tolist() == [0] * 32
    assert tokens.pooled("all").norm(dim=-1).tolist() == pytest.approx([1, 1])


def test_texts_that_are_cut_are_counted_in_one_warning(tiny):
    long = "cat " * 40
    with pytest.warns(UserWarning, match="2 of 3 texts reach 16 pieces") as warned:
        tokens = tiny.encode([long, "a cat", long])
    assert len(warned) == 1
    assert tokens.vectors.shape == (3, 16, 32)
    assert tokens.mask.sum(1).tolist() == [12, 2, 12]  # 16 less [CLS], query, : and [SEP]


@pytest.mark.parametrize(("tokenizer_takes", "longest"), [(MAX_LENGTH, MAX_LENGTH), (10**30, POSITIONS)])
def test_the_longest_text_is_what_both_tokenizer_and_model_take(tiny, tokenizer_takes, longest):
    tiny.tokenizer.model_max_length = tokenizer_takes
    encoder = TokenEncoder(tiny.model, tiny.tokenizer, "tiny")
    with pytest.warns(UserWarning, match=f"1 of 1 texts reach {longest} pieces"):
        assert encoder.encode(["cat " * 40]).vectors.shape == (1, longest, 32)


def test_nothing_to_encode_is_refused(tiny):
    assert tiny.tokenize([]) == []
    with pytest.raises(InputError, match="nothing to encode: the list of texts is empty"):
        tiny.encode([])


@pytest.mark.parametrize("layer", [-1, 3])
def test_a_layer_that_is_not_there_is_named(tiny, layer):
    with pytest.raises(InputError, match=rf"layer {layer}: .* has layers 0 to 2"):
        tiny.encode(["a cat"], layer=layer)


def test_an_unknown_dtype_gives_the_nearest(tiny):
    with pytest.raises(InputError, match="unknown dtype 'float23'; did you mean 'float32'"):
        tiny.encode(["a cat"], dtype="float23")


def test_bfloat16_gives_float32_vectors_close_to_those_of_float32(tiny):
    exact, fast = (tiny.encode(TEXTS, dtype=dtype) for dtype in ("float32", "bfloat16"))
    assert fast.vectors.dtype == torch.float32
    assert not fast.vectors.equal(exact.vectors)
    assert (fast.vectors * exact.vectors).sum(-1)[exact.attended].min() > 0.99


def test_prefixes_come_from_the_prompts_file(tiny):
    assert tiny.prefixes["query"] == "query: "
    assert tiny.prefixes["passage"] == "passage: "  # the file calls it document
    assert tiny.encode(["a cat"], kind="passage").pieces[0][1:3] == ["passage", ":"]


def test_it_says_what_it_is(tiny, tiny_folder):
    assert repr(tiny) == f"TokenEncoder({tiny_folder}: 2 layers, d = 32)"


def test_a_single_text_is_refused_and_not_taken_letter_by_letter(tiny):
    with pytest.raises(InputError, match="takes a list of texts; for one text give a list of one"):
        tiny.encode("the cat")
