"""Queries → a run: late interaction, pooled cosine, BM25; TREC files."""

from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.fused import fused_maxsim
from clirlab.retrieval.run import read_run, run_of, write_run
from clirlab.retrieval.scorers import SCORERS, centred, maxsim, pooled
from clirlab.retrieval.search import PassageVectors, encode_passages, rank, search

__all__ = [
    "SCORERS",
    "PassageVectors",
    "centred",
    "encode_passages",
    "fused_maxsim",
    "maxsim",
    "pooled",
    "rank",
    "read_run",
    "run_of",
    "search",
    "search_bm25",
    "write_run",
]
