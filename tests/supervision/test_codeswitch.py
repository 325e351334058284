from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon, load_bitext, load_lexicon
from clirlab.errors import InputError
from clirlab.supervision import code_switch, switch_titles, words

SWAHILI = {
    "water": ("maji", "majimaji"),
    "bread": ("mkate",),
    "why": ("kwa nini",),
    "moon": ("mwezi",),
    "uncle": ("mjomba", "ami"),
    "paternal uncle": ("ami mkubwa wangu",),
}
LEXICON = Lexicon("tiny", "sw", SWAHILI)
GERMAN = Lexicon("klein", "de", {"water": ("Wasser",), "moon": ("Mond",), "life": ("Leben",)})
marks = st.sampled_from([" ", " ", ", ", " (", "\t"])
typed = st.sampled_from([*SWAHILI, "is", "life", "Water", "MOON", "ng'ombe", "paternal"])
sentences = st.lists(st.tuples(typed, marks), min_size=1, max_size=8).map(lambda parts: "".join(map("".join, parts)))
texts = st.lists(sentences, max_size=5)
seeds = st.integers(0, 99)
probabilities = st.floats(0, 1)


def switched(pairs):
    """What became of each English word: {(sentence, position): source words}; unswitched words are left out."""
    found = {}
    for source, english, links, tags in zip(pairs.source, pairs.english, pairs.alignment, pairs.tags, strict=True):
        for i, j in links:
            if tags[i] != "en":
                found.setdefault((english, j), []).append(words(source)[i])
    return found


def test_worked_example():
    given = ["Water is life; bread, too!", "Nothing here.", "(WHY moon-water?)"]
    found = code_switch(given, LEXICON, probability=1)
    # case and punctuation are kept; moon-water is one word, not in the lexicon
    assert found.source == ("Maji is life; mkate, too!", "(KWA NINI moon-water?)")
    assert found.english == (given[0], given[2])  # the sentence without a switch is left out
    assert found.alignment == (tuple((i, i) for i in range(5)), ((0, 0), (1, 0), (2, 1)))
    assert found.tags == (("sw", "en", "en", "sw", "en"), ("sw", "sw", "en"))
    assert found.switch_rate == pytest.approx(3 / 7)
    assert found.code_mixing_index == pytest.approx((100 * 2 / 5 + 100 * 1 / 3) / 2)


def test_entries_of_several_words_come_first_and_are_linked_as_a_whole():
    found = code_switch(["My Paternal  uncle, uncle. Paternal, uncle"], LEXICON, probability=1)
    assert found.source == ("My Ami mkubwa wangu, mjomba. Paternal, mjomba",)
    links = {(0, 0), *((i, j) for i in (1, 2, 3) for j in (1, 2)), (4, 3), (5, 4), (6, 5)}
    assert set(found.alignment[0]) == links
    assert found.tags == (("en", "sw", "sw", "sw", "sw", "en", "sw"),)


def test_the_longest_entry_wins_wherever_it_begins():
    lexicon = Lexicon("", "xx", {"a b": ("1",), "b c d": ("2",), "d": ("3",)})
    assert code_switch(["a b c d"], lexicon, 1).source == ("a 2",)


@pytest.mark.parametrize(
    ("text", "translation", "expected"),
    [
        ("Moon and MOON and moon.", "mwezi", "Mwezi and MWEZI and mwezi."),
        ("Moon MOON", "ʼya", "ʼYa ʼYA"),  # the first letter, not the first sign
        ("moon", "Mond", "Mond"),  # no capital is lost
        ("MOON Moon", "चाँद", "चाँद चाँद"),
        ("MOON Moon", "წყალი", "წყალი წყალი"),
        ("Moon", "24 saa", "24 Saa"),
    ],
)
def test_the_case_of_the_sentence_is_kept(text, translation, expected):
    assert code_switch([text], Lexicon("", "xx", {"moon": (translation,)}), 1).source == (expected,)


def test_the_pronoun_i_is_a_capital_only_where_a_sentence_begins():
    lexicon = Lexicon("", "sw", {"i": ("mimi",)})
    assert code_switch(["I see what I see."], lexicon, 1).source == ("Mimi see what mimi see.",)


def test_half_of_the_known_words_at_probability_one_half():
    assert code_switch(["water life " * 2000], LEXICON, 0.5).switch_rate == pytest.approx(0.25, abs=0.02)
    # an entry of two words with 1 - (1/2)^2
    phrase = LEXICON.take(["paternal uncle"])
    assert code_switch(["paternal uncle life life " * 2000], phrase, 0.5).switch_rate == pytest.approx(0.375, abs=0.02)


