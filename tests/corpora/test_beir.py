import gzip
import json
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clirlab.corpora import Collection, load_collection
from clirlab.corpora.beir import read_beir
from clirlab.corpora.jsonl import clean
from clirlab.corpora.pool import merge
from clirlab.errors import InputError

CORPUS = [
    {"_id": "d1", "title": "Nature", "text": " Bees make honey. "},
    {"_id": "d2", "title": "", "text": "The moon is far away.", "metadata": {"url": "x"}},
    {"_id": "d3", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "Nani?"}, {"_id": "q2", "text": "Wapi?"}, {"_id": "q3", "text": "Lini?"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t1\nq2\td2\t1\nq2\td1\t0\n"


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CLIRLAB_CACHE", str(tmp_path_factory.mktemp("cache")))


def lines(rows):
    return "\n".join(json.dumps(row) for row in rows) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A folder in BEIR's layout."""
    place = tmp_path / "bees"
    (place / "qrels").mkdir(parents=True)
    (place / "corpus.jsonl").write_text(lines(CORPUS))
    (place / "queries.jsonl").write_text(lines(QUERIES))
    (place / "qrels" / "test.tsv").write_text(QRELS)
    return place


def test_worked_example(folder):
    found = load_collection(f"beir:{folder}", document_language="eng", query_language="swa")
    assert repr(found) == f"Collection(beir:{folder}#test: 3 documents (en), 2 queries (sw), 3 judgments)"
    assert found.docs.to_numpy().tolist() == [
        ["d1", "Nature", "Bees make honey."],
        ["d2", "", "The moon is far away."],
        ["d3", "", ""],
    ]
    # q3 has no judgment in this split
    assert found.queries.to_numpy().tolist() == [["q1", "Nani?"], ["q2", "Wapi?"]]
    assert found.qrels.to_numpy().tolist() == [["q1", "d1", 2], ["q1", "d2", 1], ["q2", "d2", 1]]
    assert found.counts == {"judgments below 1": 1}
    assert found.source == str(folder)
    assert found.licence.startswith("unknown")


def test_packed_files_marks_and_windows_line_ends_read_alike(folder):
    plain = read_beir(folder)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        text = (folder / name).read_text().replace("\n", "\r\n")
        (folder / f"{name}.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
        (folder / name).unlink()
    packed = read_beir(folder)
    for frame in ("docs", "queries", "qrels"):
        assert getattr(packed, frame).equals(getattr(plain, frame))


def test_a_changed_corpus_is_read_again(folder):
    read_beir(folder)
    (folder / "corpus.jsonl").write_text(lines([*CORPUS, {"_id": 4, "text": "New."}]))
    assert read_beir(folder).docs["doc_id"].tolist() == ["d1", "d2", "d3", "4"]


def test_the_split_is_named_after_a_hash_or_is_the_only_one(folder):
    (folder / "qrels" / "dev.tsv").write_text("q3\td3\t1\n")  # no line of names
    assert load_collection(f"beir:{folder}").queries["query_id"].tolist() == ["q1", "q2"]
    assert load_collection(f"beir:{folder}#dev").queries["query_id"].tolist() == ["q3"]
    with pytest.raises(InputError, match=r"unknown split of .* 'deev'; did you mean 'dev'"):
        load_collection(f"beir:{folder}#deev")
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "train.tsv")
    with pytest.raises(InputError, match=r"which split\? say beir:.*#dev; known: dev, train"):
        load_collection(f"beir:{folder}")
    (folder / "qrels" / "train.tsv").unlink()
    assert load_collection(f"beir:{folder}").name == f"beir:{folder}#dev"


def test_a_folder_whose_name_holds_a_hash_is_found(folder):
    moved = folder.rename(folder.with_name("bees#2"))
    assert len(load_collection(f"beir:{moved}").docs) == 3


def test_repairs_are_counted(folder):
    (folder / "qrels" / "test.tsv").write_text(QRELS + "\nq1\td1\t2\nq3\td1\t1\n")
    (folder / "queries.jsonl").write_text(lines([*QUERIES[:2], {"_id": "q3", "text": " "}]))
    assert read_beir(folder).counts == {
        "judgments below 1": 1,
        "judgments made twice": 1,
        "queries without a text": 1,
    }


def test_languages_of_passages_and_queries_are_kept(folder):
    rows = [{**row, "metadata": {"language": code}} for row, code in zip(CORPUS, ["eng_Latn", "sw", "en"], strict=True)]
    (folder / "corpus.jsonl").write_text(lines(rows))
    asked = [{**row, "metadata": {"language": "swh", "human_translation": "Who? "}} for row in QUERIES]
    (folder / "queries.jsonl").write_text(lines(asked))
    found = read_beir(folder)
    assert found.docs["language"].tolist() == ["en", "sw", "en"]
    assert (found.document_language, found.query_language) == ("mul", "sw")
    assert set(found.queries["human_translation"]) == {"Who?"}


def test_passages_stay_on_disk_when_a_folder_is_opened(folder):
    text = "bees make honey " * 200
    (folder / "corpus.jsonl").write_text(lines([{"_id": f"d{n}", "text": text} for n in range(5000)]))
    read_beir(folder)
    before = pa.total_allocated_bytes()
    found = read_beir(folder)
    assert len(found.docs) == 5000
    # a tenth of the texts: ids and what else is held
    assert pa.total_allocated_bytes() - before < 5000 * len(text) / 10


def wrong(name, text, message):
    return pytest.param(name, text, message, id=f"{name}: {message}")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        wrong("corpus.jsonl", "\n" + lines(CORPUS) + "{oops", r"corpus\.jsonl, line 5: not JSON"),
        wrong("corpus.jsonl", lines([*CORPUS, 7]), r"corpus\.jsonl, line 4: not in BEIR format: the whole"),
        wrong("corpus.jsonl", lines([{"_id": "d1"}]), r"line 1: not in BEIR format: text: field required"),
        wrong("corpus.jsonl", lines([{"text": "a"}]), r"line 1: not in BEIR format: _id: field required"),
        wrong(
            "corpus.jsonl", lines([{"_id": "d1", "text": None}]), "line 1: not in BEIR format: text: input should be"
        ),
        wrong("corpus.jsonl", lines([{"_id": ["d1"], "text": ""}]), "line 1: not in BEIR format: _id"),
        wrong("corpus.jsonl", lines([{"_id": " ", "text": ""}]), "line 1: the _id is blank"),
        wrong("corpus.jsonl", "\n" + lines([*CORPUS, CORPUS[1]]), r"line 5: the id 'd2' is that of line 3 too"),
        wrong("corpus.jsonl", '{"_id": "d1", "text": "\\udc00"}', r"line 1: the escape \\udc00 alone"),
        wrong("corpus.jsonl", '{"_id": "d1", "text": "a\0b"}', r"line 1: not JSON"),
        wrong("corpus.jsonl", "\n\n", r"corpus\.jsonl: no passages"),
        wrong(
            "corpus.jsonl",
            lines([{"_id": "d1", "text": "", "metadata": {"language": "swz"}}]),
            "line 1: unknown language 'swz'; did you mean 'sw'",
        ),
        wrong("queries.jsonl", lines([*QUERIES, QUERIES[0]]), r"queries\.jsonl, line 4: the id 'q1' is that of line 1"),
        wrong("queries.jsonl", lines(QUERIES[1:]), r"test\.tsv, line 2: no query has the id 'q1'"),
        wrong("queries.jsonl", "[]", r"queries\.jsonl, line 1: not in BEIR format"),
        wrong("qrels/test.tsv", "q1\td9\t1\n", r"test\.tsv, line 1: no doc has the id 'd9'"),
        wrong("qrels/test.tsv", QRELS + "q1\td3\n", r"test\.tsv, line 6: 2 column\(s\), expected query, document and"),
        wrong("qrels/test.tsv", QRELS + "q1 d3 1\n", r"test\.tsv, line 6: 1 column\(s\)"),
        wrong("qrels/test.tsv", "q1\t0\td1\t1\n", r"test\.tsv, line 1: 4 column\(s\)"),
        wrong("qrels/test.tsv", QRELS + "q1\td3\t1.5\n", r"test\.tsv, line 6: the relevance '1.5' is not an integer"),
        wrong("qrels/test.tsv", "q1\td3\tscre\n", r"test\.tsv, line 1: the relevance 'scre' is not an integer"),
        wrong("qrels/test.tsv", QRELS + "q1\td1\t3\n", r"test\.tsv, line 6: judged 2 in line 2"),
        wrong("qrels/test.tsv", "query-id\tcorpus-id\tscore\n", "the collection has no queries"),
    ],
)
def test_a_wrong_line_is_named(folder, name, text, message):
    (folder / name).write_text(text)
    with pytest.raises(InputError, match=message):
        read_beir(folder)


