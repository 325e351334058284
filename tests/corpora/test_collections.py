import gzip
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.corpora import Collection, load_collection
from clirlab.corpora.afriqa import read_afriqa
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


def test_every_afriqa_file_has_the_rows_and_contexts_of_the_readme(data_root):
    rows = [line.split(" | ") for line in (data_root / "afriqa" / "README.md").read_text().splitlines()]
    files = [row for row in rows if row[0].startswith("gold_span_passages")]
    assert len(files) == 12
    for file, questions, contexts in files:
        language, split = file.split(".")[2], file.split(".")[4]
        found = load_collection(f"afriqa/{language}/{split}", data_root)
        path = data_root / "afriqa" / "gold_passages" / language / f"{file}.gz"
        table = read_afriqa(path)
        assert len(table) == int(questions), file
        # the README counts the passage that is missing (null) as one
        without = found.counts.get("questions without a text or passage", 0)
        assert len(found.docs) == int(contexts) - (without > 0), file
        assert found.queries["human_translation"].ne("").all()
        assert (found.document_language, found.licence, found.source) == ("en", "CC BY 4.0", str(path))
        assert len(found.qrels) <= int(questions) - without


@pytest.mark.parametrize(
    ("name", "questions", "contexts"),
    [("sw/train", 2755, 1687), ("en/train", 3696, 3429), ("en/dev", 440, 429)],
)
def test_tydiqa_has_the_questions_and_passages_of_the_readme(data_root, name, questions, contexts):
    found = load_collection(f"tydiqa/{name}", data_root)
    instances = read_squad(found.source)
    assert (len(instances), len(found.docs)) == (questions, contexts)
    assert len(found.queries) == len({instance.question for instance in instances})
    assert (found.document_language, found.query_language) == (name[:2], name[:2])
    assert found.queries["query_id"].iloc[0] == f"{name[3:]}-1"
    assert found.licence == "Apache 2.0"


@pytest.mark.parametrize(
    ("name", "other", "languages"),
    [
        ("demo/en/sw", "demo/eng/swahili", ("en", "sw")),
        ("mlqa/dev/en/zh", "mlqa/dev/eng_Latn/zho_Hans", ("en", "zh")),
        ("xquad/ar/vi", "xquad/arb/vie", ("ar", "vi")),
        ("afriqa/ig/dev", "afriqa/ibo_Latn/dev", ("en", "ig")),
        ("tydiqa/sw/train", "tydiqa/swa/train", ("sw", "sw")),
        ("belebele/fil/en", "belebele/tl/eng_Latn", ("fil", "en")),
    ],
)
def test_any_usual_code_of_a_language_names_the_same_collection(data_root, name, other, languages):
    found, same = load_collection(name, data_root), load_collection(other, data_root)
    assert (found.document_language, found.query_language) == languages
    assert (same.document_language, same.query_language) == languages
    assert same.source == found.source
    for frame in ("docs", "queries", "qrels"):
        assert getattr(same, frame).equals(getattr(found, frame))


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("demo/en/so", "MIT"),
        ("mlqa/dev/en/de", "CC BY-SA 3.0"),
        ("xquad/en/hi", "CC BY-SA 4.0"),
        ("belebele/so/en", "CC BY-SA 4.0"),
    ],
)
def test_licence_and_source_are_those_of_the_files(data_root, name, licence):
    found = load_collection(name, data_root)
    assert found.licence == licence
    for file in found.source.split(" + "):
        assert Path(file).is_file()


def write_squad(path, asked, encoding="utf-8"):
    paragraph = {"context": "Bees make honey. ", "qas": [{"id": id, "question": text} for id, text in asked]}
    path.write_bytes(json.dumps({"data": [{"paragraphs": [paragraph]}]}, ensure_ascii=False).encode(encoding))
    return str(path)


def test_a_file_in_squad_format_by_its_path(tmp_path):
    path = write_squad(tmp_path / "own.json", [("1", "Wer?"), ("2", " ")], "utf-8-sig")
    found = load_collection(path)
    assert repr(found) == f"Collection({path}: 1 documents (und), 1 queries (und), 1 judgments)"
    assert found.counts == {"questions without a text or context": 1}
    assert (found.source, found.licence[:7]) == (path, "unknown")
    known = load_collection(path, document_language="eng", query_language="deu_Latn")
    assert (known.document_language, known.query_language) == ("en", "de")
    packed = tmp_path / "own.json.gz"
    packed.write_bytes(gzip.compress(Path(path).read_bytes()))
    assert load_collection(str(packed)).docs.equals(found.docs)


@settings(deadline=None)
@given(st.integers(0, 120), st.binary(max_size=5) | st.sampled_from([b"\r\n", b"\\ud800", b"\\u0000", b"\xe2\x80\x8f"]))
def test_whatever_is_written_into_a_squad_file_is_read_or_named(tmp_path_factory, position, content):
    path = Path(write_squad(tmp_path_factory.mktemp("squad") / "own.json", [("1", "Wer?"), ("2", "Was?")]))
    whole = path.read_bytes()
    path.write_bytes(whole[:position] + content + whole[position:])
    try:
        assert len(load_collection(str(path)).docs) == 1
    except InputError as error:
        assert "own.json" in str(error)


def test_languages_are_for_files_alone(tmp_path):
    with pytest.raises(InputError, match="'demo/en/sw' names its languages itself; document_language and"):
        load_collection("demo/en/sw", query_language="sw")
    with pytest.raises(InputError, match="unknown language 'swz'; did you mean 'sw'"):
        load_collection(write_squad(tmp_path / "own.json", [("1", "Wer?")]), query_language="swz")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mlqa/dev/en/dee", "unknown MLQA language 'dee'; did you mean 'de'"),
        ("mlqa/tset/en/de", "unknown MLQA split 'tset'; did you mean 'test'"),
        ("mlqa/dev/en", "'mlqa/dev/en' is not of the form 'mlqa/{split}/{context}/{question}'"),
        ("xquad/en/hii", "unknown language in .* 'hii'; did you mean 'hi'"),
        ("afriqa/hx/dev", "unknown AfriQA language 'hx'; did you mean 'ha'"),
        ("tydiqa/swx/train", "unknown TyDi QA language 'swx'; did you mean 'sw'"),
        ("tydiqa/sw/dev", "unknown split of sw in .* 'dev'; known: train$"),
        ("belebele/sww/en", "unknown language of passages in .* 'sww'; did you mean 'sw'"),
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
        (
            "mlaq/dev/en/de",
            "unknown collection 'mlaq'; did you mean 'mlqa'? known: afriqa, beir:, belebele, demo, demo-pool, folder:,",
        ),
        ("demo/en/zw", "unknown demo language of questions 'zw'; did you mean 'sw'"),
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
    for name in ("xquad/en/de", "xquad_r/all/en", "belebele/sw/en", "afriqa/sw/test", "tydiqa/sw/train"):
        with pytest.raises(InputError, match="no such folder; is the data folder complete"):
            load_collection(name, tmp_path)


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
        ({"qrels": TINY.qrels.assign(relevance=0)}, "tiny: a relevance is not an integer of at least 1"),
        ({"qrels": TINY.qrels.assign(relevance=1.5)}, "tiny: a relevance is not an integer of at least 1"),
        ({"qrels": pd.concat([TINY.qrels, TINY.qrels])}, "tiny: 'd2' is judged twice for 'q1'"),
    ],
)
def test_an_inconsistent_collection_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(TINY, **change)
