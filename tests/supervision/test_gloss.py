"""Glosses: worked examples step by step, and laws that hold for any text and lexicon."""

from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon, load_bitext, load_lexicon
from clirlab.corpora.lexicon import merge
from clirlab.errors import InputError
from clirlab.supervision import gloss, glossary, induce_lexicon, shuffled_lexicon, with_native, words

SWAHILI = Lexicon(
    "tiny",
    "sw",
    {
        "why": ("kwa nini",),
        "how many": ("ngapi",),
        "for": ("kwa",),
        "bees": ("nyuki",),
        "live": ("wanaishi", "ishi"),
        "water": ("maji",),
        "rain": ("mvua", "maji"),
    },
)


def texts_of(texts, lexicon, **options):
    return [one.text for one in gloss(texts, lexicon, **options)]


def test_phrases_come_before_their_words_on_both_sides():
    one, other = gloss(["Kwa nini nyuki wanaishi Iringa?", "nyuki  ngapi kwa maji"], SWAHILI)
    assert one.text == "Why bees live Iringa?"
    assert one.links == ((0, 0), (1, 0), (2, 1), (3, 2), (4, 3))
    assert (one.found, one.words, one.weights) == (4, 5, None)
    assert other.text == "bees  how many for water"
    assert other.links == ((0, 0), (1, 1), (1, 2), (2, 3), (3, 4))


def test_case_is_folded_and_carried_and_punctuation_kept():
    assert texts_of(["“MAJI”, Maji - (maji)!"], SWAHILI) == ["“WATER”, Water - (water)!"]
    (one,) = gloss(["maji - NYUKI!"], SWAHILI)
    # a dash that stands alone is a blank-separated word, though it is no word
    assert one.links == ((0, 0), (1, 1), (2, 2))
    assert one.words == 2


def test_a_lexicon_into_english_is_taken_as_it_is():
    into = Lexicon("into", "en", {"maji": ("rain", "water"), "kwa nini": ("why",)}, from_language="sw")
    assert texts_of(["Kwa nini maji?"], into) == ["Why rain?"]
    assert glossary(into).language == "sw"


def test_the_translation_with_most_weight_is_the_top_one():
    lexicon = Lexicon("w", "sw", {"rain": ("maji",), "water": ("mto", "maji")}, weights={"rain": (2,), "water": (9, 6)})
    assert texts_of(["maji"], lexicon) == ["water"]
    (bag,) = gloss(["maji!"], lexicon, choice="bag")
    assert bag.text == "water rain!"
    assert bag.links == ((0, 0), (0, 1))
    assert bag.weights == pytest.approx((0.75, 0.25))


def test_a_bag_without_weights_falls_off_by_rank_and_leaves_unknown_words_whole():
    # preferred by water, second for rain: 1 and 1/2
    (bag,) = gloss(["Iringa maji"], SWAHILI, choice="bag")
    assert bag.text == "Iringa water rain"
    assert bag.weights == pytest.approx((1, 2 / 3, 1 / 3))
    (one,) = gloss(["Iringa maji"], SWAHILI, choice="bag", most=1)
    assert one.weights == (1, 1)


def test_every_word_of_a_phrase_in_a_bag_has_the_weight_of_the_phrase():
    lexicon = Lexicon(
        "n", "sw", {"how many": ("ngapi",), "which": ("ngapi",)}, weights={"how many": (3,), "which": (1,)}
    )
    (bag,) = gloss(["Ngapi"], lexicon, choice="bag")
    assert (bag.text, bag.weights) == ("How many Which", (0.75, 0.75, 0.25))


def test_the_contextual_choice_asks_the_vectors():
    asked = []

    def embed(sentences):
        asked.append(list(sentences))
        return np.array([[1.0, 0.0] if "rain" in s or s == "nyuki maji" else [0.0, 1.0] for s in sentences])

    assert texts_of(["nyuki maji"], SWAHILI, choice="contextual", embed=embed) == ["bees rain"]
    # only what has several translations is asked about
    assert asked == [["nyuki maji", "nyuki water", "nyuki rain"]]


def test_yoruba_and_hausa_written_without_their_signs():
    yoruba = Lexicon("yo", "yo", {"child": ("ọmọ",), "education": ("ẹ̀kọ́",), "my": ("mi",)})
    assert texts_of(["omo mi eko ẸKỌ"], yoruba) == ["child my education EDUCATION"]
    assert texts_of(["omo mi ọmọ"], yoruba, match=["exact"]) == ["omo my child"]
    # a leading sign is no part of a word, here or in the lexicon
    hausa = Lexicon("ha", "ha", {"theft": ("ɓarna",), "children": ("’ya’ya",)})
    assert texts_of(["barna da 'ya'ya"], hausa) == ["theft da 'children"]


