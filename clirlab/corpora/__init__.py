"""Text in: collections with judgments, sentence pairs, word lists."""

from clirlab.corpora.beir import read_beir
from clirlab.corpora.bitext import Bitext
from clirlab.corpora.bitexts import load_bitext, read_bitext
from clirlab.corpora.collection import Collection
from clirlab.corpora.collections import load_collection
from clirlab.corpora.example import example_folder
from clirlab.corpora.folder import read_folder
from clirlab.corpora.gold import GoldAlignment, gold_names, load_gold, read_gold, read_naacl, read_pharaoh
from clirlab.corpora.human import human_queries
from clirlab.corpora.languages import language_code, language_name
from clirlab.corpora.leakage import Overlap, overlap
from clirlab.corpora.lexicon import Lexicon
from clirlab.corpora.lexicon import merge as merge_lexicons
from clirlab.corpora.lexicons import load_lexicon, read_lexicon
from clirlab.corpora.pool import merge as merge_collections
from clirlab.corpora.pool import pooled_with

__all__ = [
    "Bitext",
    "Collection",
    "GoldAlignment",
    "Lexicon",
    "Overlap",
    "example_folder",
    "gold_names",
    "human_queries",
    "language_code",
    "language_name",
    "load_bitext",
    "load_collection",
    "load_gold",
    "load_lexicon",
    "merge_collections",
    "merge_lexicons",
    "overlap",
    "pooled_with",
    "read_beir",
    "read_bitext",
    "read_folder",
    "read_gold",
    "read_lexicon",
    "read_naacl",
    "read_pharaoh",
]
