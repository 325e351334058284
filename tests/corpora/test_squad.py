import gzip
import json

import pytest

from clirlab.corpora.squad import Instance, collection_of, join, numbered, read_squad
from clirlab.errors import InputError

BEES, MOON = "Bees make honey.", "The moon is far away."


def squad(*paragraphs):
    """SQuAD JSON text of (context, {id: question}) pairs, all in one article."""
    listed = [
        {"context": context, "qas": [{"id": id, "question": question} for id, question in asked.items()]}
        for context, asked in paragraphs
    ]
    return json.dumps({"data": [{"title": "Nature", "paragraphs": listed}]})


def collection(*instances):
    return collection_of([Instance(*i, "") for i in instances], "tiny", "en", "de", "tiny.json", "MIT")


def judgments(found):
    return set(found.qrels[["query_id", "doc_id"]].itertuples(index=False, name=None))


def test_plain_and_gzipped_files_give_the_same_instances_in_file_order(tmp_path):
    text = squad((BEES + " ", {"q1": " Wer macht Honig?", "q2": "Was machen Bienen?"}), (MOON, {"q3": "Wo?"}))
    (tmp_path / "tiny.json").write_text(text)
    (tmp_path / "tiny.json.gz").write_bytes(gzip.compress(text.encode()))
    assert read_squad(tmp_path / "tiny.json") == [
        Instance("q1", "Wer macht Honig?", BEES, "Nature"),
        Instance("q2", "Was machen Bienen?", BEES, "Nature"),
        Instance("q3", "Wo?", MOON, "Nature"),
    ]
    assert read_squad(tmp_path / "tiny.json.gz") == read_squad(tmp_path / "tiny.json")


def test_documents_and_queries_take_the_id_of_their_first_instance():
    found = collection(("q1", "Wer?", BEES), ("q2", "Was?", BEES), ("q3", "Wo?", MOON))
    assert found.docs[["doc_id", "text"]].to_numpy().tolist() == [["d:q1", BEES], ["d:q3", MOON]]
    assert found.queries.to_numpy().tolist() == [["q1", "Wer?"], ["q2", "Was?"], ["q3", "Wo?"]]
    assert judgments(found) == {("q1", "d:q1"), ("q2", "d:q1"), ("q3", "d:q3")}
    assert set(found.qrels["relevance"]) == {1}


def test_a_question_asked_of_two_contexts_has_two_relevant_documents():
    found = collection(("q1", "Was ist das?", BEES), ("q2", "Was ist das?", MOON))
    assert found.queries["query_id"].tolist() == ["q1"]
    assert judgments(found) == {("q1", "d:q1"), ("q1", "d:q2")}


def test_a_question_asked_twice_of_one_context_is_judged_once():
    assert len(collection(("q1", "Wer?", BEES), ("q2", "Wer?", BEES)).qrels) == 1


def test_translations_are_joined_by_id_and_blank_texts_left_out():
    english = [Instance("q1", "Who?", BEES, ""), Instance("q2", "What?", BEES, ""), Instance("q3", "Why?", MOON, "")]
    german = [Instance("q2", "Was?", "Bienen.", ""), Instance("q1", "Wer?", "Bienen.", "")]
    assert join(english, german) == [Instance("q1", "Wer?", BEES, ""), Instance("q2", "Was?", BEES, "")]
    assert collection(("q1", "Wer?", BEES), ("q2", "", BEES), ("q3", "Wo?", "")).queries["query_id"].tolist() == ["q1"]


def test_instances_of_files_with_repeated_ids_are_numbered():
    twice = [Instance("x", "Wer?", BEES, ""), Instance("x", "Wo?", MOON, "")]
    assert [instance.id for instance in numbered(twice, "train")] == ["train-1", "train-2"]
    assert [instance.context for instance in numbered(twice, "train")] == [BEES, MOON]


def test_texts_are_composed(tmp_path):
    (tmp_path / "tiny.json").write_text(squad(("O\u0323\u0300na\u0300", {"q1": "Ki\u0301?"})))
    (found,) = read_squad(tmp_path / "tiny.json")
    assert (found.context, found.question) == ("Ọ̀nà", "Kí?")


def test_an_id_that_names_two_questions_is_an_error():
    with pytest.raises(InputError, match="question id 'q1' occurs twice"):
        collection(("q1", "Wer?", BEES), ("q1", "Wo?", MOON))


def test_an_empty_collection_is_an_error():
    with pytest.raises(InputError, match=r"tiny: the collection has no documents \(tiny.json\)"):
        collection()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{\n"data": [\noops', "tiny.json, line 3: not JSON"),
        ("[]", "tiny.json: not in SQuAD format: the whole: "),
        ("{}", "tiny.json: not in SQuAD format: data: field required"),
        (squad((None, {})), "data.0.paragraphs.0.context: input should be a valid string"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "data.0.paragraphs.0.context: field required"),
        (squad((BEES, {"q1": "Wer?", "q2": 7})), "data.0.paragraphs.0.qas.1.question: input should be a valid string"),
        (None, "tiny.json: no such file"),
    ],
)
def test_a_bad_file_is_named_with_the_place(tmp_path, content, message):
    if content is not None:
        (tmp_path / "tiny.json").write_text(content)
    with pytest.raises(InputError, match=message):
        read_squad(tmp_path / "tiny.json")