def test_an_exact_word_is_never_given_the_meaning_of_another_with_other_signs():
    yoruba = Lexicon("yo", "yo", {"husband": ("ọkọ",), "hoe": ("ọkọ́",), "vehicle": ("ọkọ̀",)})
    assert texts_of(["ọkọ́ ọkọ̀ ọkọ"], yoruba) == ["hoe vehicle husband"]
    # without any, all three are possible
    (bag,) = gloss(["oko"], yoruba, choice="bag")
    assert bag.text.split() == ["husband", "hoe", "vehicle"]
    assert bag.weights == pytest.approx((1 / 3,) * 3)


def test_decomposed_text_is_the_same_text():
    yoruba = Lexicon("yo", "yo", {"child": (normalize("NFD", "ọmọ́"),)})
    assert texts_of([normalize("NFD", "ọmọ́")], yoruba, match=["exact"]) == ["child"]


CLASSES = {
    **{stem: (f"m{foreign}", f"wa{foreign}") for stem, foreign in zip(
        ("child", "person", "teacher", "guest", "farmer"), ("toto", "tu", "alimu", "geni", "kulima"), strict=True)},
    "cook": ("mpishi",), "thief": ("mwizi",), "bread": ("mkate",),
}  # fmt: skip


def test_affixes_that_the_lexicon_itself_shows():
    people = Lexicon("people", "sw", CLASSES)
    # wapishi is unknown; that wa- and m- change places is seen in four stems of four letters and more
    five = Lexicon("people", "sw", {**CLASSES, "player": ("mchezaji", "wachezaji")})
    assert texts_of(["wapishi"], people, match=["exact", "affix"]) == ["wapishi"]
    assert texts_of(["wapishi"], five, match=["exact", "affix"]) == ["cook"]
    assert texts_of(["wapishi"], five, match=["exact"]) == ["wapishi"]


def test_names_within_a_text_are_not_taken_for_other_forms_of_words():
    people = Lexicon("people", "sw", {**CLASSES, "player": ("mchezaji", "wachezaji")})
    assert texts_of(["Wapishi wapishi Wapishi Mpishi"], people, match=["exact", "affix"]) == ["Cook cook Wapishi Cook"]


def test_a_name_behind_a_small_prefix_is_no_other_word_that_begins_alike():
    zulu = Lexicon("zu", "zu", {"want": ("uthanda",), "edward": ("u-edward",)})
    assert texts_of(["uThandiswa uthandiswa u-Edwin UTHANDISWA"], zulu) == ["uThandiswa want u-Edwin UTHANDISWA"]
    assert texts_of(["UTHANDISWA"], zulu) == ["WANT"]


def test_the_longest_common_beginning():
    verbs = Lexicon("verbs", "sw", {"depend": ("tegemea",), "trap": ("tega",), "hope": ("tegemeo la nchi",)})
    # tegemeana shares tegemea, 7 of 9 letters; tegemka shares 5 of 7; tegs and telezesha too little
    texts = ["tegemeana tegemka tegs telezesha"]
    assert texts_of(texts, verbs, match=["exact", "prefix"]) == ["depend depend tegs telezesha"]
    assert texts_of(texts, verbs, match=["exact"]) == texts


def test_chinese_and_thai_are_cut_by_the_longest_entries():
    chinese = Lexicon("zh", "zh", {"bee": ("蜜蜂",), "honey": ("蜜",), "where": ("哪里",), "live": ("住",)})
    (one,) = gloss(["蜜蜂住在哪里？ 蜜"], chinese)
    assert one.text == "bee live 在 where？ honey"
    # five characters of the first blank-separated word are known, and one is not
    assert one.links == ((0, 0), (0, 1), (0, 2), (0, 3), (1, 4))
    assert (one.found, one.words) == (6, 7)
    thai = Lexicon("th", "th", {"bee": ("ผึ้ง",), "where": ("ที่ไหน",), "be": ("อยู่",)})
    assert texts_of(["ผึ้งอยู่ที่ไหน"], thai) == ["bee be where"]


def test_native_and_gloss_in_one_query():
    bag = gloss(["Maji, Iringa"], SWAHILI, choice="bag")
    (both,) = with_native(["Maji, Iringa"], bag)
    assert both.text == "Maji, Iringa Water Rain, Iringa"
    assert both.links == ((0, 0), (0, 2), (0, 3), (1, 1), (1, 4))
    assert both.weights == pytest.approx((1, 1, 2 / 3, 1 / 3, 1))
    assert with_native([""], gloss([""], SWAHILI))[0].text == ""


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffled_lexicon_gives_no_right_word(seed):
    right = load_lexicon("demo/en/sw")
    wrong = shuffled_lexicon(right, seed)
    meanings = {word: set(found) for word, found in right.inverted().entries.items()}
    for word, found in wrong.inverted().entries.items():
        assert meanings[word].isdisjoint(found)
    # as many words are known as before
    questions = ["Nyuki wanaishi wapi?", "Kwa nini maji ni baridi?"]
    known = [[one.found for one in gloss(questions, lexicon, match=["exact"])] for lexicon in (right, wrong)]
    assert known[0] == known[1]


