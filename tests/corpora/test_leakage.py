import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Bitext, Collection, load_bitext, load_collection, overlap
from clirlab.corpora.leakage import tokens

TEN = "one two three four five six seven eight nine ten"


def collection_of(docs, queries=("What?",), **columns):
    frame = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(docs))], "title": "", "text": list(docs)})
    asked = pd.DataFrame({"query_id": [f"q{i}" for i in range(len(queries))], "text": list(queries), **columns})
    qrels = pd.DataFrame({"query_id": ["q0"], "doc_id": ["d0"], "relevance": [1]})
    return Collection("tested", frame, asked, qrels, "en", "sw", "here", "MIT")


def bitext_of(*pairs):
    return Bitext("pairs", "sw", tuple(foreign for _, foreign in pairs), tuple(english for english, _ in pairs))


def test_a_worked_example():
    bitext = bitext_of(
        ("Clean sentence of some words that nobody else has ever said", "x"),
        (f"It goes: {TEN.upper()}!", "y"),
        ("seven words are not enough: " + " ".join(TEN.split()[:7]), "z"),
        ("What is honey?", "Asali ni nini?"),
        ("What is honey? And so on", "w"),
        ("short", "HABARI YA ASUBUHI"),
    )
    collection = collection_of(
        ["Bees make honey.", f"Before, {TEN.replace(' ', ', ')}; after"],
        ["what is honey", "v"],
        human_translation=["x y", "Habari ya asubuhi."],
    )
    found = overlap(bitext, collection)
    assert found.positions == (1, 3, 5)
    assert (len(found), found.pairs, found.english, found.foreign) == (3, 6, 2, 1)
    assert [(e.position, e.side, e.found_in) for e in found.examples] == [
        (1, "english", "d1"),
        (3, "english", "q0"),
        (5, "foreign", "q1"),
    ]
    assert found.bitext.source == ("x", "z", "w")
    assert found.bitext.counts == {"overlapping": 3}
    assert repr(found) == ("Overlap(pairs and tested: 3 of 6 pairs, 2 by the English side, 1 by the foreign side)")
    assert overlap(bitext, collection, examples=1).examples == found.examples[:1]


def test_fewer_words_in_a_row_find_more():
    bitext = bitext_of((TEN, "x"))
    collection = collection_of(["so: four five six"])
    assert len(overlap(bitext, collection)) == 0
    assert len(overlap(bitext, collection, n=3)) == 1
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        overlap(bitext, collection, n=0)


def test_windows_do_not_run_over_the_end_of_a_text():
    half, rest = " ".join(TEN.split()[:5]), " ".join(TEN.split()[5:])
    assert len(overlap(bitext_of((TEN, "x")), collection_of([half, rest]))) == 0


def test_scripts_without_blanks_are_compared_by_characters():
    text = "蜜蜂在花丛中飞来飞去采集花蜜然后回到蜂巢"
    assert tokens("Ａ蜜蜂 b")[1:] == ["蜜", "蜂", "b"]
    assert len(overlap(bitext_of(("x", text)), collection_of([f"他说{text[2:19]}。"]))) == 1
    assert len(overlap(bitext_of(("x", text)), collection_of([f"他说{text[2:16]}。"]))) == 0
    assert len(overlap(bitext_of(("x", "蜜蜂。")), collection_of(["蜜蜂"]))) == 1


def test_texts_without_words_are_not_alike():
    assert len(overlap(bitext_of(("?!", "...")), collection_of(["…", "!?"]))) == 0


WORDS = st.lists(st.sampled_from("abc"), min_size=0, max_size=7).map(" ".join)


@given(
    st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5),
    st.lists(WORDS, min_size=1, max_size=4),
    st.integers(1, 4),
)
def test_as_the_plain_definition_says(pairs, docs, n):
    def windows(text):
        words = text.split()
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)} or ({tuple(words)} if words else set())

    def alike(sentence, text):
        both_short = len(sentence.split()) < n and len(text.split()) < n
        both_long = len(sentence.split()) >= n and len(text.split()) >= n
        return (both_short or both_long) and bool(windows(sentence) & windows(text))

    expected = {
        i for i, pair in enumerate(pairs) if any(alike(side, text) for side in pair for text in (*docs, "What?"))
    }
    assert set(overlap(bitext_of(*pairs), collection_of(docs), n).positions) == expected


@pytest.mark.filterwarnings("ignore:.*not for commercial use")
def test_real_sets(data_root):
    # two sentences of NLLB-Seed are of Wikipedia articles that MLQA asks about
    found = overlap(load_bitext("nllb-seed/en/ps", data_root), load_collection("mlqa/dev/en/de", data_root))
    assert (len(found), found.english, found.foreign) == (2, 2, 0)
    assert found.examples[0].sentence.startswith("Returning to movies, Gish was nominated for the Academy Award")
    for name in ("tico19", "ntrex", "mafand", "xnli"):
        bitext = load_bitext(f"{name}/en/sw", data_root)
        assert len(overlap(bitext, load_collection("afriqa/sw/test", data_root))) == 0
