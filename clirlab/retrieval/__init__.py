"""Queries → a run: late interaction, pooled cosine, BM25, fusion, re-ranking; in memory, on disk, over machines."""

from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.build import build_index
from clirlab.retrieval.crossencoder import CrossEncoder, load_cross_encoder
from clirlab.retrieval.explain import contributions, explain_maxsim
from clirlab.retrieval.fused import fused_maxsim
from clirlab.retrieval.fusion import fuse_runs
from clirlab.retrieval.index import Index, open_index
from clirlab.retrieval.lance import build_lance, search_lance
from clirlab.retrieval.merge import merge_runs
from clirlab.retrieval.psq import search_psq
from clirlab.retrieval.qrels import read_qrels, write_qrels
from clirlab.retrieval.rerank import RERANKERS, rerank
from clirlab.retrieval.run import read_run, run_of, write_run
from clirlab.retrieval.scorers import SCORERS, centred, maxsim, pooled
from clirlab.retrieval.search import PassageVectors, Vectors, encode_passages, rank, search
from clirlab.retrieval.search_index import search_index
from clirlab.retrieval.sharded import Shard, search_sharded, shards_of
from clirlab.retrieval.terms import terms
from clirlab.retrieval.topk import best_of
from clirlab.retrieval.two_stage import search_two_stage

__all__ = [
    "RERANKERS",
    "SCORERS",
    "CrossEncoder",
    "Index",
    "PassageVectors",
    "Shard",
    "Vectors",
    "best_of",
    "build_index",
    "build_lance",
    "centred",
    "contributions",
    "encode_passages",
    "explain_maxsim",
    "fuse_runs",
    "fused_maxsim",
    "load_cross_encoder",
    "maxsim",
    "merge_runs",
    "open_index",
    "pooled",
    "rank",
    "read_qrels",
    "read_run",
    "rerank",
    "run_of",
    "search",
    "search_bm25",
    "search_index",
    "search_lance",
    "search_psq",
    "search_sharded",
    "search_two_stage",
    "shards_of",
    "terms",
    "write_qrels",
    "write_run",
]
