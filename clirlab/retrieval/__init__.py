"""Queries → a run: late interaction, pooled cosine, BM25; TREC files."""

from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.psq import search_psq
from clirlab.retrieval.run import read_run, run_of, write_run
from clirlab.retrieval.scorers import SCORERS, maxsim, pooled
from clirlab.retrieval.search import PassageVectors, encode_passages, rank, search

__all__ = [
    "SCORERS",
    "PassageVectors",
    "encode_passages",
    "maxsim",
    "pooled",
    "rank",
    "read_run",
    "run_of",
    "search",
    "search_bm25",
    "search_psq",
    "write_run",
]
