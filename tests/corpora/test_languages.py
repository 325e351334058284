import pytest

from clirlab.corpora.languages import language_code, language_name, spelling_of
from clirlab.errors import InputError


@pytest.mark.parametrize(
    ("codes", "tag"),
    [
        (["sw", "swa", "swh", "swh_Latn", "SW", "swahili", "Swahili"], "sw"),
        (["fil", "tl", "tgl", "tgl_Latn", "Tagalog"], "fil"),
        (["zh", "zho", "cmn", "zh-CN", "zho-CN", "zho_Hans", "zh_Hans", "chinese"], "zh"),
        (["zho_Hant", "zh-TW"], "zh-Hant"),
        (["ar", "ara", "arb", "arb_Arab"], "ar"),
        (["fa", "fas", "pes", "pes_Arab"], "fa"),
        (["ps", "pus", "pbt_Arab", "pashto"], "ps"),
        (["he", "iw", "heb"], "he"),
        (["om", "orm", "gaz_Latn"], "om"),
        (["arz"], "arz"),
        (["sr-Latn"], "sr-Latn"),
    ],
)
def test_every_usual_code_of_a_language_is_one_tag(codes, tag):
    assert {language_code(code) for code in codes} == {tag}


def test_an_unknown_code_names_the_nearest():
    with pytest.raises(InputError, match=r"unknown language 'swz'; did you mean 'sw' \(Swahili\)\?"):
        language_code("swz")


@pytest.mark.parametrize("code", ["", "-", "q", "x" * 50, "\x00", "../en"])
def test_nonsense_is_an_unknown_language(code):
    with pytest.raises(InputError, match="unknown language"):
        language_code(code)


def test_name():
    assert language_name("yor_Latn") == "Yoruba"


def test_the_spelling_of_others_is_found():
    assert spelling_of("ar", ["arb_Arab", "arz_Arab", "README"]) == "arb_Arab"
    # both stand for one language: its own name goes first
    assert spelling_of("dtp", ["kzj", "dtp"]) == "dtp"
    # two varieties, and none was asked for
    assert spelling_of("es", ["es-419", "es-US"]) is None
