import pytest

from clirlab.corpora import Bitext, load_bitext, load_collection
from clirlab.corpora.sentence_pool import sentence_pool
from clirlab.errors import InputError


def test_the_demo_has_the_same_sentences_in_every_language():
    pool = load_collection("demo-pool/en+de+so/sw")
    sizes = pool.docs.groupby("language").size()
    assert sizes.to_dict() == {"de": len(pool.queries), "en": len(pool.queries), "so": len(pool.queries)}
    assert (pool.qrels.groupby("query_id").size() == 3).all()
    swahili = load_bitext("demo/en/sw")
    texts = pool.docs.set_index("doc_id")["text"]
    for query in pool.queries.head(20).itertuples():
        number = query.query_id.removeprefix("q")
        assert swahili.english[swahili.source.index(query.text)] == texts[f"en-{number}"]
    german = load_bitext("demo/en/de")
    assert texts["de-7"] == german.source[german.english.index(texts["en-7"])]


def test_only_what_all_have_is_taken():
    swahili = Bitext("a", "sw", ("Maji.", "Moto."), ("Water.", "Fire."))
    german = Bitext("b", "de", ("Feuer.", "Erde."), ("Fire.", "Earth."))
    pool = sentence_pool({"sw": swahili, "de": german}, "sw", ["de", "en"], "toy")
    assert pool.queries["text"].tolist() == ["Moto."] and pool.docs["text"].tolist() == ["Feuer.", "Fire."]
    with pytest.raises(InputError, match="no English sentence is in the bitexts of all of sw, de"):
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