@given(texts, seeds)
def test_at_0_nothing_is_switched_and_at_1_all_that_is_known(given, seed):
    assert len(code_switch(given, LEXICON, 0, seed)) == 0
    found = switched(code_switch(given, LEXICON, 1, seed))
    for text in given:
        for position, word in enumerate(words(text)):
            if word.lower() in SWAHILI:
                assert (text, position) in found
            elif word.lower() != "paternal":
                assert (text, position) not in found


@given(texts, probabilities, seeds, st.sampled_from(["first", "sampled"]))
def test_the_english_words_can_be_read_off_the_alignment(given, probability, seed, choice):
    pairs = code_switch(given, LEXICON, probability, seed, choice)
    back = {part: english for english, options in SWAHILI.items() for option in options for part in words(option)}
    for source, english, links, tags in zip(pairs.source, pairs.english, pairs.alignment, pairs.tags, strict=True):
        mixed, original = words(source), words(english)
        assert {i for i, _ in links} == set(range(len(mixed)))
        assert {j for _, j in links} == set(range(len(original)))
        for i, j in links:
            word = original[j].lower()
            if tags[i] == "en":
                assert mixed[i] == original[j]
            else:
                assert word in back[mixed[i].lower()].split() or word == "uncle"


@given(texts, probabilities, seeds)
def test_all_that_is_no_word_stays(given, probability, seed):
    single = LEXICON.take(["water", "moon"])
    for source, english in zip(*(getattr(code_switch(given, single, probability, seed), side)
                                 for side in ("source", "english")), strict=True):  # fmt: skip
        for word in words(source):
            source = source.replace(word, "", 1)
        for word in words(english):
            english = english.replace(word, "", 1)
        assert source == english


@given(texts, st.tuples(probabilities, probabilities), seeds, st.sampled_from(["first", "sampled"]))
def test_what_is_switched_at_a_smaller_probability_is_switched_alike_at_a_larger_one(given, two, seed, choice):
    given = list(dict.fromkeys(given))
    for languages in (LEXICON, [LEXICON, GERMAN]):
        few, many = (switched(code_switch(given, languages, p, seed, choice)) for p in sorted(two))
        assert few.items() <= many.items()
        few, many = (switched(switch_titles(given, languages, p, seed, choice)) for p in sorted(two))
        assert few.items() <= many.items()


@given(texts, st.sets(st.sampled_from(list(SWAHILI))), probabilities, seeds)
def test_a_larger_lexicon_switches_the_same_words_and_more(given, known, probability, seed):
    given = list(dict.fromkeys(given))
    few, many = (switched(code_switch(given, lexicon, probability, seed)) for lexicon in (LEXICON.take(known), LEXICON))
    assert few.keys() <= many.keys()
    phrase = {(text, j) for text, j in few if (text, j) in many and few[text, j] != many[text, j]}
    assert all(words(text)[j].lower() == "uncle" for text, j in phrase)  # now part of the longer entry


@given(texts, probabilities, seeds)
def test_the_same_seed_gives_the_same_and_a_text_does_not_depend_on_its_neighbours(given, probability, seed):
    one = code_switch(given, [LEXICON, GERMAN], probability, seed)
    assert one == code_switch(given, [LEXICON, GERMAN], probability, seed)
    first = code_switch(given[:1], [LEXICON, GERMAN], probability, seed)
    assert first.source == one.source[: len(first)]


def test_the_seed_decides_what_is_switched():
    assert len({code_switch(["water moon bread " * 5], LEXICON, 0.5, seed).source for seed in range(5)}) == 5


def test_sampled_translations_are_all_used_alike():
    found = Counter(words(code_switch(["water " * 3000], LEXICON, 1, choice="sampled").source[0]))
    assert set(found) == {"maji", "majimaji"}
    assert found["maji"] == pytest.approx(1500, abs=120)


def test_many_languages_are_drawn_anew_for_each_word_among_those_that_hold_it():
    pairs = code_switch(["water moon life bread " * 1000], [LEXICON, GERMAN], 1)
    tags = np.array(pairs.tags[0]).reshape(-1, 4)
    assert (pairs.language, pairs.name) == ("mul", "tiny + klein")
    assert set(tags[:, 2]) == {"de"}
    assert set(tags[:, 3]) == {"sw"}
    for column in (0, 1):
        assert (tags[:, column] == "sw").mean() == pytest.approx(0.5, abs=0.06)
    assert (tags[:, 0] == tags[:, 1]).mean() == pytest.approx(0.5, abs=0.06)


def test_one_more_language_switches_the_same_words():
    one, two = (
        switched(code_switch(["water moon bread " * 50], which, 0.5)) for which in ([LEXICON], [LEXICON, GERMAN])
    )
    assert one.keys() == two.keys()


