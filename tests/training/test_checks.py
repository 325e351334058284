"""Pairs in another language than expected are refused; English with errors and mixtures are taken as they are meant."""

from types import SimpleNamespace

import pytest

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.supervision import TextPairs
from clirlab.supervision.pairs import join
from clirlab.training.checks import bought, check_language

MIXED = join("both", [TextPairs("", "sw", ("maji",), ("water",)), TextPairs("", "de", ("Wasser",), ("water",))])


def pairs(language):
    return TextPairs("toy", language, ("maji",), ("water",))


@pytest.mark.parametrize(
    ("given", "language"),
    [
        (pairs("sw"), "sw"),
        (pairs("sw"), "swh_Latn"),
        (pairs("zh-Hant"), "zh"),
        (pairs("en"), "yo"),  # English with errors
        (pairs("mul"), "yo"),
        (MIXED, "de"),
        (pairs("de-x-p50"), "de-x-p50"),
        (pairs("ha"), None),
        (SimpleNamespace(source=["maji"], english=["water"]), None),
    ],
)
def test_what_may_be_in_the_language_passes(given, language):
    check_language(given, language)


@pytest.mark.parametrize(
    ("given", "language", "message"),
    [
        (
            pairs("sw"),
            "ha",
            "toy is in 'sw', but 'ha' is expected; give pairs of that language, or leave language= out",
        ),
        (pairs("sw"), "en", "toy is in 'sw', but 'en' is expected"),
        (MIXED, "ha", "both is in 'de', 'sw', but 'ha' is expected"),
        (pairs("de-x-p50"), "de", "toy is in 'de-x-p50', but 'de' is expected"),
        (pairs("sw"), "qqqq", "unknown language 'qqqq'"),
        (SimpleNamespace(source=["maji"], english=["water"]), "sw", "the pairs do not say which language they are in"),
    ],
)
def test_what_is_in_another_language_is_named(given, language, message):
    with pytest.raises(InputError, match=message):
        check_language(given, language)


def test_a_budget_says_what_there_is_or_takes_all():
    bitext = Bitext("toy", "sw", ("maji ni uhai", "habari ya dunia"), ("water is life", "hello world"))
    with pytest.raises(InputError, match=r"toy holds 6 translated words, fewer than the budget of 7; .* take_all=True"):
        bought(bitext, 7, seed=0)
    assert sorted(bought(bitext, 7, seed=0, take_all=True).source) == sorted(bitext.source)
    assert bought(bitext, 3, seed=0, take_all=True) == bought(bitext, 3, seed=0)
    assert bought(bitext, None, seed=0) is bitext
    english = TextPairs("noisy", "en", ("watr", "lfe"), ("water", "life"))  # nobody translated them
    assert len(bought(english, 10, seed=0, take_all=True)) == 2
