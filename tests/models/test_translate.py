"""Translation models of each family, built here: how they are told the languages, batches, the cache, every refusal."""

import json
import shutil
from pathlib import Path

import pytest
import sentencepiece
import torch
from transformers import (
    BertConfig,
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    NllbTokenizer,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from clirlab.errors import InputError
from clirlab.models import load_translator
from clirlab.models.translation_cache import read_translations

TEXTS = ["maji", "habari ya dunia na watu", "", "paka", "mbwa analala chini ya paa", "habari ya dunia", "maji"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIZES = {"encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
SIZES |= {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "d_model": 16, "max_position_embeddings": 32}
# so that what is read shows in what is written
SIZES |= {"init_std": 1.0, "tie_word_embeddings": False}
SPECIAL = {"pad_token_id": 1, "eos_token_id": 2, "bos_token_id": 0, "decoder_start_token_id": 2}


@pytest.fixture(scope="session")
def spm(tmp_path_factory):
    """A SentencePiece model of some letters."""
    prefix = tmp_path_factory.mktemp("spm") / "tiny"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(TEXTS), LETTERS] * 5),
        model_prefix=str(prefix),
        vocab_size=40,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return prefix.with_suffix(".model")


def pieces_of(spm):
    model = sentencepiece.SentencePieceProcessor(model_file=str(spm))
    return [model.id_to_piece(i) for i in range(model.vocab_size())]


def vocabulary(spm, *tokens):
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    return {t: i for i, t in enumerate([*special, *tokens, *(p for p in pieces_of(spm) if p not in special)])}


@pytest.fixture(scope="session")
def nllb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nllb")
    pieces = {t: i for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS])}
    tokenizer = NllbTokenizer(
        vocab=pieces, merges=[], extra_special_tokens=["eng_Latn", "swh_Latn", "hau_Latn"], model_max_length=32
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    M2M100ForConditionalGeneration(M2M100Config(vocab_size=len(tokenizer), **SIZES, **SPECIAL)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def m2m(tmp_path_factory, spm):
    folder = tmp_path_factory.mktemp("m2m")
    (folder / "vocab.json").write_text(json.dumps(vocabulary(spm)))
    tokenizer = M2M100Tokenizer(folder / "vocab.json", spm, model_max_length=32)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    size = max(tokenizer.lang_token_to_id.values()) + 9
    M2M100ForConditionalGeneration(M2M100Config(vocab_size=size, **SIZES, **SPECIAL)).save_pretrained(folder)
    return folder


def marian_folder(folder, spm, *tokens):
    for name in ("source.spm", "target.spm"):
        shutil.copy(spm, folder / name)
    words = vocabulary(spm, *tokens)
    (folder / "vocab.json").write_text(json.dumps(words))
    described = {"tokenizer_class": "MarianTokenizer", "model_max_length": 32, "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(described))
    torch.manual_seed(1)
    special = SPECIAL | {"decoder_start_token_id": 1, "forced_eos_token_id": 2}
    MarianMTModel(MarianConfig(vocab_size=len(words), **SIZES, **special)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def marian(tmp_path_factory, spm):
    return marian_folder(tmp_path_factory.mktemp("opus-mt-en-mul"), spm, ">>swa<<", ">>hau<<", ">>cmn_Hans<<")


@pytest.fixture(scope="session")
def opus_sw_en(tmp_path_factory, spm):
    return marian_folder(tmp_path_factory.mktemp("opus-mt-sw-en"), spm)


def translator(folder, source="sw", target="en", **changes):
    return load_translator(folder, source, target, **{"beams": 2, "longest": 8, "cache": False} | changes)


def watched(loaded, monkeypatch):
    """The pieces that the model reads and writes, call by call."""
    calls, generate = [], loaded.model.generate

    def watching(ids, **settings):
        found = generate(ids, **settings)
        names = loaded.tokenizer.convert_ids_to_tokens
        calls.append(([names(row.tolist()) for row in ids], [names(row.tolist()) for row in found]))
        return found

    monkeypatch.setattr(loaded.model, "generate", watching)
    return calls


@pytest.mark.parametrize(
    ("family", "source", "target", "first", "last", "forced"),
    [
        ("nllb", "sw", "en", "swh_Latn", "</s>", "eng_Latn"),
        ("nllb", "eng_Latn", "Hausa", "eng_Latn", "</s>", "hau_Latn"),
        ("m2m", "swh_Latn", "eng", "__sw__", "</s>", "__en__"),
        ("m2m", "ha", "so", "__ha__", "</s>", "__so__"),
    ],
)
def test_the_source_stands_before_the_text_and_the_target_begins_the_translation(
    request, monkeypatch, family, source, target, first, last, forced
):
    loaded = translator(request.getfixturevalue(family), source, target)
    calls = watched(loaded, monkeypatch)
    loaded.translate(["maji"])
    ((read,), (written,)) = calls[0]
    assert (read[0], read[-1], written[1]) == (first, last, forced)
    assert loaded.tokenizer.convert_tokens_to_string(read[1:-1]).replace("▁", "").strip() == "maji"


def test_a_tokenizer_without_its_class_is_told_the_languages_all_the_same(nllb, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(nllb, tmp_path / "bare"))
    names = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>"}
    (folder / "tokenizer_config.json").unlink()
    PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **names).save_pretrained(folder)
    bare, whole = translator(folder), translator(nllb)
    assert not hasattr(bare.tokenizer, "src_lang")
    for loaded in (bare, whole):
        monkeypatch.setattr(loaded, "read", watched(loaded, monkeypatch), raising=False)
        loaded.translate(["maji ya watu"])
    assert bare.read == whole.read


@pytest.mark.parametrize(("target", "token"), [("swh_Latn", ">>swa<<"), ("ha", ">>hau<<"), ("zh", ">>cmn_Hans<<")])
def test_opus_mt_reads_the_target_before_the_text(marian, monkeypatch, target, token):
    loaded = translator(marian, "en", target)
    calls = watched(loaded, monkeypatch)
    loaded.translate(["maji"])
    ((read,), _) = calls[0]
    assert (read[0], read[-1]) == (token, "</s>")
    assert token not in "".join(loaded.translate(["paka"]))


def test_a_model_of_one_pair_is_told_nothing(opus_sw_en, monkeypatch):
    loaded = translator(opus_sw_en)
    calls = watched(loaded, monkeypatch)
    loaded.translate(["maji"])
    ((read,), _) = calls[0]
    assert "".join(read) == "▁maji</s>"


def test_t5_reads_a_prefix_that_is_given(tmp_path, monkeypatch):
    torch.manual_seed(1)
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "decoder_start_token_id": 1}
    T5ForConditionalGeneration(T5Config(vocab_size=40, **sizes, pad_token_id=1, eos_token_id=2)).save_pretrained(
        tmp_path
    )
    pieces = {t: i for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS])}
    NllbTokenizer(vocab=pieces, merges=[], extra_special_tokens=[]).save_pretrained(tmp_path)
    loaded = translator(tmp_path, prefix="translate ")
    calls = watched(loaded, monkeypatch)
    loaded.translate(["maji"])
    assert "translate▁maji" in "".join(calls[0][0][0])