def test_missing_files_are_named(folder):
    with pytest.raises(InputError, match=r"bees2: no such folder; expected one with corpus\.jsonl"):
        load_collection(f"beir:{folder}2")
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(InputError, match=r"qrels: no judgments; expected a file such as test\.tsv"):
        read_beir(folder)
    (folder / "qrels" / "test.tsv").write_text(QRELS)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(InputError, match=r"queries\.jsonl: no such file \(nor queries\.jsonl\.gz\)"):
        read_beir(folder)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_damaged_files_are_named(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:20] + b"\xff" + content[20:])
    with pytest.raises(InputError, match=f"{name}, line 1: not UTF-8"):
        read_beir(folder)
    (folder / name).unlink()
    (folder / f"{name}.gz").write_bytes(gzip.compress(content)[:-9])
    with pytest.raises(InputError, match=rf"{name}\.gz: not a whole gzip file"):
        read_beir(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"]),
    st.integers(0, 200),
    st.binary(max_size=6) | st.sampled_from([b"\t", b"\r\n", b'"', b"\\ud800", b"\xe2\x80\xae"]),
)
def test_whatever_is_written_into_a_file_is_read_or_named(folder, name, position, content):
    files = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    whole = files[folder / name]
    try:
        (folder / name).write_bytes(whole[:position] + content + whole[position:])
        try:
            assert len(read_beir(folder).docs) >= 1
        except InputError as error:
            assert folder.name in str(error)
    finally:
        (folder / name).write_bytes(whole)


