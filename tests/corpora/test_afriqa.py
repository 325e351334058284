import json

import pytest

from clirlab.corpora.afriqa import afriqa_collection, read_afriqa
from clirlab.errors import InputError

BEES, MOON = "Bees make honey.", "The moon is far away."


def row(id, question, context):
    return {"id": id, "question_lang": question, "question_translated": f"({question})", "context": context}


@pytest.fixture
def write(tmp_path):
    def lines(*rows, name="tiny.json"):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows))
        return path

    return lines


def test_worked_example(write):
    path = write(
        row("1", "Nani? ", BEES), row("2", "Wapi?", MOON), row("3", "Nini?", None), row("4", "Nani?", BEES + " ")
    )
    found = afriqa_collection(path, "sw", "test")
    assert found.name == "afriqa/sw/test"
    assert (found.document_language, found.query_language) == ("en", "sw")
    assert found.docs["text"].tolist() == [BEES, MOON]  # question 3 has no passage
    assert found.queries.to_numpy().tolist() == [["sw-test-1", "Nani?", "(Nani? )"], ["sw-test-2", "Wapi?", "(Wapi?)"]]
    assert found.qrels["query_id"].tolist() == ["sw-test-1", "sw-test-2"]


def test_a_passage_has_the_same_id_in_every_file(write):
    hausa = read_afriqa(write(row("1", "Wane?", MOON), row("2", "Wa?", BEES), name="hau.json"))
    zulu = read_afriqa(write(row("9", "Ubani?", BEES), name="zul.json"))
    assert zulu["doc_id"].tolist() == hausa["doc_id"].tolist()[1:]
    assert hausa["doc_id"].is_unique


def test_a_unicode_line_separator_inside_a_passage_is_no_line_end(write):
    assert read_afriqa(write(row("1", "Nani?", "Bees.\u2028Honey.")))["context"].tolist() == ["Bees.\u2028Honey."]


def test_an_id_that_names_two_questions_is_an_error(write):
    with pytest.raises(InputError, match="question id '1' occurs twice"):
        afriqa_collection(write(row("1", "Nani?", BEES), row("1", "Wapi?", MOON)), "sw", "test")


def test_bad_lines_are_named(write):
    lacking = row("2", "Wapi?", MOON)
    del lacking["question_lang"]
    with pytest.raises(InputError, match="line 2: not in AfriQA format: question_lang: field required"):
        read_afriqa(write(row("1", "Nani?", BEES), lacking))
    path = write(row("1", "Nani?", BEES))
    path.write_text(path.read_text() + "\n{oops}\n")
    with pytest.raises(InputError, match=r"tiny\.json, line 2: not JSON"):
        read_afriqa(path)


def test_a_file_without_passages_is_an_empty_collection(write):
    with pytest.raises(InputError, match="afriqa/sw/test: the collection has no documents"):
        afriqa_collection(write(row("1", "Nani?", None)), "sw", "test")
