"""Queries → a run: late interaction, pooled cosine, BM25, fusion, re-ranking; TREC files."""

from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.crossencoder import CrossEncoder, load_cross_encoder
from clirlab.retrieval.fused import fused_maxsim
from clirlab.retrieval.fusion import fuse_runs
from clirlab.retrieval.qrels import read_qrels, write_qrels
from clirlab.retrieval.rerank import RERANKERS, rerank
from clirlab.retrieval.run import RunWarning, check_run, read_run, run_of, write_run
from clirlab.retrieval.scorers import SCORERS, centred, maxsim, pooled
from clirlab.retrieval.search import PassageVectors, encode_passages, rank, search
from clirlab.retrieval.terms import terms
from clirlab.retrieval.topk import best_of

__all__ = [
    "RERANKERS",
    "SCORERS",
    "CrossEncoder",
    "PassageVectors",
    "RunWarning",
    "best_of",
    "centred",
    "check_run",
    "encode_passages",
    "fuse_runs",
    "fused_maxsim",
    "load_cross_encoder",
    "maxsim",
    "pooled",
    "rank",
    "read_qrels",
    "read_run",
    "rerank",
    "run_of",
    "search",
    "search_bm25",
    "terms",
    "write_qrels",
    "write_run",
]