@pytest.mark.parametrize("family", ["nllb", "m2m", "opus_sw_en"])
def test_a_text_is_translated_alike_alone_and_among_others(request, family):
    loaded = translator(request.getfixturevalue(family))
    alone = [loaded.translate([text])[0] for text in TEXTS]
    assert len(set(alone)) >= 4
    assert alone[2] == ""
    for size in (1, 2, 16):
        assert loaded.translate(TEXTS, batch_size=size) == alone


def test_the_cache_spares_the_model(nllb, tmp_path, monkeypatch):
    loaded = translator(nllb, cache=tmp_path)
    first = loaded.translate(TEXTS)
    again = translator(nllb, cache=tmp_path)
    monkeypatch.setattr(again.model, "generate", lambda *_, **__: pytest.fail("the model was called"))
    assert again.translate(TEXTS[::-1]) == first[::-1]
    # each text once, blank ones not at all
    assert len(read_translations(loaded.cache)) == len(set(TEXTS) - {""})


def test_what_two_processes_wrote_is_seen_by_a_third(nllb, tmp_path):
    one, two, three = (translator(nllb, cache=tmp_path) for _ in range(3))
    one.translate(TEXTS[:3])
    two.translate(TEXTS[3:])
    assert one.cache == three.cache
    assert read_translations(three.cache).keys() == set(TEXTS) - {""}
    assert not list(three.cache.glob(".*"))


