"""Small files in each data set's own format, laid where ir-datasets keeps what it has fetched."""

import gzip
import json
import logging
import sys

import pytest

from clirlab.corpora import load_collection
from clirlab.errors import InputError

pytest.importorskip("ir_datasets")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder of ir-datasets, which reads its place when it is imported."""
    for module in [name for name in sys.modules if name.split(".")[0] == "ir_datasets"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setenv("IR_DATASETS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IR_DATASETS_DL_TRIES", "1")
    monkeypatch.setenv("CLIRLAB_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "home"
    for module in [name for name in sys.modules if name.split(".")[0] == "ir_datasets"]:
        del sys.modules[module]
    logging.disable(logging.NOTSET)


def lay(home, files):
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


MMARCO = {
    "mmarco/v2/german_collection.tsv": "0\tBienen machen Honig.\n1\tDer Mond ist weit.\n2\tNiemand fragt.\n",
    "mmarco/v2/german.queries.dev.tsv": "7\tWer macht Honig?\n8\tWo?\n9\tWann?\n",
    "mmarco/qrels.dev.small.tsv": "7\t0\t0\t1\n8\t0\t1\t1\n",
    "mmarco/qrels.dev.tsv": "7 0 0 1\n8 0 1 1\n9 0 2 1\n",
}


def test_mmarco(home):
    lay(home, MMARCO)
    found = load_collection("irds:mmarco/v2/de/dev/small")
    assert repr(found) == "Collection(irds:mmarco/v2/de/dev/small: 3 documents (de), 2 queries (de), 2 judgments)"
    assert found.docs.to_numpy().tolist()[0] == ["0", "", "Bienen machen Honig."]
    assert found.queries.to_numpy().tolist() == [["7", "Wer macht Honig?"], ["8", "Wo?"]]
    assert found.qrels.to_numpy().tolist() == [["7", "0", 1], ["8", "1", 1]]
    assert found.source == "ir-datasets mmarco/v2/de/dev/small"
    assert found.licence == "see https://ir-datasets.com/mmarco.html"
    # the other parts share the stored passages
    assert len(load_collection("irds:mmarco/v2/de/dev").queries) == 3
    assert len(list((home.parent / "cache" / "corpora").iterdir())) == 1


def test_mmarco_calls_dutch_dt(home):
    lay(home, {name.replace("german", "dutch"): content for name, content in MMARCO.items()})
    assert load_collection("irds:mmarco/v2/dt/dev/small").document_language == "nl"


def test_wikiclir_has_english_queries_and_graded_judgments(home):
    lay(
        home / "wikiclir" / "source" / "wiki-clir",
        {
            "english/wiki_en.queries": "7\tBee\tA bee is an insect.\n8\tMoon\tThe moon.\n",
            "swahili/wiki_sw.documents": "3\tNyuki\tNyuki ni mdudu.\n4\tMwezi\tMwezi ni mbali.\n",
            "swahili/en2sw.rel": "7\t3\t2\n7\t4\t1\n8\t9\t2\n",
        },
    )
    found = load_collection("irds:wikiclir/sw")
    assert found.docs.to_numpy().tolist() == [["3", "Nyuki", "Nyuki ni mdudu."], ["4", "Mwezi", "Mwezi ni mbali."]]
    assert found.queries[["query_id", "text"]].to_numpy().tolist() == [["7", "Bee"]]
    assert found.with_queries("first_sent").queries["text"].tolist() == ["A bee is an insect."]
    assert found.qrels.to_numpy().tolist() == [["7", "3", 2], ["7", "4", 1]]
    assert (found.document_language, found.query_language) == ("sw", "en")
    assert found.counts == {"judgments of a document or query that is not there": 1}


def test_clirmatrix(home):
    queries = [
        {"src_id": "7", "src_query": "nyuki", "tgt_results": [["3", 6], ["4", 0], ["3", 2]]},
        {"src_id": "8", "src_query": "mwezi", "tgt_results": [["4", 5], ["99", 1]]},
        {"src_id": "9", "src_query": " ", "tgt_results": [["4", 5]]},
    ]
    packed = "\n".join(map(json.dumps, queries))
    place = {"url": "http://localhost/none", "expected_md5": "0"}
    downloads = {
        "clirmatrix_docs": {"docs/en": {**place, "cache_path": "en.tsv.gz"}},
        "clirmatrix_bi139_base": {"queries/sw_en/test1": {**place, "cache_path": "sw_en.jl.gz"}},
    }
    lay(
        home / "clirmatrix",
        {
            "clirmatrix_downloads.json.gz": gzip.compress(json.dumps(downloads).encode()),
            "en.tsv.gz": gzip.compress(b"3\tBees make honey.\n4\tThe moon is far.\n"),
            "sw_en.jl.gz": gzip.compress(packed.encode()),
        },
    )
    found = load_collection("irds:clirmatrix/en/bi139-base/sw/test1")
    assert found.docs["text"].tolist() == ["Bees make honey.", "The moon is far."]
    assert found.queries.to_numpy().tolist() == [["7", "nyuki"], ["8", "mwezi"]]
    assert found.qrels.to_numpy().tolist() == [["7", "3", 6], ["8", "4", 5]]
    assert (found.document_language, found.query_language) == ("en", "sw")
    assert found.counts == {
        "judgments below 1": 1,
        "judgments made twice": 1,
        "judgments of a document or query that is not there": 2,
    }


def test_ms_marco(home):
    lay(
        home / "msmarco-passage",
        {
            "irds_version.txt": "v2",
            "collection.tsv": "0\tBees make honey.\n1\tThe moon is far.\n",
            "dev/small/queries.tsv": "7\twho makes honey\n",
            "dev/small/qrels": "7\t0\t0\t1\n",
        },
    )
    found = load_collection("irds:msmarco-passage/dev/small")
    assert repr(found) == "Collection(irds:msmarco-passage/dev/small: 2 documents (en), 1 queries (en), 1 judgments)"


def test_a_changed_corpus_is_read_again(home):
    lay(home, MMARCO)
    load_collection("irds:mmarco/v2/de/dev/small")
    lay(home, {"mmarco/v2/german_collection.tsv": "0\tA.\n1\tB.\n2\tC.\n3\tD.\n"})
    assert len(load_collection("irds:mmarco/v2/de/dev/small").docs) == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("mmarco/v2/german_collection.tsv", "0\tBienen.\n1\n", "document 2 cannot be read"),
        ("mmarco/v2/german_collection.tsv", b"0\tBienen.\n1\t\xff\n", "document 1 cannot be read .*utf-8"),
        ("mmarco/v2/german_collection.tsv", "0\tBienen.\n0\tMond.\n", "the id '0' occurs twice"),
        ("mmarco/v2/german_collection.tsv", "", "no passages"),
        ("mmarco/v2/german.queries.dev.tsv", "7\n", "irds:mmarco/v2/de/dev/small: query 1 cannot be read"),
        ("mmarco/qrels.dev.small.tsv", "7\t0\n", "irds:mmarco/v2/de/dev/small: judgment 1 cannot be read"),
        ("mmarco/qrels.dev.small.tsv", "6\t0\t0\t1\n", "the collection has no queries"),
    ],
)
def test_a_bad_file_is_named(home, name, content, message):
    lay(home, {**MMARCO, name: content})
    with pytest.raises(InputError, match=message) as caught:
        load_collection("irds:mmarco/v2/de/dev/small")
    assert "mmarco" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wikiclir/sww", "unknown data set of ir-datasets 'wikiclir/sww'; did you mean 'wikiclir/sw'"),
        ("mmarco/v2/de", "irds:mmarco/v2/de: the data set has no queries and no qrels; give one of its parts"),
    ],
)
def test_an_id_that_cannot_be_a_collection_is_refused(home, name, message):
    with pytest.raises(InputError, match=message):
        load_collection(f"irds:{name}")


def test_without_the_library_its_installation_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_datasets", None)
    with pytest.raises(InputError, match=r"ir-datasets is not installed: pip install 'clirlab\[irds\]'"):
        load_collection("irds:wikiclir/sw")
