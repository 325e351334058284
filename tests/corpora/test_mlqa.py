import json

import pytest

from clirlab.corpora import load_collection
from clirlab.corpora.mlqa import LANGUAGES
from clirlab.corpora.squad import read_squad
from clirlab.errors import InputError

TEST_QUESTIONS = {
    # own files and, joined from others, de-de es-es zh-zh vi-vi as the README says
    ("de", "ar"): 1649,
    ("vi", "de"): 1675,
    ("de", "de"): 3821,
    ("es", "es"): 3283,
    ("zh", "zh"): 3128,
    ("vi", "vi"): 1675,
    # parts: those that are there in German too
    ("vi", "ar"): 370,
    ("vi", "es"): 417,
    ("vi", "hi"): 358,
    ("vi", "zh"): 394,
}


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "mlqa" / "test"
    folder.mkdir(parents=True)

    def pair(context, question, *instances):
        paragraphs = [{"context": text, "qas": [{"id": id, "question": asked}]} for id, text, asked in instances]
        path = folder / f"test-context-{context}-question-{question}.json"
        path.write_text(json.dumps({"data": [{"title": "T", "paragraphs": paragraphs}]}))

    return pair


def test_a_pair_without_a_file_is_joined_by_question_id_and_says_so(tmp_path, write):
    write("de", "es", ("1", "Bienen.", "¿Quién?"), ("2", "Mond.", "¿Dónde?"))
    write("de", "vi", ("2", "Mond.", "Ở đâu?"), ("3", "Sonne.", "Khi nào?"))
    write("es", "de", ("3", "Sol.", "Wann?"), ("1", "Abejas.", "Wer?"))
    found = load_collection("mlqa/test/deu/de", tmp_path)
    assert found.docs["text"].tolist() == ["Bienen.", "Sonne."]
    assert found.queries.to_numpy().tolist() == [["1", "Wer?"], ["3", "Wann?"]]
    assert "test-context-de-question-de.json is not there; joined by question id from" in found.source
    assert found.source.count(".json") == 4
    assert found.licence == "CC BY-SA 3.0"


def test_a_pair_that_cannot_be_made_says_what_is_missing(tmp_path, write):
    write("de", "es", ("1", "Bienen.", "¿Quién?"))
    write("vi", "ar", ("2", "Trăng.", "أين؟"))
    for name, message in {
        "mlqa/test/en/es": "context-en-question-es.json is not there, nor another file with contexts in English",
        "mlqa/test/de/hi": "context-de-question-hi.json is not there, nor another file with questions in Hindi",
        "mlqa/test/de/ar": "no question is there in Arabic whose context is there in German",
        "mlqa/test/de/xx": "unknown MLQA language 'xx'",
        "mlqa/dev/de/es": "mlqa/dev: no such folder; is the data folder complete",
    }.items():
        with pytest.raises(InputError, match=message):
            load_collection(name, tmp_path)


def test_other_files_of_the_folder_are_passed_over(tmp_path, write):
    write("de", "es", ("1", "Bienen.", "¿Quién?"))
    (tmp_path / "mlqa" / "test" / "test-context-de.json").write_text("oops")
    assert len(load_collection("mlqa/test/de/es", tmp_path).docs) == 1


@pytest.mark.parametrize("pair", TEST_QUESTIONS)
def test_test_pairs_have_the_questions_of_the_readme(data_root, pair):
    context, question = pair
    found = load_collection(f"mlqa/test/{context}/{question}", data_root)
    instances = len(read_squad(found.source)) if "joined" not in found.source else None
    assert (found.document_language, found.query_language) == pair
    # questions that read alike are one query
    assert TEST_QUESTIONS[pair] * 0.97 < len(found.queries) <= TEST_QUESTIONS[pair]
    assert instances in (None, TEST_QUESTIONS[pair])


def test_25_of_49_test_pairs_cannot_be_made(data_root):
    pairs = [(c, q) for c in LANGUAGES for q in LANGUAGES if c not in ("de", "es", "vi", "zh") or q == "en"]
    assert len(pairs) == 25
    for context, question in pairs:
        with pytest.raises(InputError, match="is not there, nor another file with"):
            load_collection(f"mlqa/test/{context}/{question}", data_root)


def test_joining_gives_what_a_file_of_the_pair_gives(data_root, tmp_path):
    """Without its own file, a dev pair has the same questions, contexts and judgments where others hold both sides."""
    whole = load_collection("mlqa/dev/de/es", data_root)
    folder = tmp_path / "mlqa" / "dev"
    folder.mkdir(parents=True)
    for path in (data_root / "mlqa" / "dev").glob("*.json.gz"):
        if "context-de-question-es" not in path.name:
            (folder / path.name).symlink_to(path)
    joined = load_collection("mlqa/dev/de/es", tmp_path)
    assert "joined" in joined.source
    assert set(joined.queries["text"]) == set(whole.queries["text"])
    assert set(joined.docs["text"]) == set(whole.docs["text"])
    assert len(joined.qrels) == len(whole.qrels)
