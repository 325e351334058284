"""The embedded collection is what the README says: large enough, parallel, and apart from its training text."""

import json

import pytest

from clirlab.corpora import load_bitext, load_collection, load_lexicon
from clirlab.corpora.sources import shipped
from clirlab.supervision import words

LANGUAGES = ["en", "de", "sw", "tl", "so"]
FOREIGN = LANGUAGES[1:]


def normalised(text):
    """The case-folded words with one blank on each side, so that `in` finds whole words only."""
    return f" {' '.join(words(text.casefold()))} "


@pytest.fixture(scope="module")
def collections():
    return {language: load_collection(f"demo/en/{language}") for language in LANGUAGES}


def test_passages_and_questions_are_enough_and_have_equal_ids_in_every_language(collections):
    english = collections["en"]
    assert len(english.docs) >= 120
    assert len(english.queries) >= 160
    for found in collections.values():
        assert found.docs.equals(english.docs)
        assert found.queries["query_id"].equals(english.queries["query_id"])
        assert found.qrels.equals(english.qrels)


@pytest.mark.parametrize("language", FOREIGN)
def test_supervision_is_enough(language):
    assert len(load_bitext(f"demo/en/{language}")) >= 240
    assert len(load_lexicon(f"demo/en/{language}")) >= 500


@pytest.mark.parametrize("language", FOREIGN)
def test_no_training_sentence_occurs_in_a_passage_or_question(collections, language):
    texts = {text for found in collections.values() for text in (*found.docs["text"], *found.queries["text"])}
    tested = "|".join(map(normalised, texts))
    bitext = load_bitext(f"demo/en/{language}")
    leaked = [s for s in (*bitext.source, *bitext.english) if normalised(s) in tested]
    assert leaked == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_where_the_file_says(language):
    path = shipped("data/demo") / "questions" / f"context-en-question-{language}.json"
    paragraphs = [p for article in json.loads(path.read_text("utf-8"))["data"] for p in article["paragraphs"]]
    for paragraph in paragraphs:
        for question in paragraph["qas"]:
            assert question["answers"], question["id"]
            for answer in question["answers"]:
                assert paragraph["context"].startswith(answer["text"], answer["answer_start"]), question["id"]
                assert answer["text"].strip(), question["id"]
