"""Text in: collections with judgments, sentence pairs, word lists."""

from clirlab.corpora.bitext import Bitext
from clirlab.corpora.bitexts import load_bitext, read_bitext
from clirlab.corpora.collection import Collection
from clirlab.corpora.collections import load_collection
from clirlab.corpora.gold import GoldAlignment, gold_names, load_gold, read_gold, read_naacl, read_pharaoh
from clirlab.corpora.leakage import Overlap, overlap
from clirlab.corpora.lexicon import Lexicon, merge
from clirlab.corpora.lexicons import load_lexicon, read_lexicon

__all__ = [
    "Bitext",
    "Collection",
    "GoldAlignment",
    "Lexicon",
    "Overlap",
    "gold_names",
    "load_bitext",
    "load_collection",
    "load_gold",
    "load_lexicon",
    "merge",
    "overlap",
    "read_bitext",
    "read_gold",
    "read_lexicon",
    "read_naacl",
    "read_pharaoh",
]
