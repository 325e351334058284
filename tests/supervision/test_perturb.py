from collections import Counter
from unicodedata import normalize

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.supervision import perturb, words
from clirlab.supervision.keyboards import neighbours
from clirlab.supervision.perturb import PERTURBATIONS
from clirlab.supervision.typos import typo

seeds = st.integers(0, 999)
queries = st.text("abcdeñ ,?", max_size=40)
syllables = st.sampled_from(["क", "पा", "नी", "हाँ", "कि", "त्र", "क्षे", "हिं", "दी"])


def clusters(text):
    return Counter(regex.findall(r"\X", text))


def test_every_kind_of_typing_error_occurs_and_no_other():
    # swapped, left out, typed twice, and neighbouring keys of b and e; the last letter is only swapped
    replaced = {key + "ee" for key in neighbours()["b"]} | {f"b{key}e" for key in neighbours()["e"]}
    found, capitals = ({typo(word, np.random.default_rng(seed)) for seed in range(500)} for word in ("bee", "BEE"))
    assert found - {"bee"} == {"ebe", "ee", "be", "bbee", "beee"} | replaced
    assert capitals == {word.upper() for word in found}


def test_a_word_that_is_hit_is_damaged():
    # two equal letters swapped would be no damage
    assert [seed for seed in range(20) if perturb(["oo"], "typos", severity=1, seed=seed) == ["oo"]] == []


@given(st.lists(queries), seeds)
def test_severity_0_gives_the_texts_back_and_the_same_seed_the_same_damage(texts, seed):
    assert perturb(texts, "typos", 0, seed) == texts
    assert perturb(texts, "typos", 0.5, seed) == perturb(texts, "typos", 0.5, seed)


@given(st.lists(st.text("abcde", min_size=1, max_size=6), min_size=1), seeds)
def test_damage_is_nested(typed, seed):
    low, high, full = (perturb([" ".join(typed)], "typos", s, seed)[0].split() for s in (0.2, 0.6, 1))
    for word, light, heavy, worst in zip(typed, low, high, full, strict=True):
        assert light in (word, heavy)
        assert heavy in (word, worst)


def test_severity_is_the_share_of_damaged_words():
    damaged = perturb(["water water"] * 2000, "typos", 0.3)
    assert np.mean([word != "water" for text in damaged for word in words(text)]) == pytest.approx(0.3, abs=0.03)


def test_blanks_and_punctuation_and_words_of_one_letter_stay():
    damaged = perturb([" ¿I  ate,  (a) bee?! "], "typos", severity=1)[0]
    assert regex.sub(r"\p{L}{2,}", "_", damaged) == " ¿I  _,  (a) _?! "


@given(st.lists(syllables, min_size=2, max_size=6).map("".join), seeds)
def test_combining_marks_stay_with_their_letters(word, seed):
    damaged = perturb([word], "typos", severity=1, seed=seed)[0]
    before, after = clusters(word), clusters(damaged)
    # one letter less or more, one for another, or the same ones when swapped
    assert max((before - after).total(), (after - before).total()) <= 1
    assert not regex.match(r"\p{M}", damaged)


def test_unknown_kinds_and_severities_are_named():
    with pytest.raises(InputError, match="unknown perturbation 'typo'; did you mean 'typos'"):
        perturb(["bee"], "typo", 0.5)
    for severity in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"severity must be in \[0, 1\], got "):
            perturb(["bee"], "typos", severity)


HINDI = "मधुमक्खियाँ कहाँ रहती हैं, क्षमा?"
PERSIAN = "می‌خواهم بدانم زنبورها کجا زندگی می‌کنند؟"
TEXTS = [
    "Wo leben die schönen Bienen (außer in Ulm)?", "Где живут пчёлы — и кто 3,5 это спрашивает?", HINDI, PERSIAN,
    "مَنْ سأل عن النحل؟", "蜜蜂住在哪里？", "ผึ้งอยู่ที่ไหน", "꽃은 어디에 있나요?", "?!", "", " ", "U.S. and/or x",
]  # fmt: skip
LEXICON = Lexicon(
    "tiny", "mul", {"bee": ("Bienen", "蜜蜂"), "to live": ("leben", "живут", "住"), "where": ("wo", "где")}
)
kinds = st.sampled_from(sorted(PERTURBATIONS))
anything = st.one_of(st.sampled_from(TEXTS), st.text("aéñЖй क्षाँं\u200d\u200c中กิ่'-.,?9 ا\u064e", max_size=25))


