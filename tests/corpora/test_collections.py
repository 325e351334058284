from dataclasses import replace

import pandas as pd
import pytest

from clirlab.corpora import Collection, load_collection
from clirlab.corpora.squad import read_squad
from clirlab.errors import InputError

TINY = Collection(
    "tiny",
    pd.DataFrame({"doc_id": ["d1", "d2"], "title": "", "text": ["Bees.", "Moon."]}),
    pd.DataFrame({"query_id": ["q1", "q2"], "text": ["Wer?", "Wo?"]}),
    pd.DataFrame({"query_id": ["q1"], "doc_id": ["d2"], "relevance": [1]}),
    "en",
    "de",
    "by hand",
    "MIT",
)


def mlqa_counts(root):
    """{(context, question): (unique contexts, questions)} of the dev files, from the table in the README."""
    table = {}
    for line in (root / "mlqa" / "README.md").read_text().splitlines():
        if line.startswith("dev-context-"):
            name, _, contexts, questions = line.split(" | ")
            _, _, context, _, question = name.removesuffix(".json").split("-")
            table[context, question] = int(contexts), int(questions)
    return table


def test_mlqa_dev_english_german(data_root):
    found = load_collection("mlqa/dev/en/de", data_root)
    assert repr(found) == "Collection(mlqa/dev/en/de: 447 documents (en), 512 queries (de), 512 judgments)"


def test_every_mlqa_dev_file_has_the_contexts_and_questions_of_the_readme(data_root):
    table = mlqa_counts(data_root)
    assert len(table) == 49
    for (context, question), (contexts, questions) in table.items():
        found = load_collection(f"mlqa/dev/{context}/{question}", data_root)
        instances = read_squad(found.source)
        assert (len(found.docs), len(instances)) == (contexts, questions), found
        assert len(found.queries) == len({instance.question for instance in instances}), found


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "hi", "vi", "zh"])
def test_xquad_has_240_paragraphs_with_the_same_ids_in_every_language(data_root, language):
    found = load_collection(f"xquad/{language}/en", data_root)
    assert len(found.docs) == 240
    assert found.docs["doc_id"].tolist() == load_collection("xquad/en/en", data_root).docs["doc_id"].tolist()


def test_xquad_query_ids_are_stable_across_translations(data_root):
    # 1190 instances; translators made a few questions alike, and such a query keeps the id of the first
    german, hindi = (load_collection(f"xquad/en/{language}", data_root) for language in ("de", "hi"))
    assert (len(german.queries), len(hindi.queries)) == (1181, 1183)
    both = german.qrels.merge(hindi.qrels, on="query_id")
    assert len(both) == 1181
    assert (both["doc_id_x"] == both["doc_id_y"]).all()


@pytest.mark.parametrize(
    ("name", "documents", "queries"),
    [("ha/dev", 220, 222), ("ig/test", 375, 409), ("sw/test", 289, 295), ("yo/train", 246, 247), ("zu/test", 309, 325)],
)
def test_afriqa_has_the_passages_and_questions_of_its_readme_less_the_null_passages(
    data_root, name, documents, queries
):
    found = load_collection(f"afriqa/{name}", data_root)
    assert (len(found.docs), len(found.queries)) == (documents, queries)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mlqa/dev/en/dee", "unknown language pair in .*mlqa/dev 'en-question-dee'; did you mean 'en-question-de'"),
        ("mlqa/tset/en/de", "unknown MLQA split 'tset'; did you mean 'test'"),
        ("mlqa/dev/en", "'mlqa/dev/en' is not of the form 'mlqa/{split}/{context}/{question}'"),
        ("xquad/en/hii", "unknown language in .* 'hii'; did you mean 'hi'"),
        ("afriqa/hau/dev", "unknown AfriQA language 'hau'; did you mean 'ha'"),
        ("afriqa/ha/tset", "unknown split in .* 'tset'; did you mean 'test'"),
        ("afriqa/sw/dev", "unknown split in .* 'dev'; known: test$"),
    ],
)
def test_an_unknown_part_of_an_id_names_the_nearest(data_root, name, message):
    with pytest.raises(InputError, match=message):
        load_collection(name, data_root)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mlaq/dev/en/de", "unknown collection 'mlaq'; did you mean 'mlqa'? known: afriqa, demo, mlqa, xquad"),
        ("demo/en/zw", "unknown language pair in .* 'en-question-zw'; did you mean 'en-question-sw'"),
    ],
)
def test_an_unknown_family_or_demo_language_needs_no_data_to_be_named(name, message):
    with pytest.raises(InputError, match=message.replace("? ", r"\? ")):
        load_collection(name)


def test_a_missing_data_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("CLIRLAB_DATA", raising=False)
    with pytest.raises(InputError, match="no data folder: set CLIRLAB_DATA to it, or give root="):
        load_collection("mlqa/dev/en/de")
    monkeypatch.setenv("CLIRLAB_DATA", str(tmp_path / "absent"))
    with pytest.raises(InputError, match=r"absent: no such data folder \(CLIRLAB_DATA or root=\)"):
        load_collection("mlqa/dev/en/de")
    with pytest.raises(InputError, match="mlqa/dev: no such folder; is the data folder complete"):
        load_collection("mlqa/dev/en/de", tmp_path)


def test_other_words_for_the_same_queries():
    other = TINY.with_queries(["Wre?", "Wo?"])
    assert other.queries.to_numpy().tolist() == [["q1", "Wre?"], ["q2", "Wo?"]]
    assert TINY.queries["text"].tolist() == ["Wer?", "Wo?"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"docs": TINY.docs[:0]}, "tiny: the collection has no documents"),
        ({"queries": TINY.queries[:0]}, "tiny: the collection has no queries"),
        ({"qrels": TINY.qrels[:0]}, "tiny: the collection has no relevance judgments"),
        ({"docs": TINY.docs.assign(doc_id="d2")}, "tiny: doc_id 'd2' occurs twice"),
        ({"queries": TINY.queries.assign(query_id="q1")}, "tiny: query_id 'q1' occurs twice"),
        ({"qrels": TINY.qrels.assign(doc_id="d9")}, "tiny: a judgment names the unknown doc_id 'd9'"),
        ({"qrels": TINY.qrels.assign(query_id="q9")}, "tiny: a judgment names the unknown query_id 'q9'"),
    ],
)
def test_an_inconsistent_collection_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(TINY, **change)
