from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab import alignment
from clirlab.corpora import Bitext, load_bitext, load_lexicon
from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.supervision import TextPairs, code_switch, ibm, induce_lexicon, links_of, word_model, words

TOY = Bitext(
    "toy",
    "sw",
    ("Maji ni uhai.", "Maji baridi!", "uhai mwema", "", "chai baridi ni njema"),
    ("Water is life.", "cold WATER", "good life", "nothing", "cold tea is good"),
)
sides = st.lists(st.lists(st.sampled_from("abcde"), max_size=5).map(" ".join), min_size=1, max_size=8)
bitexts = sides.flatmap(
    lambda english: st.lists(st.lists(st.sampled_from("vwxyz"), max_size=5).map(" ".join),
                             min_size=len(english), max_size=len(english)).map(
        lambda foreign: Bitext("random", "xx", tuple(foreign), tuple(english))))  # fmt: skip


def model_1(pairs, iterations):
    """t(word | given) by the book: dictionaries, one pair after the other; None is the empty word."""
    t = {}
    for given_words, out in pairs:
        t |= {(g, o): 1.0 for g in (*given_words, None) for o in out}
    for _ in range(iterations):
        count, total = Counter(), Counter()
        for given_words, out in pairs:
            for o in out:
                z = sum(t[g, o] for g in (*given_words, None))
                for g in (*given_words, None):
                    count[g, o] += t[g, o] / z
                    total[g] += t[g, o] / z
        t = {(g, o): value / total[g] for (g, o), value in count.items()}
    return t


def naive(bitext, iterations):
    rows = [(words(f.lower()), words(e.lower())) for f, e in zip(bitext.source, bitext.english, strict=True)]
    return model_1([(e, f) for f, e in rows], iterations), model_1(rows, iterations), rows


@pytest.mark.parametrize("chunk", [ibm.CHUNK, 5])
@settings(max_examples=50)
@given(bitext=bitexts, iterations=st.integers(1, 4))
def test_the_numbers_are_those_of_dictionaries(chunk, bitext, iterations):
    forward, backward, rows = naive(bitext, iterations)
    if not any(e and f for f, e in rows):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ibm, "CHUNK", chunk)
        model = word_model(bitext, iterations)
    found = [(model.english[e], model.foreign[f]) for e, f in model.pairs.tolist()]
    assert set(found) == {(e, f) for fs, es in rows for e in es for f in fs}
    assert len(set(found)) == len(found)
    for (e, f), p, q in zip(found, model.p_foreign, model.p_english, strict=True):
        assert p == pytest.approx(forward[e, f])
        assert q == pytest.approx(backward[f, e])


@given(bitexts)
def test_links_are_mutual_bests_by_the_models_own_numbers(bitext):
    if not any(words(f) and words(e) for f, e in zip(bitext.source, bitext.english, strict=True)):
        return
    model = word_model(bitext)
    ids = [{word: i for i, word in enumerate(side)} for side in (model.english, model.foreign)]
    place = {pair: k for k, pair in enumerate(map(tuple, model.pairs.tolist()))}
    for links, foreign, english in zip(links_of(model), bitext.source, bitext.english, strict=True):
        grid = np.array(
            [[place[ids[0][e], ids[1][f]] for e in words(english)] for f in words(foreign)], dtype=int
        ).reshape(len(words(foreign)), len(words(english)))
        for i, j in links:
            assert j == np.argmax(model.p_foreign[grid[i]])
            assert i == np.argmax(model.p_english[grid[:, j]])


def test_worked_example():
    model = word_model(TOY, iterations=10)
    assert links_of(model) == (
        ((0, 0), (1, 1), (2, 2)),
        ((0, 1), (1, 0)),
        ((0, 1), (1, 0)),
        (),
        ((0, 1), (1, 0), (2, 2)),
    )
    assert repr(model) == "WordModel(toy: 29 word pairs of 5 sentence pairs)"
    table = {(model.english[e], model.foreign[f]): p for (e, f), p in zip(model.pairs, model.p_foreign, strict=True)}
    assert table["water", "maji"] > 0.9
    totals = Counter()
    for (e, _), p in table.items():
        totals[e] += p
    assert totals == pytest.approx(dict.fromkeys(totals, 1))


def test_a_lexicon_keeps_what_is_linked_often_enough_most_often_first():
    entries = induce_lexicon(TOY, iterations=10).entries
    assert entries == {"cold": ("baridi",), "is": ("ni",), "life": ("uhai",), "water": ("maji",)}
    assert set(induce_lexicon(TOY, 10, min_count=1).entries) - set(entries) == {"good", "tea"}
    two = Bitext("two", "sw", ("maji",) * 2 + ("tone",) * 3 + ("kioo",) * 4, ("water",) * 9)
    assert induce_lexicon(two, min_count=1).entries == {"water": ("kioo", "tone")}
    assert induce_lexicon(two, min_count=1, most=3).entries == {"water": ("kioo", "tone", "maji")}
    assert induce_lexicon(two, min_count=4).entries == {"water": ("kioo",)}


def test_the_weights_of_a_lexicon_are_its_links():
    two = Bitext("two", "sw", ("maji",) * 2 + ("tone",) * 3 + ("kioo",) * 4, ("water",) * 9)
    assert induce_lexicon(two).weights == {"water": (4.0, 3.0)}
    assert induce_lexicon(two, most=3).weights == {"water": (4.0, 3.0, 2.0)}
    links = [{(0, 0)}] * 9
    assert alignment.to_lexicon(alignment.lexicon(two, links=links), mutual=False).weights == {"water": (4.0, 3.0)}


def test_it_takes_any_pairs_and_its_lexicon_feeds_code_switching():
    lexicon = induce_lexicon(TextPairs.of(TOY), iterations=10)
    assert lexicon.language == "sw"
    assert code_switch(["Cold water is good."], lexicon, 1).source == ("Baridi maji ni good.",)


def test_a_lexicon_from_transport_plans_feeds_code_switching_too():
    lexicon = alignment.to_lexicon(alignment.lexicon(TOY, load_encoder("e5-small")))
    assert code_switch(["Clean water."], lexicon, 1).source == ("Clean maji.",)


def test_very_long_sentences_are_looked_at_in_part():
    long = Bitext("long", "sw", (" ".join(f"f{i}" for i in range(150)),), (" ".join(f"e{i}" for i in range(150)),))
    assert len(word_model(long, 1).pairs) == 100 * 100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: word_model(TOY, 0), "iterations must be at least 1, got 0"),
        (lambda: word_model(Bitext("empty", "sw", ("", "maji"), ("water", "…"))), "empty: no sentence pair with words"),
        (lambda: word_model(Bitext("none", "sw", (), ())), "none: no sentence pair with words on both sides"),
        (lambda: induce_lexicon(TOY, min_count=0), "min_count and most must be at least 1, got 0 and 2"),
        (lambda: induce_lexicon(TOY, most=0), "min_count and most must be at least 1, got 2 and 0"),
    ],
)
def test_what_cannot_work_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_frequent_words_of_real_bitext_get_translations_that_a_dictionary_knows(data_root):
    lexicon = induce_lexicon(load_bitext("tico19/en/sw"))
    dictionary = load_lexicon("wiktionary/en/sw").entries
    known = [(found, dictionary[word]) for word, found in list(lexicon.entries.items())[:300] if word in dictionary]
    assert len(known) > 100
    # many of the others are right, but inflected
    assert np.mean([bool(set(found) & set(right)) for found, right in known]) > 0.45
