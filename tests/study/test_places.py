"""What is bought at a dial and under noise: one cipher for all, another for the control, damage after paying."""

from dataclasses import replace

import pytest

from clirlab.corpora import load_bitext, load_collection
from clirlab.errors import InputError
from clirlab.study.axes import PseudoConfig
from clirlab.study.material import Noise, place_of, respelled
from clirlab.study.negatives import sentences_as_passages
from clirlab.study.supply import SUPPLIES, LexiconSettings, buy_words
from clirlab.supervision import TextPairs, words


@pytest.fixture(scope="module")
def place():
    collection = load_collection("demo/en/de")
    return place_of(collection, ["demo/en/de"], "demo/en/de", [load_bitext("demo/en/tl")], take_all=False)


@pytest.fixture(scope="module")
def unknown(place):
    return respelled(place, PseudoConfig(kind="lexical"), 1.0)


def bought(material, name, budget=300, **settings):
    supply = SUPPLIES[name]
    return supply.buy(material, budget, 0, supply.settings(**settings))


def vocabulary(texts):
    return {word.lower() for text in texts for word in words(text) if word.isalpha() and len(word) > 3}


def test_questions_bitext_and_lexicon_are_of_one_language(place, unknown):
    assert unknown.collection.docs is place.collection.docs
    assert unknown.collection.queries["human_translation"].equals(place.collection.queries["human_translation"])
    before, after = (vocabulary(each.collection.queries["text"]) for each in (place, unknown))
    assert len(before & after) < 0.02 * len(before)
    # what a question shared with the sentences, it shares with them still
    sentences = [vocabulary(each.material.bitext.source) for each in (place, unknown)]
    assert len(after & sentences[1]) == pytest.approx(len(before & sentences[0]), rel=0.02)
    entries = [
        vocabulary(t for found in each.material.lexicon.entries.values() for t in found) for each in (place, unknown)
    ]
    assert len(after & entries[1]) == pytest.approx(len(before & entries[0]), rel=0.02)


def test_the_control_is_another_pseudo_language_of_the_same_sentences(place, unknown):
    own, other = bought(unknown.material, "bitext"), bought(unknown.material, "other-languages")
    assert other.pairs.english == own.pairs.english and other.words == own.words
    shared = vocabulary(own.pairs.source) & vocabulary(other.pairs.source)
    assert len(shared) < 0.02 * len(vocabulary(own.pairs.source))
    # also where the language itself is half known: nothing of it is in the control
    half = respelled(place, PseudoConfig(kind="lexical"), 0.5)
    assert half.material.controls == unknown.material.controls
    real = vocabulary(place.material.bitext.source)
    assert len(vocabulary(half.material.controls[0].source) & real) < 0.02 * len(real)


def test_what_is_paid_does_not_depend_on_the_dial(place, unknown):
    for name in ("bitext", "shuffled-bitext", "misspelt-english", "code-switching"):
        assert bought(place.material, name).words == pytest.approx(bought(unknown.material, name).words, abs=3)


def test_names_are_known_by_english_passages_alone(place):
    foreign = place._replace(collection=replace(place.collection, document_language="de"))
    with pytest.raises(InputError, match="demo/en/de: names and English words are known by English passages"):
        respelled(foreign, PseudoConfig(keep=("names",)), 1.0)


def noisy(place, share, kind="misaligned"):
    return replace(place.material, noise=Noise(kind, share))


def test_noise_hits_its_share_of_the_sentences_and_costs_nothing_less(place):
    clean = bought(place.material, "bitext")
    some, more = (bought(noisy(place, share), "bitext") for share in (0.3, 0.6))
    assert (some.words, some.pairs.source) == (clean.words, clean.pairs.source)
    hit = [
        {i for i, (a, b) in enumerate(zip(clean.pairs.english, other.pairs.english, strict=True)) if a != b}
        for other in (some, more)
    ]
    assert hit[0] < hit[1]
    assert len(hit[0]) == round(0.3 * len(clean.pairs))


def test_words_that_are_dropped_were_paid(place):
    clean, hit = bought(place.material, "bitext"), bought(noisy(place, 0.5, "dropped-words"), "bitext")
    assert hit.words == clean.words
    assert sum(map(len, map(words, hit.pairs.source))) < 0.7 * clean.words


@pytest.mark.parametrize("source", ["dictionary", "induced", "simulated"])
def test_noise_makes_a_lexicon_worse_whatever_it_comes_from(place, source):
    settings = LexiconSettings(lexicon=source)
    clean, hit = buy_words(place.material, 300, 0, settings), buy_words(noisy(place, 0.5), 300, 0, settings)
    assert hit.words == clean.words
    assert hit.lexicon.entries != clean.lexicon.entries
    if source == "dictionary":
        wrong = [word for word, found in hit.lexicon.entries.items() if found != clean.lexicon.entries[word]]
        assert len(wrong) == round(0.5 * len(clean.lexicon))


def test_a_sentence_is_ranked_against_those_that_are_like_it():
    english = ("the old bridge", "the old bridge", "the new bridge", "a cold lake")
    passages = sentences_as_passages(TextPairs("toy", "sw", ("a", "b", "c", "d"), english))
    assert passages.texts == ("the old bridge", "the new bridge", "a cold lake")
    assert passages.positives == (0, 0, 1, 2)
    assert passages.candidates[0][0] == 1 and 0 not in passages.candidates[0]