def damaged_once(texts, kind, severity, seed=0):
    return perturb(texts, kind, severity, seed, lexicon=LEXICON)


@given(st.lists(anything), kinds, seeds, st.floats(0, 1))
def test_every_kind_is_the_identity_at_0_and_deterministic_and_gives_nfc(texts, kind, seed, severity):
    texts = [normalize("NFC", text) for text in texts]
    assert damaged_once(texts, kind, 0, seed) == texts
    found = damaged_once(texts, kind, severity, seed)
    assert found == damaged_once(texts, kind, severity, seed)
    assert found == [normalize("NFC", text) for text in found]


@given(st.lists(anything), kinds, seeds, st.floats(0, 1))
def test_no_text_becomes_empty(texts, kind, seed, severity):
    for before, after in zip(texts, damaged_once(texts, kind, severity, seed), strict=True):
        assert bool(after) == bool(before)
        assert bool(words(after)) == bool(words(before))


@given(st.sampled_from(TEXTS), st.sampled_from(["words-dropped", "words-reordered", "punctuation-lost"]), seeds)
def test_no_grapheme_is_cut(text, kind, seed):
    assert set(clusters(damaged_once([text], kind, 0.7, seed)[0])) <= {*clusters(text), " "}


@given(
    st.lists(st.sampled_from(["wo", "leben", "мёд", "été", "где", "Bienen"]), min_size=1, max_size=8),
    st.sampled_from(["diacritics-lost", "romanised", "upper-case", "code-mixed"]),
    seeds,
)
def test_damage_of_words_is_nested(typed, kind, seed):
    steps = (damaged_once([",".join(typed)], kind, s, seed)[0].split(",") for s in (0.3, 0.6, 1))
    for word, low, high, full in zip(typed, *steps, strict=True):
        assert low in (word, high)
        assert high in (word, full)


@given(st.lists(st.sampled_from(".,!?—"), min_size=1, max_size=9).map("".join), seeds)
def test_lost_punctuation_stays_lost(signs, seed):
    low, high = (len(damaged_once(["x" + signs], "punctuation-lost", s, seed)[0]) for s in (0.3, 0.6))
    assert 1 <= high <= low <= 1 + len(signs)
    assert damaged_once(["x" + signs], "punctuation-lost", 1, seed) == ["x"]


@given(st.sampled_from(TEXTS), seeds, st.floats(0, 1), st.floats(0, 1))
def test_words_that_are_dropped_stay_dropped(text, seed, one, other):
    low, high = sorted([one, other])
    light, heavy = (Counter(words(damaged_once([text], "words-dropped", s, seed)[0])) for s in (low, high))
    if regex.search(r"\p{Thai}", text):
        return  # syllables are read anew where one between them is gone
    assert heavy <= light <= Counter(words(text))


def test_words_dropped_worked_example():
    dropped = {damaged_once(["(a) b, c?"], "words-dropped", 1, seed)[0] for seed in range(30)}
    assert dropped == {"(a),?", "() b,?", "(), c?"}
    assert {damaged_once(["x漢y"], "words-dropped", 0.7, seed)[0] for seed in range(60)} >= {"x y", "x漢", "漢y", "漢"}


@given(st.sampled_from(TEXTS[:3] + TEXTS[4:5] + TEXTS[-1:]), seeds, st.floats(0, 1))
def test_reordered_words_are_the_same_words_between_the_same_signs(text, seed, severity):
    found = damaged_once([text], "words-reordered", severity, seed)[0]
    assert sorted(found) == sorted(text)
    blanks = regex.compile(r"[\p{L}\p{M}\p{N}]+")
    assert blanks.sub("_", found) == blanks.sub("_", text)


