import pytest

from clirlab.corpora import load_bitext, load_lexicon
from clirlab.supervision import code_switch, pseudo_levels, switch_levels

TEXTS = load_bitext("demo/en/sw").english[:40]
LEXICON = load_lexicon("demo/en/sw")


def test_a_higher_probability_switches_more_costs_more_and_covers_more():
    levels = switch_levels(TEXTS, LEXICON, [0, 0.3, 0.6, 1], ["Wapi?", "Mwanamke mzee"])
    for column in ("pairs", "switched", "words", "token_coverage"):
        assert levels[column].is_monotonic_increasing and levels[column].iloc[0] == 0, column
    assert levels["example"].iloc[-1] == code_switch(TEXTS, LEXICON, 1).source[0]


def test_each_dial_alone_and_all_together():
    levels = pseudo_levels(["Bibi mzee huuza nyanya mbichi", "wapi siku za soko"], "sw", [0, 1])
    assert levels["dial"].drop_duplicates().tolist() == ["phonological", "morphological", "lexical", "all"]
    still = levels[levels["level"] == 0]
    assert (still["changed"] == 0).all() and (still["example"] == "Bibi mzee huuza nyanya mbichi").all()
    changed = levels[levels["level"] == 1].set_index("dial")["changed"]
    assert changed["lexical"] == 1 and 0 < changed["morphological"] < 1


def test_no_text_changes_nothing():
    assert switch_levels([], LEXICON, [1.0], ["Wapi?"])["pairs"].tolist() == [0]
    assert pseudo_levels([], "sw", [1.0])["changed"].tolist() == [0] * 4
    with pytest.raises(ValueError, match="probability must be in"):
        switch_levels(TEXTS, LEXICON, [2.0], [])
