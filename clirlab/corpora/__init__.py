"""Text in: collections with judgments, sentence pairs, word lists."""

from clirlab.corpora.bitext import Bitext, load_bitext, read_bitext
from clirlab.corpora.collection import Collection
from clirlab.corpora.collections import load_collection
from clirlab.corpora.gold import GoldAlignment, gold_names, load_gold, read_gold, read_naacl, read_pharaoh
from clirlab.corpora.lexicon import Lexicon, load_lexicon, read_lexicon

__all__ = [
    "Bitext",
    "Collection",
    "GoldAlignment",
    "Lexicon",
    "gold_names",
    "load_bitext",
    "load_collection",
    "load_gold",
    "load_lexicon",
    "read_bitext",
    "read_gold",
    "read_lexicon",
    "read_naacl",
    "read_pharaoh",
]