@given(st.integers(1, 9), seeds)
def test_reordered_words_are_exchanged_in_pairs_that_stay_exchanged(count, seed):
    typed = [f"w{i}" for i in range(count)]
    low, high = (damaged_once([" ".join(typed)], "words-reordered", s, seed)[0].split() for s in (0.4, 1))
    moved = {i for i in range(count) if low[i] != typed[i]}
    assert all(low[i] == high[i] for i in moved)
    assert sum(a != b for a, b in zip(typed, high, strict=True)) == count - count % 2  # all but an odd one
    assert all(high[typed.index(high[i])] == typed[i] for i in range(count))


@pytest.mark.parametrize(
    ("kind", "text", "damaged"),
    [
        ("diacritics-lost", "Fußgänger tại Đà Nẵng, ẹ̀kọ́ ɗan İzmir ısı", "Fußganger tai Da Nang, eko dan Izmir isi"),
        ("diacritics-lost", "мёд й зи́ма ї άλφα שָׁלוֹם مَنْ أب हिंदी", "мед й зима ї αλφα שלום من أب हिंदी"),
        ("romanised", "Пчёлы été मधु ملح", "Pchely été mdhu mlh"),
        ("romanised", "蜜蜂住。 ラーメン", "mi feng zhu。 ramen"),
        ("upper-case", "Straße wo? मधु ŉ", "STRASSE WO? मधु ʼN"),
        ("punctuation-lost", "Wo (im Wald), U.S. and/or 3,5 Ng'ombe?!", "Wo im Wald U S and or 3,5 Ng'ombe"),
        ("punctuation-lost", "¿Dónde? — सुनो।", "Dónde  सुनो"),
        ("code-mixed", "Wo leben Bienen, wo?", "Where To live Bee, where?".replace("To", "to")),
        ("code-mixed", "ГДЕ живут? 蜜蜂住哪", "WHERE to live? bee to live哪"),
    ],
)  # fmt: skip
def test_worked_examples(kind, text, damaged):
    assert damaged_once([text], kind, 1) == [damaged]


def test_severity_is_the_share_of_words_for_other_kinds_too():
    for kind, text in [("upper-case", "wo"), ("diacritics-lost", "wö"), ("romanised", "во"), ("code-mixed", "wo")]:
        found = damaged_once([f"{text} " * 2000], kind, 0.3)[0].split()
        assert np.mean([word != text for word in found]) == pytest.approx(0.3, abs=0.04)


def test_the_longest_entry_and_the_preferred_translation_win():
    lexicon = Lexicon("tiny", "sw", {"some": ("nini", "kwa nini"), "why": ("kwa nini",), "what": ("x", "nini")})
    assert perturb(["Kwa nini? Nini, kwa!"], "code-mixed", 1, lexicon=lexicon) == ["Why? Some, kwa!"]


def test_the_language_chooses_the_keyboard_and_the_turkish_capital():
    assert perturb(["iş ilk"], "upper-case", 1, language="tr") == ["İŞ İLK"]
    german = {perturb(["tt"], "typos", 1, seed, language="de")[0] for seed in range(200)}
    english = {perturb(["tt"], "typos", 1, seed)[0] for seed in range(200)}
    assert "zt" in german - english
    assert "yt" in english - german


@pytest.mark.parametrize(("word", "key"), [("где", "н"), ("मधु", "न"), ("نحل", "ت"), ("गधा", "ह")])
def test_keys_beside_are_taken_from_the_scripts_own_keyboard(word, key):
    found = {perturb([word], "typos", 1, seed)[0] for seed in range(300)}
    assert any(key in damaged for damaged in found)


@pytest.mark.parametrize("kind", ["typos", "words-dropped", "words-reordered"])
def test_a_stray_mark_is_no_word(kind):
    assert damaged_once(["o?\u0323"], kind, 1) == ["o?\u0323"]


def test_words_of_one_chinese_character_are_typed_twice():
    assert perturb(["蜜蜂"], "typos", 1) == ["蜜蜜蜂蜂"]


def test_missing_knowledge_is_named():
    with pytest.raises(InputError, match="'code-mixed' needs lexicon="):
        perturb(["bee"], "code-mixed", 0.5)
    with pytest.raises(InputError, match="unknown language 'xx-klingon'"):
        perturb(["bee"], "typos", 1, language="xx-klingon")
