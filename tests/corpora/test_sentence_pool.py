import pytest

from clirlab.corpora import Bitext, load_bitext, load_collection
from clirlab.corpora.sentence_pool import sentence_pool
from clirlab.errors import InputError


def test_the_demo_has_the_same_sentences_in_every_language():
    pool = load_collection("demo-pool/en+de+so/sw")
    sizes = pool.docs.groupby("language").size()
    sentences = 2 * len(pool.queries)
    assert sizes.to_dict() == dict.fromkeys(["de", "en", "so"], sentences) and sentences > 200
    assert (pool.qrels.groupby("query_id").size() == 6).all()
    swahili = load_bitext("demo/en/sw")
    texts = pool.docs.set_index("doc_id")["text"]
    for query in pool.queries.head(20).itertuples():
        number = int(query.query_id.removeprefix("q"))
        english = [texts[f"en-{2 * number - 1}"], texts[f"en-{2 * number}"]]
        assert query.text == " ".join(swahili.source[swahili.english.index(text)] for text in english)
        judged = pool.qrels.loc[pool.qrels["query_id"] == query.query_id, "doc_id"]
        assert set(english) <= set(texts[judged])
    german = load_bitext("demo/en/de")
    assert texts["de-7"] == german.source[german.english.index(texts["en-7"])]


def test_only_what_all_have_is_taken():
    swahili = Bitext("a", "sw", ("Maji.", "Moto.", "Dunia."), ("Water.", "Fire.", "Earth."))
    german = Bitext("b", "de", ("Feuer.", "Erde."), ("Fire.", "Earth."))
    pool = sentence_pool({"sw": swahili, "de": german}, "sw", ["de", "en"], "toy")
    assert pool.queries["text"].tolist() == ["Moto. Dunia."]
    assert pool.docs["text"].tolist() == ["Feuer.", "Erde.", "Fire.", "Earth."]
    with pytest.raises(InputError, match="fewer than 2 English sentences are in the bitexts of all of sw, de"):
        sentence_pool({"sw": swahili.take([0]), "de": german}, "sw", ["de", "en"], "toy")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("demo-pool/sw+de/sw", "two languages or more, and none that the questions are in; got sw.de asked in sw"),
        ("demo-pool/en/sw", "two languages or more"),
        ("demo-pool/en+xx/sw", "unknown demo language of sentences 'xx'"),
        ("demo-pool/sw", "'demo-pool/sw' is not of the form"),
    ],
)
def test_a_pool_that_says_nothing_is_refused(name, message):
    with pytest.raises(InputError, match=message):
        load_collection(name)
