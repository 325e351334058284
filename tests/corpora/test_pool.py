from dataclasses import replace

import pandas as pd
import pytest

from clirlab.corpora import Collection, load_collection
from clirlab.corpora.pool import merge
from clirlab.errors import InputError


def collection(name, language, texts, query_language="en", queries=("Who?",), relevance=1):
    """Parallel ids in every language: query qn is answered by document dn."""
    return Collection(
        name,
        pd.DataFrame({"doc_id": [f"d{n}" for n in range(len(texts))], "title": "", "text": texts}),
        pd.DataFrame({"query_id": [f"q{n}" for n in range(len(queries))], "text": queries}),
        pd.DataFrame({"query_id": ["q0"], "doc_id": ["d0"], "relevance": [relevance]}),
        *(language, query_language, f"{name}.json", "MIT"),
    )


GERMAN = collection("german", "de", ["Bienen.", "Mond."])
HINDI = collection("hindi", "hi", ["मधुमक्खी।", "चाँद।"], relevance=2)


def test_parallel_documents_get_their_language_before_their_id():
    pool = merge([GERMAN, HINDI])
    assert pool.docs[["doc_id", "text", "language"]].to_numpy().tolist() == [
        ["de:d0", "Bienen.", "de"],
        ["de:d1", "Mond.", "de"],
        ["hi:d0", "मधुमक्खी।", "hi"],
        ["hi:d1", "चाँद।", "hi"],
    ]
    # the same English query is asked of both
    assert pool.queries.to_numpy().tolist() == [["q0", "Who?", "en"]]
    assert pool.qrels.to_numpy().tolist() == [["q0", "de:d0", 1], ["q0", "hi:d0", 2]]
    assert (pool.name, pool.document_language, pool.query_language) == ("german + hindi", "mul", "en")
    assert (pool.source, pool.licence) == ("german.json + hindi.json", "MIT")


def test_the_same_documents_are_there_once_and_queries_in_two_languages_are_two():
    english = collection("english", "en", ["Bees."], "sw", ["Nani?"])
    other = collection("other", "en", ["Bees."], "so", ["Kuma?"], relevance=2)
    pool = merge([english, other], name="both")
    assert pool.docs["doc_id"].tolist() == ["d0"]
    assert pool.queries.to_numpy().tolist() == [["sw:q0", "Nani?", "sw"], ["so:q0", "Kuma?", "so"]]
    assert pool.qrels.to_numpy().tolist() == [["sw:q0", "d0", 1], ["so:q0", "d0", 2]]
    assert (pool.name, pool.query_language) == ("both", "mul")


def test_only_ids_that_clash_are_changed_and_the_higher_relevance_holds():
    one = collection("one", "en", ["Bees.", "Moon."])
    other = collection("other", "en", ["Bees.", "Sun."], relevance=3)
    pool = merge([one, other])
    assert pool.docs["doc_id"].tolist() == ["d0", "one:d1", "other:d1"]
    assert pool.qrels.to_numpy().tolist() == [["q0", "d0", 3]]


def test_a_pool_of_one_is_the_collection_with_its_language():
    pool = merge([GERMAN])
    assert pool.docs.drop(columns="language").equals(GERMAN.docs)
    assert set(pool.docs["language"]) == {"de"}
    assert pool.document_language == "de"


def test_a_pool_can_be_pooled():
    pool = merge([merge([GERMAN, HINDI]), collection("arabic", "ar", ["نحل."])])
    assert pool.docs["doc_id"].tolist() == ["de:d0", "de:d1", "hi:d0", "hi:d1", "d0"]


def test_counts_are_added():
    parts = [replace(GERMAN, counts={"blank": 1}), replace(HINDI, counts={"blank": 2, "other": 1})]
    assert merge(parts).counts == {"blank": 3, "other": 1}


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(InputError, match="a pool needs at least one collection"):
        merge([])
    message = "two collections named german have different texts for the doc_id 'd1'; give them names of their own"
    with pytest.raises(InputError, match=message):
        merge([GERMAN, collection("german", "de", ["Bienen.", "Sonne."])])
    # a new id that somebody has already
    taken = replace(GERMAN, name="taken", docs=GERMAN.docs.assign(doc_id=["d0", "hi:d1"]))
    with pytest.raises(InputError, match="doc_id 'hi:d1' occurs twice"):
        merge([GERMAN, HINDI, taken])


def test_xquad_in_seven_languages_has_seven_relevant_paragraphs_a_question(data_root):
    languages = ["ar", "de", "en", "es", "hi", "vi", "zh"]
    pool = merge([load_collection(f"xquad/{language}/en", data_root) for language in languages])
    assert len(pool.docs) == 7 * 240
    assert pool.docs["language"].value_counts().to_dict() == dict.fromkeys(languages, 240)
    assert len(pool.queries) == len(load_collection("xquad/en/en", data_root).queries)
    assert len(pool.qrels) == 7 * len(load_collection("xquad/en/en", data_root).qrels)


def test_afriqa_in_five_languages_shares_its_passages(data_root):
    names = [f"afriqa/{code}/test" for code in ("ha", "ig", "sw", "yo", "zu")]
    parts = [load_collection(name, data_root) for name in names]
    pool = merge(parts)
    assert len(pool.docs) == pd.concat([part.docs for part in parts])["doc_id"].nunique()
    assert len(pool.queries) == sum(len(part.queries) for part in parts)
    assert (pool.document_language, pool.query_language) == ("en", "mul")