TINY = Collection(
    "tiny",
    pd.DataFrame({"doc_id": ["d1", "d2"], "title": ["Nature", ""], "text": ["Bees\u2028make\nhoney.", "\u200fקמר"]}),
    pd.DataFrame({"query_id": ["q1", "q2"], "text": ["Wer?", "Wo?"], "human_translation": ["Who?", "Where?"]}),
    pd.DataFrame({"query_id": ["q1", "q2"], "doc_id": ["d2", "d1"], "relevance": [3, 1]}),
    "en",
    "de",
    "by hand",
    "MIT",
)


def test_what_is_written_is_read_again(tmp_path):
    TINY.to_beir(tmp_path / "tiny")
    assert sorted(path.name for path in (tmp_path / "tiny").rglob("*")) == [
        "corpus.jsonl",
        "qrels",
        "queries.jsonl",
        "test.tsv",
    ]
    again = load_collection(f"beir:{tmp_path / 'tiny'}", document_language="en", query_language="de")
    for frame in ("docs", "queries", "qrels"):
        assert getattr(again, frame).equals(getattr(TINY, frame).astype(getattr(again, frame).dtypes))


def test_a_pool_of_several_languages_is_read_again(tmp_path):
    pool = merge([load_collection("demo/en/sw"), load_collection("demo/en/so")], name="pool")
    pool.to_beir(tmp_path / "pool")
    again = read_beir(tmp_path / "pool")
    assert (again.document_language, again.query_language) == ("en", "mul")
    columns = ["query_id", "text", "language", "human_translation"]
    assert again.queries[columns].to_numpy().tolist() == pool.queries[columns].to_numpy().tolist()
    assert again.docs.to_numpy().tolist() == pool.docs.to_numpy().tolist()


def test_a_pool_in_which_some_queries_lack_a_field_is_read_again(tmp_path):
    other = replace(TINY, name="other", query_language="sw", queries=TINY.queries.drop(columns="human_translation"))
    merge([TINY, other]).to_beir(tmp_path / "pool")
    again = read_beir(tmp_path / "pool")
    assert again.queries["human_translation"].tolist() == ["Who?", "Where?", "", ""]


IDS = st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(IDS, min_size=2, max_size=5, unique=True),
    st.lists(st.text(min_size=1).filter(str.strip), min_size=5, max_size=5),
)
def test_any_ids_and_texts_are_read_again(tmp_path_factory, ids, texts):
    folder = tmp_path_factory.mktemp("any") / "tiny"
    texts = texts[: len(ids)]
    docs = pd.DataFrame({"doc_id": ids, "title": texts[::-1], "text": texts})
    queries = pd.DataFrame({"query_id": ids, "text": texts})
    qrels = pd.DataFrame({"query_id": ids, "doc_id": ids[::-1], "relevance": 2})
    replace(TINY, docs=docs, queries=queries, qrels=qrels).to_beir(folder)
    again = read_beir(folder)
    assert again.docs.to_numpy().tolist() == [[i, clean(t), clean(x)] for i, t, x in docs.to_numpy()]
    assert again.queries.to_numpy().tolist() == [[i, clean(x)] for i, x in queries.to_numpy()]
    assert again.qrels.to_numpy().tolist() == qrels.to_numpy().tolist()


def test_a_folder_that_exists_is_refused_and_an_id_with_a_tab_too(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="there is a folder that exists"):
        TINY.to_beir(tmp_path / "there")
    tabbed = Collection(
        "tabbed",
        TINY.docs.assign(doc_id=["d\t1", "d2"]),
        TINY.queries,
        TINY.qrels.assign(doc_id=["d2", "d\t1"]),
        *("en", "de", "by hand", "MIT"),
    )
    with pytest.raises(InputError, match=r"tabbed: the id 'd\\t1' holds a tab or line break"):
        tabbed.to_beir(tmp_path / "tabbed")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
