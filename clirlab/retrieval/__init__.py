"""Queries → a run: late interaction, pooled cosine, BM25; in memory, from an index on disk, over many machines; TREC
files."""

from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.build import build_index
from clirlab.retrieval.index import Index, open_index
from clirlab.retrieval.lance import build_lance, search_lance
from clirlab.retrieval.merge import merge_runs
from clirlab.retrieval.run import read_run, run_of, write_run
from clirlab.retrieval.scorers import SCORERS, maxsim, pooled
from clirlab.retrieval.search import PassageVectors, encode_passages, rank, search
from clirlab.retrieval.search_index import search_index
from clirlab.retrieval.sharded import Shard, search_sharded, shards_of
from clirlab.retrieval.topk import best_of
from clirlab.retrieval.two_stage import search_two_stage

__all__ = [
    "SCORERS",
    "Index",
    "PassageVectors",
    "Shard",
    "best_of",
    "build_index",
    "build_lance",
    "encode_passages",
    "maxsim",
    "merge_runs",
    "open_index",
    "pooled",
    "rank",
    "read_run",
    "run_of",
    "search",
    "search_bm25",
    "search_index",
    "search_lance",
    "search_sharded",
    "search_two_stage",
    "shards_of",
    "write_run",
]
