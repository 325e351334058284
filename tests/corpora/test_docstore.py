import pytest

from clirlab.corpora import docstore
from clirlab.corpora.docstore import Passage, RepeatedId, file_key, stored
from clirlab.errors import InputError

BEES, MOON = Passage("d1", "Nature", "Bees make honey."), Passage("d2", "", "The moon is far away.")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CLIRLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def refuse():
    raise AssertionError("read a second time")


def test_passages_are_read_once_and_again_when_the_key_changes():
    first = stored("bees", {"size": 1}, lambda: [BEES, MOON])
    assert first.to_numpy().tolist() == [list(BEES[:3]), list(MOON[:3])]
    assert stored("bees", {"size": 1}, refuse).equals(first)
    assert stored("bees", {"size": 2}, lambda: [MOON])["doc_id"].tolist() == ["d2"]
    assert stored("bees", {"size": 2}, refuse)["doc_id"].tolist() == ["d2"]
    assert len(first) == 2  # what was opened before stays as it was


def test_other_names_are_other_files(cache):
    stored("bees", {}, lambda: [BEES])
    stored("moon", {}, lambda: [MOON])
    assert stored("bees", {}, refuse)["doc_id"].tolist() == ["d1"]
    assert len(list((cache / "corpora").iterdir())) == 2


def test_many_chunks_are_one_frame(monkeypatch):
    monkeypatch.setattr(docstore, "CHUNK", 3)
    frame = stored("many", {}, lambda: (Passage(f"d{n}", "", f"text {n}") for n in range(10)))
    assert frame["doc_id"].tolist() == [f"d{n}" for n in range(10)]
    assert frame["text"].tolist() == [f"text {n}" for n in range(10)]


def test_the_language_is_a_column_where_a_passage_has_one():
    assert "language" not in stored("one", {}, lambda: [BEES])
    assert stored("two", {}, lambda: [BEES._replace(language="en"), MOON])["language"].tolist() == ["en", ""]


def test_a_damaged_file_is_made_anew(cache):
    stored("bees", {}, lambda: [BEES])
    (file,) = (cache / "corpora").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert stored("bees", {}, lambda: [BEES])["doc_id"].tolist() == ["d1"]


def test_a_repeated_id_or_an_empty_corpus_is_an_error_and_nothing_is_kept(cache):
    with pytest.raises(RepeatedId, match="bees: the id 'd1' occurs twice") as caught:
        stored("bees", {}, lambda: [BEES, MOON, BEES])
    assert caught.value.doc_id == "d1"
    with pytest.raises(InputError, match="bees: no passages"):
        stored("bees", {}, list)
    assert list((cache / "corpora").iterdir()) == []


def test_what_fails_half_way_leaves_what_was_there(cache):
    def half():
        yield BEES
        raise InputError("line 2 is wrong")

    stored("bees", {"size": 1}, lambda: [MOON])
    with pytest.raises(InputError, match="line 2 is wrong"):
        stored("bees", {"size": 2}, half)
    assert stored("bees", {"size": 1}, refuse)["doc_id"].tolist() == ["d2"]
    assert len(list((cache / "corpora").iterdir())) == 1


def test_a_cache_that_cannot_be_written_names_the_remedy_before_anything_is_read(cache):
    cache.write_text("a file, no folder")
    with pytest.raises(InputError, match="corpora: no folder that can be written; set CLIRLAB_CACHE to one"):
        stored("bees", {}, refuse)


def test_the_key_of_a_file_changes_with_it(tmp_path):
    path = tmp_path / "corpus"
    path.write_text("a")
    before = file_key(path)
    assert file_key(path) == before
    path.write_text("ab")
    assert file_key(path) != before