def test_the_weights_of_a_shuffled_lexicon_go_with_their_translations():
    lexicon = Lexicon("w", "sw", {"a": ("x", "y"), "b": ("z",)}, weights={"a": (3, 2), "b": (9,)})
    shuffled = shuffled_lexicon(lexicon)
    assert shuffled.entries == {"a": ("z",), "b": ("x", "y")}
    assert shuffled.weights == {"a": (9,), "b": (3, 2)}


def test_a_key_of_nothing_but_signs_is_found_as_it_is():
    assert texts_of(["\u064b maji"], Lexicon("signs", "ar", {"tanwin": ("\u064b",), "water": ("maji",)})) == [
        "tanwin water"
    ]


letters = st.text("abẹ́ AZ'’-.?\t\n住蜜蜂ที่ไหน\u200d\u0301\u064b", max_size=24)
lexicons = st.dictionaries(letters, st.lists(letters, min_size=1, max_size=3).map(tuple), max_size=6).map(
    lambda entries: Lexicon("any", "xx", entries)
)


@given(letters, lexicons, st.sampled_from(["first", "bag"]))
def test_positions_and_weights_are_those_of_the_words(text, lexicon, choice):
    (one,) = gloss([text], lexicon, choice=choice)
    (both,) = with_native([text], [one])
    native = len(text.split())
    for found in (one, both):
        size = len(found.text.split())
        assert all(0 <= i < native and 0 <= j < size for i, j in found.links)
        assert list(found.links) == sorted(set(found.links))
        # every word on either side has a partner
        assert {i for i, _ in found.links} == set(range(native))
        assert {j for _, j in found.links} == set(range(size))
        assert found.weights is None or len(found.weights) == size
        assert all(0 < weight <= 1 for weight in found.weights or ())
    assert 0 <= one.found <= one.words == len(words(normalize("NFC", text)))


@given(letters, st.sampled_from(["first", "bag"]))
def test_the_gloss_of_unknown_words_is_the_text(text, choice):
    (one,) = gloss([text], Lexicon("far", "xx", {"water": ("qqqq",)}), choice=choice)
    text = normalize("NFC", text)
    assert (one.text, one.found) == (text, 0)
    assert one.links == tuple((i, i) for i in range(len(text.split())))


def test_an_index_made_once_gives_the_same():
    lexicon = load_lexicon("demo/en/sw")
    questions = ["Nyuki wanaishi wapi?", "Kwa nini maji ni baridi?"]
    assert gloss(questions, glossary(lexicon)) == gloss(questions, lexicon)
    assert repr(glossary(SWAHILI)).startswith("Glossary(tiny: 8 words and phrases, sw-en; exact")


def test_merged_lexicons_add_up_their_weights():
    counted = Lexicon("c", "sw", {"water": ("maji", "mto")}, weights={"water": (5.0, 2.0)})
    both = merge([counted, Lexicon("d", "sw", {"water": ("maji",), "one": ("moja",)})])
    assert both.weights == {"water": (6.0, 2.0), "one": (1.0,)}
    assert merge([SWAHILI, SWAHILI]).weights is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gloss(["maji"], SWAHILI, choice="top"), "unknown choice 'top'"),
        (lambda: gloss(["maji"], SWAHILI, choice="contextual"), "the contextual choice needs embed="),
        (lambda: gloss(["maji"], SWAHILI, choice="bag", most=0), "most must be at least 1, got 0"),
        (lambda: gloss(["maji"], SWAHILI, match=["exact", "affixes"]), "unknown step of matching 'affixes'.*'affix'"),
        (lambda: gloss(["maji"], SWAHILI, match=[]), "match= is empty"),
        (lambda: glossary(Lexicon("no", "de", {"a": ("b",)}, from_language="sw")), "from or into English, not sw-de"),
    ],
)
def test_what_cannot_work_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_most_words_of_real_questions_are_known_to_a_lexicon_of_real_bitext(data_root):
    lexicon = induce_lexicon(load_bitext("tico19/en/zu"), most=20)
    texts = load_bitext("mafand/en/zu/dev").source[:200]
    shares = {}
    for steps in (["exact"], ["exact", "affix"], ["exact", "affix", "prefix"]):
        glosses = gloss(texts, glossary(lexicon, steps))
        shares[len(steps)] = sum(one.found for one in glosses) / sum(one.words for one in glosses)
    assert 0.15 < shares[1] < shares[2] - 0.04
    assert shares[2] < shares[3]
