"""How each family of translation models wants languages said; FLORES-200 as a whole."""

import pytest
from transformers.models.mbart50.tokenization_mbart50 import FAIRSEQ_LANGUAGE_CODES as MBART
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as FLORES

from clirlab.corpora import language_code
from clirlab.errors import InputError
from clirlab.models.translation_codes import Codes, codes_of

TWI_IS_AKAN = {"twi_Latn"}  # for BCP-47; it is had by its own code


def test_every_language_of_flores_is_found_by_its_tag():
    assert len(FLORES) == 202
    found = {code: codes_of(FLORES, language_code(code), "en", "nllb").source for code in FLORES}
    assert {code for code, to in found.items() if code != to} == TWI_IS_AKAN
    assert codes_of(FLORES, "twi_Latn", "en", "nllb").source == "twi_Latn"


def test_the_countries_of_mbart_say_nothing():
    assert codes_of(MBART, "swh", "en", "mbart") == Codes("sw_KE", "sw_KE", "en_XX")
    assert codes_of(MBART, "tl", "zh-CN", "mbart") == Codes("tl_XX", "tl_XX", "zh_CN")


def test_m2m_takes_the_bare_code_and_forces_the_token():
    assert codes_of(["__en__", "__sw__"], "sw", "en", "m2m") == Codes("sw", "__sw__", "__en__")


def test_the_target_stands_before_the_text():
    assert codes_of(["<2en>", "<2sw>", "▁a"], "so", "sw", "madlad") == Codes(prefix="<2sw> ")
    assert codes_of([">>zho_Hant<<", ">>cmn_Hans<<"], "en", "zho_Hant", "opus") == Codes(prefix=">>zho_Hant<< ")


@pytest.mark.parametrize("vocabulary", [["abc_Defg", "▁ya"], ["__x__", "ab_CD"], []])
def test_pieces_that_only_look_like_codes_are_none(vocabulary):
    assert codes_of(vocabulary, "sw", "en", "other") == Codes()


def test_the_nearest_language_is_named():
    with pytest.raises(InputError, match="unknown source language of nllb 'swz'"):
        codes_of(["eng_Latn", "swh_Latn"], "swz", "en", "nllb")
