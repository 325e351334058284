import json

import pytest

from clirlab.corpora import load_collection
from clirlab.errors import InputError

SENTENCES = {"ar": 1222, "de": 1276, "en": 1180, "es": 1215, "hi": 1244, "vi": 1209, "zh": 1196}


def paragraph(sentences, asked):
    """One paragraph of sentences without a gap, asked {id: (question, answer)}."""
    context = "".join(sentences)
    breaks = [[context.index(s), context.index(s) + len(s)] for s in sentences]
    qas = [
        {"id": id, "question": question, "answers": [{"text": answer, "answer_start": context.index(answer)}]}
        for id, (question, answer) in asked.items()
    ]
    return {"context": context, "sentences": sentences, "sentence_breaks": breaks, "qas": qas}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "xquad_r").mkdir()
    files = {
        "en": paragraph(["Bees make honey. ", "The moon is far."], {"q1": ("Who?", "Bees"), "q2": ("Where?", "far")}),
        "de": paragraph(["Der Mond: ", "weit. ", "Bienen."], {"q1": ("Wer?", "Bienen"), "q2": ("Wo?", "weit")}),
    }
    for language, content in files.items():
        (tmp_path / "xquad_r" / f"{language}.json").write_text(json.dumps({"data": [{"paragraphs": [content]}]}))
    return tmp_path


def test_worked_example(root):
    found = load_collection("xquad_r/eng+de/deu", root)
    assert found.docs.drop(columns="title").to_numpy().tolist() == [
        ["en:0:0", "Bees make honey.", "en"],
        ["en:0:1", "The moon is far.", "en"],
        ["de:0:0", "Der Mond:", "de"],
        ["de:0:1", "weit.", "de"],
        ["de:0:2", "Bienen.", "de"],
    ]
    assert found.queries.to_numpy().tolist() == [["q1", "Wer?", "de"], ["q2", "Wo?", "de"]]
    judged = [["q1", "en:0:0", 1], ["q2", "en:0:1", 1], ["q1", "de:0:2", 1], ["q2", "de:0:1", 1]]
    assert found.qrels.to_numpy().tolist() == judged
    assert (found.document_language, found.query_language, found.licence) == ("mul", "de", "CC BY-SA 4.0")
    assert found.source.count(".json") == 2


def test_one_language_or_all(root):
    assert load_collection("xquad_r/de/en", root).document_language == "de"
    assert len(load_collection("xquad_r/all/en", root).docs) == 5


def damaged(**changes):
    content = paragraph(["Bees. "], {"q1": ("Who?", "Bees")})
    return json.dumps({"data": [{"paragraphs": [{**content, **changes}]}]})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{\noops", r"en\.json, line 2: not JSON"),
        (damaged(sentences=None), r"not in XQuAD-R format: data\.0\.paragraphs\.0\.sentences"),
        (damaged(sentences=["Bees. ", "More."]), r"paragraph 0: as many sentences as sentence_breaks are expected"),
        (damaged(sentence_breaks=[[3, 6]]), r"the question 'q1' has no answer in a sentence \(answer_start 0\)"),
        (damaged(qas=[{"id": "q1", "question": "Who?", "answers": []}]), "the question 'q1' has no answer in a"),
    ],
)
def test_a_bad_file_is_named(root, content, message):
    (root / "xquad_r" / "en.json").write_text(content)
    with pytest.raises(InputError, match=message):
        load_collection("xquad_r/en+de/de", root)


def test_unknown_languages_name_the_nearest(root):
    with pytest.raises(InputError, match=r"unknown language in .*xquad_r 'enn'; did you mean 'en'"):
        load_collection("xquad_r/de+enn/en", root)
    with pytest.raises(InputError, match=r"is not of the form 'xquad_r/\{answers\}/\{question\}'"):
        load_collection("xquad_r/en", root)


def test_every_language_has_the_sentences_of_the_readme(data_root):
    found = load_collection("xquad_r/all/en", data_root)
    assert found.docs["language"].value_counts().to_dict() == SENTENCES
    # a few of the 1190 questions read like another, one of them of another paragraph
    assert len(found.queries) == len(load_collection("xquad/en/en", data_root).queries) == 1185
    assert found.qrels.groupby("query_id").size().value_counts().to_dict() == {7: 1184, 13: 1}


@pytest.mark.parametrize("language", SENTENCES)
def test_every_question_language_has_an_answer_in_every_language(data_root, language):
    found = load_collection(f"xquad_r/all/{language}", data_root)
    assert found.query_language == language
    assert set(found.queries["query_id"]) == set(found.qrels["query_id"])
    judged = found.qrels.merge(found.docs, on="doc_id")
    assert (judged.groupby("query_id")["language"].nunique() == 7).all()
