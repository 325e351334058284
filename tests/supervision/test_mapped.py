import pandas as pd

from clirlab.corpora import Bitext, Collection, Lexicon
from clirlab.supervision import TextPairs
from clirlab.supervision.mapped import map_words


def test_words_are_mapped_and_nothing_else():
    assert map_words("¿Maji, ng'ombe?", str.upper, "x") == "¿MAJI, NG'OMBE?"
    bitext = map_words(Bitext("toy", "sw", ("maji!",), ("water!",)), str.upper, "sw-x-up")
    assert bitext == Bitext("toy (sw-x-up)", "sw-x-up", ("MAJI!",), ("water!",))
    lexicon = map_words(Lexicon("toy", "sw", {"why": ("kwa nini", "mbona")}), str.upper, "sw-x-up")
    assert lexicon == Lexicon("toy (sw-x-up)", "sw-x-up", {"why": ("KWA NINI", "MBONA")})


def test_of_switched_pairs_only_the_foreign_words():
    tags = (("sw", "en", "sw"), ("en",))
    links = (((0, 0), (1, 1), (2, 2)), ((0, 0),))
    pairs = TextPairs("toy", "sw", ("maji is uhai.", "yes"), ("water is life.", "yes"), links, tags)
    mapped = map_words(pairs, str.upper, "sw-x-up")
    assert mapped.source == ("MAJI is UHAI.", "yes")
    assert mapped.tags == (("sw-x-up", "en", "sw-x-up"), ("en",))
    assert (mapped.english, mapped.alignment, mapped.language) == (pairs.english, links, "sw-x-up")


def test_pairs_without_tags_are_foreign_throughout():
    mapped = map_words(TextPairs("toy", "sw", ("maji is",), ("water is",)), str.upper, "sw-x-up")
    assert (mapped.source, mapped.tags) == (("MAJI IS",), None)


def test_of_a_collection_the_questions_and_their_language():
    docs = pd.DataFrame({"doc_id": ["d"], "title": [""], "text": ["maji"]})
    queries = pd.DataFrame({"query_id": ["q"], "text": ["maji?"], "language": ["sw"]})
    qrels = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "relevance": [1]})
    collection = Collection("toy", docs, queries, qrels, "en", "sw", "here", "MIT")
    mapped = map_words(collection, str.upper, "sw-x-up")
    assert mapped.queries.iloc[0].tolist() == ["q", "MAJI?", "sw-x-up"]
    assert (mapped.query_language, mapped.document_language, mapped.docs) == ("sw-x-up", "en", docs)
    assert queries.iloc[0].tolist() == ["q", "maji?", "sw"]  # the old one stays
