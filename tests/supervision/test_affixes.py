import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.supervision.affixes import LONGEST, PAIRS, RELIABLE, STEM, learn_affixes, related

STEMS = ("toto", "alimu", "geni", "kulima", "pishi")


def meanings(*forms):
    return {form.format(stem): frozenset({stem}) for stem in STEMS for form in forms}


def test_affixes_change_places_where_words_mean_the_same():
    rules = learn_affixes(meanings("m{}", "wa{}", "{}ni"))
    assert rules.prefixes["m"] == {"wa": 5 / 6}
    assert rules.prefixes["wa"] == {"m": 5 / 6}
    assert rules.suffixes == {}
    assert learn_affixes(meanings("{}", "{}ni")).suffixes == {"": {"ni": 5 / 6}, "ni": {"": 5 / 6}}


def test_pairs_without_a_meaning_in_common_speak_against_a_rule():
    known = meanings("m{}", "wa{}")
    against = {f"wa{stem}": frozenset({"other"}) for stem in STEMS[:2]}
    assert learn_affixes(known | against).prefixes["m"] == {"wa": 3 / 6}
    strangers = {f"wa{stem}": frozenset({"other"}) for stem in STEMS}
    assert learn_affixes(known | strangers).prefixes == {}


def test_few_pairs_make_no_rule():
    known = {word: found for word, found in meanings("m{}", "wa{}").items() if "pishi" not in word}
    assert learn_affixes(known).prefixes == {}


words = st.text("ab", min_size=1, max_size=8)


@given(st.dictionaries(words, st.frozensets(st.integers(0, 2).map(str), min_size=1), max_size=60))
def test_rules_are_those_of_the_slow_count(known):
    rules = learn_affixes(known).prefixes
    pairs = {}
    for first in known:
        for second in known:
            shared = 0
            while shared < min(len(first), len(second)) and first[-1 - shared] == second[-1 - shared]:
                shared += 1
            one, other = first[: len(first) - shared], second[: len(second) - shared]
            if first != second and shared >= STEM and max(len(one), len(other)) <= LONGEST:
                pairs.setdefault((one, other), []).append(not known[first].isdisjoint(known[second]))
    expected = {
        pair: sum(alike) / (len(alike) + 1)
        for pair, alike in pairs.items()
        if len(alike) >= PAIRS and sum(alike) >= RELIABLE * len(alike)
    }
    assert {(one, other): r for one, found in rules.items() for other, r in found.items()} == pytest.approx(expected)


@given(words)
def test_a_related_word_keeps_a_stem(word):
    rules = learn_affixes(meanings("m{}", "wa{}", "{}", "{}ni"))
    for reliability, other in related(word, rules):
        assert 0 < reliability <= 1
        assert other != word
        assert any(word[i : i + STEM] in other for i in range(len(word) - STEM + 1))