def test_other_settings_and_another_model_have_a_cache_of_their_own(nllb, m2m, tmp_path):
    variants = [
        translator(nllb, cache=tmp_path),
        translator(nllb, cache=tmp_path, beams=3),
        translator(nllb, cache=tmp_path, longest=9),
        translator(nllb, cache=tmp_path, prefix="x "),
        translator(nllb, "ha", cache=tmp_path),
        translator(nllb, "ha", "sw", cache=tmp_path),
        translator(m2m, cache=tmp_path),
    ]
    assert len({loaded.cache for loaded in variants}) == len(variants)
    moved = Path(shutil.copytree(nllb, tmp_path / "moved"))
    (moved / "README.md").write_text("a card")
    assert translator(moved, cache=tmp_path).cache == variants[0].cache


def test_a_damaged_file_of_the_cache_is_done_again(nllb, tmp_path):
    loaded = translator(nllb, cache=tmp_path)
    wanted = loaded.translate(TEXTS)
    for file in loaded.cache.glob("*.json"):
        file.write_text('{"maji')
    assert loaded.translate(TEXTS) == wanted


def test_a_long_text_is_cut_with_a_warning(nllb):
    loaded = translator(nllb)
    with pytest.warns(UserWarning, match="1 of 2 texts reach 32 pieces"):
        assert len(loaded.translate(["maji " * 30, "paka"])) == 2


def test_it_says_what_it_is(nllb):
    assert repr(translator(nllb, "swh_Latn")) == f"Translator({nllb}: sw to en, 2 beams)"


@pytest.mark.parametrize(
    ("family", "source", "target", "message"),
    [
        ("nllb", "yo", "en", "unknown source language of .* 'yo'; .*known: en, ha, sw"),
        ("nllb", "sw", "hat", "unknown target language of .* 'hat'; did you mean 'ha'"),
        ("m2m", "qqqqq", "en", "unknown source language of .* 'qqqqq'"),
        ("marian", "en", "yo", "unknown target language of .* known: ha, sw, zh"),
    ],
)
def test_a_language_that_a_model_does_not_know_gives_the_nearest(request, family, source, target, message):
    with pytest.raises(InputError, match=message):
        translator(request.getfixturevalue(family), source, target)


def test_pickled_weights_are_refused_with_the_way_out(nllb, tmp_path):
    folder = Path(shutil.copytree(nllb, tmp_path / "pickled"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"pytorch_model\.bin: weights in pickle format are not loaded.* safetensors"):
        translator(folder)


def test_an_encoder_is_no_translator(tiny_folder, nllb):
    assert BertConfig.from_pretrained(tiny_folder).model_type == "bert"
    with pytest.raises(InputError, match="bert is no sequence-to-sequence model; it cannot translate"):
        translator(tiny_folder)


def test_an_unknown_name_and_a_single_text_and_no_beams(nllb):
    with pytest.raises(InputError, match=r"unknown translation model \(and no such folder\) 'nlb'"):
        load_translator("nlb", "sw")
    with pytest.raises(InputError, match="takes a list of texts"):
        translator(nllb).translate("maji")
    with pytest.raises(InputError, match="beams and longest must be at least 1, got 0 and 8"):
        translator(nllb, beams=0)


def test_a_tokenizer_that_needs_another_package_says_which(nllb, monkeypatch):
    def lacking(*_):
        raise ImportError("\nM2M100Tokenizer requires the SentencePiece library\nsee its page")

    monkeypatch.setattr("clirlab.models.translate.AutoTokenizer.from_pretrained", lacking)
    with pytest.raises(
        InputError, match=r"\(M2M100Tokenizer requires .* library\); pip install 'clirlab\[translate\]'"
    ):
        translator(nllb)
