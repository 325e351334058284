from itertools import product
from unicodedata import normalize

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Lexicon, load_bitext, load_collection, load_lexicon
from clirlab.errors import InputError
from clirlab.supervision import code_switch, pseudo_language, word_frequencies, words

dials = st.sampled_from([0, 0.2, 0.5, 0.8, 1])
seeds = st.integers(0, 3)
ALPHABETS = {
    "de": "aebnstchiéöüßXBE1",
    "vi": "aơưnđốợtgê",
    "ru": "аеобнтйёЖБ",
    "ar": "اويبتمأؤئةَ",
    "ur": "اوےبتہڑکی",
    "hi": "कखतपमािेीं्अआ़",
}
TEXTS = {
    "de": "Wo leben die schönen Bienen, und wer fragte 1990 danach in Köln-Mülheim?",
    "sw": "Nyuki wanaishi wapi, na ng'ombe wangapi wamekufa?",
    "vi": "Ong sống ở đâu và ai hỏi điều đó?",
    "ru": "Где живут пчёлы, и кто это спрашивает в Москве?",
    "uk": "Де живуть бджоли, і хто це питає у Києві?",
    "ar": "أين يعيش النحل، ومن سأل عنه في القاهرة؟",
    "ur": "شہد کی مکھیاں کہاں رہتی ہیں؟",
    "hi": "मधुमक्खियाँ कहाँ रहती हैं और ज़मीन पर कौन है?",
}
PROCESSES = ("phonological", "morphological", "lexical")


@pytest.mark.parametrize("language", ALPHABETS)
@given(st.data(), dials, dials, dials, dials, seeds, st.sampled_from(["suffix", "prefix", "both"]))
def test_no_two_words_become_one(language, data, phonological, morphological, lexical, functional, seed, affix):
    drawn = st.lists(st.text(ALPHABETS[language], min_size=1, max_size=6), max_size=30)
    types = {normalize("NFC", word) for word in data.draw(drawn)}
    some = st.lists(st.sampled_from(sorted(types)), max_size=9) if types else st.just([])
    pseudo = pseudo_language(
        language, phonological, morphological, lexical, seed, ("english", "numbers"), ["xyz", *data.draw(some)],
        data.draw(some), functional, affix,
    )  # fmt: skip
    mapped = {word: pseudo.word(word) for word in types}
    assert len(set(mapped.values())) == len(types)
    assert all(new == normalize("NFC", new) for new in mapped.values())


def test_no_two_words_become_one_even_where_all_words_of_a_pattern_are_there():
    types = ["".join(letters) for letters in product("bcdgkpt", "aeiou", "lmnr")]
    for seed in range(5):
        english = types[seed::7]
        pseudo = pseudo_language("de", 0.5, 0.5, 0.5, seed, ("english",), english, types[::9], 0.1)
        found = [pseudo.word(word) for word in types]
        assert sorted(found) == types
        assert [pseudo.word(word) for word in english] == english


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_dial_0_is_the_language_itself_and_1_another(language, text):
    assert pseudo_language(language).apply(text) == text
    assert pseudo_language(language).language == language
    for process in PROCESSES[::2]:
        new = pseudo_language(language, **{process: 1}).apply(text)
        changed = [a != b for a, b in zip(words(text), words(new), strict=True)]
        assert sum(changed) >= 0.8 * len(changed)


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_script_length_case_blanks_and_signs_stay(language, text):
    new = pseudo_language(language, 0.7, 0.7, 0.7).apply(text)
    assert new == normalize("NFC", new)
    kinds = regex.compile(r"(?V1)\p{Lu}|[\p{L}--\p{Lu}]|\p{M}|.")
    assert [len(word) for word in regex.findall(r"\X", new)] == [len(word) for word in regex.findall(r"\X", text)]
    for sign, other in zip(kinds.findall(text), kinds.findall(new), strict=True):
        assert sign.isupper() == other.isupper()
        assert sign == other or (sign.isalpha() or regex.match(r"\p{M}", sign))
    scripts = regex.compile(r"\p{Latin}|\p{Cyrillic}|\p{Arabic}|\p{Devanagari}")
    assert len(scripts.findall(new)) == len(scripts.findall(text))


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
@given(st.sampled_from(PROCESSES), dials, dials, seeds)
def test_what_a_smaller_dial_changes_a_larger_one_changes_alike(language, text, process, one, other, seed):
    parts = regex.compile(r"[\p{L}\p{M}\p{N}]+")
    mapped = (pseudo_language(language, **{process: dial}, seed=seed).apply(text) for dial in sorted([one, other]))
    for word, light, heavy in zip(*map(parts.findall, [text, *mapped]), strict=True):
        if process == "phonological":
            assert all(b in (a, c) for a, b, c in zip(word, light, heavy, strict=True))
        else:
            assert light in (word, heavy)


@pytest.mark.parametrize("process", PROCESSES)
def test_the_dial_of_words_is_the_share_of_those_that_change(process):
    types = {word for text in load_bitext("demo/en/de").source for word in words(text.lower()) if len(word) > 4}
    for dial in (0.25, 0.75):
        shares = [
            sum(pseudo_language("de", **{process: dial}, seed=seed).word(word) != word for word in types) / len(types)
            for seed in range(3)
        ]
        if process == "phonological":  # a word of many letters is hit more often than one
            assert min(shares) > dial
        else:
            assert sum(shares) / 3 == pytest.approx(dial, abs=0.15)


