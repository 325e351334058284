import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.supervision.alphabets import OF_LANGUAGE, SCRIPTS, alphabet_of, slots

ALPHABETS = [*SCRIPTS.values(), *OF_LANGUAGE.values()]


def found(word, language):
    return [
        (word[slot.position], slot.context, slot.plain)
        for slot in slots(unicodedata.normalize("NFD", word), alphabet_of(language))
    ]


def test_contexts_are_made_of_kinds_of_sounds():
    assert found("bax", "de") == [("b", "#V", True), ("a", "CC", True)]  # x stays, and is a consonant
    # signs are vowels; the virama, nukta and dots are passed over, a letter with a nukta stays
    assert found("क्षिं", "hi") == [("क", "#C", True), ("ष", "CV", True), ("ि", "C#", True)]
    assert found("ज़र", "hi") == [("र", "C#", True)]


def test_vowels_with_marks_are_exchanged_for_those_that_can_bear_them():
    (slot,) = slots(unicodedata.normalize("NFD", "Ơ"), alphabet_of("vi"))
    assert (slot.options, slot.plain) == ("ou", False)
    assert slots(unicodedata.normalize("NFD", "ñйё"), alphabet_of("es")) == []
    assert slots(unicodedata.normalize("NFD", "йё"), alphabet_of("ru")) == []


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_letters_are_lower_case_whole_and_in_one_class_only(alphabet):
    letters = "".join(alphabet.vowels + alphabet.consonants)
    assert len(set(letters)) == len(letters)
    assert all(unicodedata.normalize("NFD", letter) == letter == letter.upper().lower() for letter in letters)
    assert all(len(letter.upper()) == 1 for letter in letters)


@given(st.text("aeßüñktBXÉ", max_size=9), st.data())
def test_exchanging_letters_changes_no_slot(word, data):
    alphabet, word = alphabet_of("de"), unicodedata.normalize("NFD", word)
    letters = list(word)
    for slot in slots(word, alphabet):
        letters[slot.position] = data.draw(st.sampled_from(slot.options))
    after = slots("".join(letters), alphabet)
    assert [slot._replace(letter=0) for slot in after] == [slot._replace(letter=0) for slot in slots(word, alphabet)]


def test_the_language_decides_between_alphabets_of_a_script():
    assert "ہ" in alphabet_of("urd").consonants[1]
    assert "і" in alphabet_of("uk").vowels[0]
    assert alphabet_of("ur-Latn") is SCRIPTS["Latn"]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("th", "no pseudo-language of Thai: its script is Thai, and letters are known for Latn, Cyrl, Arab, Deva"),
        ("xx-klingon", "unknown language 'xx-klingon'"),
    ],
)
def test_what_has_no_alphabet_is_named(language, message):
    with pytest.raises(InputError, match=message):
        alphabet_of(language)