def test_titles_of_a_text_are_switched_into_one_language_longest_first():
    titles = {
        "sw": {"united states": ("Marekani",), "moon": ("Mwezi",), "a b c d": ("refu",)},
        "de": {"united states": ("Vereinigte Staaten",), "states": ("Staaten",), "sun": ("Sonne",)},
    }
    lexicons = [Lexicon(f"titles {code}", code, entries) for code, entries in titles.items()]
    given = ["United States on the moon"] * 200 + ["the sun", "moon!", "a b c d"]
    pairs = switch_titles(given, lexicons)
    assert set(pairs.source[:200]) == {"Marekani on the Mwezi", "Vereinigte Staaten on the moon"}
    assert sum("Mwezi" in text for text in pairs.source[:200]) == pytest.approx(100, abs=25)
    assert pairs.source[200:] == ("the Sonne", "Mwezi!")  # four words are no title here
    assert {tuple(sorted(set(tags) - {"en"})) for tags in pairs.tags} == {("sw",), ("de",)}


BANK = Lexicon("", "de", {"bank": ("Ufer", "Bank"), "water": ("Wasser",), "spring": ("Frühling", "Feder", "Quelle")})


def test_the_contextual_choice_is_the_translation_whose_sentence_is_nearest():
    calls = []

    def embed(sentences):
        """Points on a circle, 0 for English text; money wants Bank and a river Ufer."""
        calls.append(list(sentences))
        angles = [
            0.0 if "bank" in text and "spring" in text else
            0.1 if ("money" in text) == ("Bank" in text) and "spring" in text else
            {"Frühling": 0.3, "Feder": 0.2, "Quelle": 0.2}.get(words(text)[-1], 0.4)
            for text in sentences
        ]  # fmt: skip
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    given = ["money in the bank, spring", "river bank water spring", "water"]
    pairs = code_switch(given, BANK, 1, choice="contextual", embed=embed)
    # of equals (Feder, Quelle) the first; water has one translation, which needs no vector
    assert pairs.source == ("money in the Bank, Feder", "river Ufer Wasser Feder", "Wasser")
    assert len(calls) == 1
    assert len(calls[0]) == len(set(calls[0])) == 2 * (1 + 2 + 3)
    assert "river bank water Feder" in calls[0]  # the rest stays English


@given(st.lists(st.sampled_from(["bank", "spring", "water", "is"]), min_size=1).map(" ".join), probabilities, seeds)
def test_the_contextual_choice_is_nested_too(text, probability, seed):
    def embed(sentences):
        values = np.array([sum(map(ord, sentence)) for sentence in sentences])
        return np.stack([np.cos(values), np.sin(values)], axis=1)

    few, many = (switched(code_switch([text], BANK, p, seed, "contextual", embed)) for p in sorted([probability, 0.5]))
    assert few.items() <= many.items()


def test_texts_without_a_known_word_give_an_empty_result_that_can_be_shown():
    found = code_switch(["Nothing here."], LEXICON, probability=1)
    assert len(found) == 0
    assert "0 pairs" in repr(found)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: code_switch(["Water."], LEXICON, -0.1), r"probability must be in \[0, 1\], got -0.1"),
        (lambda: code_switch(["Water."], LEXICON, float("nan")), r"probability must be in \[0, 1\], got nan"),
        (lambda: switch_titles(["Water."], LEXICON, 1.1), r"probability must be in \[0, 1\], got 1.1"),
        (lambda: code_switch(["Water."], []), "code-switching needs a lexicon; the list is empty"),
        (lambda: code_switch(["Water."], [LEXICON, LEXICON]), "one lexicon a language, got sw, sw; merge those"),
        (lambda: code_switch(["Water."], LEXICON, choice="frist"), "unknown choice 'frist'; did you mean 'first'"),
        (lambda: code_switch(["Water."], LEXICON, choice="contextual"), "the contextual choice needs embed="),
    ],
)
def test_what_cannot_work_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize("language", ["de", "hi", "zh", "th", "vi"])
def test_every_word_of_real_text_is_linked_whatever_the_script(data_root, language):
    lexicon = load_lexicon(f"muse/en/{language}")
    given = load_bitext("tatoeba/en/fi").english[:300]
    pairs = code_switch(given, lexicon, 0.5, choice="sampled")
    assert 0.2 < pairs.switch_rate < 0.5
    for source, english, links, tags in zip(pairs.source, pairs.english, pairs.alignment, pairs.tags, strict=True):
        mixed, original = words(source), words(english)
        assert {i for i, _ in links} == set(range(len(mixed))) == set(range(len(tags)))
        assert {j for _, j in links} == set(range(len(original)))
        assert all(mixed[i] == original[j] for i, j in links if tags[i] == "en")