def test_seeds_make_other_languages_and_one_seed_the_same():
    text = TEXTS["de"]
    assert len({pseudo_language("de", 0.5, 0.5, 0.5, seed).apply(text) for seed in range(5)}) == 5
    assert pseudo_language("deu_Latn", 0.5, seed=3) == pseudo_language("de", 0.5, seed=3)
    assert pseudo_language("de", lexical=1).apply(text) == pseudo_language("de", lexical=1).apply(text)


def test_the_case_of_a_word_changes_nothing_else():
    pseudo = pseudo_language("de", 0.5, 0.5, 0.5)
    assert pseudo.word("BIENEN") == pseudo.word("bienen").upper()
    assert pseudo.word("Bienen") == pseudo.word("bienen").title()


def test_parts_that_hyphens_and_apostrophes_join_are_words_of_their_own():
    pseudo = pseudo_language("sw", lexical=1)
    assert pseudo.word("ng'ombe-tatu") == f"{pseudo.word('ng')}'{pseudo.word('ombe')}-{pseudo.word('tatu')}"


def test_affixes_are_at_the_end_at_the_start_or_at_both():
    ends = {
        affix: pseudo_language("sw", morphological=1, affix=affix).word("walitembea") for affix in ("suffix", "prefix")
    }
    assert ends["suffix"][:-2] == "walitemb"[:8]
    assert ends["prefix"][2:] == "litembea"
    both = pseudo_language("sw", morphological=1, affix="both").word("walitembea")
    assert (both[:2], both[-2:]) == (ends["prefix"][:2], ends["suffix"][-2:])
    assert pseudo_language("sw", morphological=1, affix="both").word("wali") == "wali"  # too short to have any


def test_kept_words():
    english = ["The bees of Berlin.", "Go: in Berlin the man Will will."]
    text = "Der Mann und will in BERLIN 20er 1990 Bees"

    def kept(*keep):
        after = pseudo_language("de", lexical=1, keep=keep, english=english).apply(text)
        return {a for a, b in zip(words(text), words(after), strict=True) if a == b}

    assert kept() == {"1990"}  # digits are no letters
    assert kept("numbers") == {"20er", "1990"}
    assert kept("names") == {"BERLIN", "1990"}
    assert kept("english") == {"will", "in", "Bees", "1990"}


def test_function_words_have_a_dial_of_their_own():
    texts = load_bitext("demo/en/de").source
    function_words = [word for word, _ in word_frequencies(texts).most_common(30)]
    pseudo = pseudo_language("de", lexical=1, function_words=function_words)
    assert [pseudo.word(word) for word in function_words] == function_words
    assert pseudo.word("bienen") != "bienen"
    other = pseudo_language("de", functional=1, function_words=function_words)
    assert sum(other.word(word) != word for word in function_words) >= 28
    assert other.word("bienen") == "bienen"


def test_supervision_and_questions_are_of_one_language():
    pseudo = pseudo_language("de", 0.4, 0.4, 0.6, seed=2)
    bitext, lexicon = load_bitext("demo/en/de"), load_lexicon("demo/en/de")
    new = pseudo.apply(bitext)
    assert new.source == tuple(pseudo.apply(text) for text in bitext.source)
    assert (new.english, new.language) == (bitext.english, "de-x-p40-m40-l60-s2")
    # to switch with the new lexicon is to apply to what the old one switched
    switched = pseudo.apply(code_switch(bitext.english, lexicon, 0.5))
    directly = code_switch(bitext.english, pseudo.apply(lexicon), 0.5)
    assert [text.lower() for text in switched.source] == [text.lower() for text in directly.source]
    assert (switched.tags, switched.alignment) == (directly.tags, directly.alignment)
    collection = load_collection("demo/en/de")
    asked = pseudo.apply(collection)
    assert asked.queries["text"].tolist() == [pseudo.apply(text) for text in collection.queries["text"]]
    assert asked.query_language == pseudo.language
    assert asked.docs is collection.docs


def test_at_dial_0_everything_is_itself():
    bitext = Bitext("tiny", "de", ("Biene",), ("bee",))
    assert pseudo_language("de").apply(bitext) is bitext


def test_a_short_representation_and_a_name():
    pseudo = pseudo_language("de", 0.25, lexical=1, seed=7)
    assert repr(pseudo) == "PseudoLanguage(de-x-p25-l100-s7: phonological 0.25, morphological 0, lexical 1, seed 7)"
    assert pseudo.apply(Lexicon("tiny", "de", {"bee": ("Biene",)})).name == "tiny (de-x-p25-l100-s7)"


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"keep": ("name",)}, "unknown kind of words to keep 'name'; did you mean 'names'"),
        ({"keep": ("names",)}, "names and English words are known by English texts; give them as english="),
        ({"affix": "sufix"}, "unknown affix 'sufix'; did you mean 'suffix'"),
        ({"language": "th"}, "no pseudo-language of Thai"),
    ],
)
def test_wrong_input_is_named(given_, message):
    with pytest.raises(InputError, match=message):
        pseudo_language(**{"language": "de", **given_})


@pytest.mark.parametrize("dial", [*PROCESSES, "functional"])
def test_a_dial_out_of_range_is_named(dial):
    with pytest.raises(ValueError, match=rf"the dial {dial} must be in \[0, 1\], got 1.1"):
        pseudo_language("de", **{dial: 1.1})


def test_material_of_another_kind_is_named():
    with pytest.raises(InputError, match=r"in a text, bitext, text pairs, lexicon or collection, not in \['a'\]"):
        pseudo_language("de", 1).apply(["a"])
