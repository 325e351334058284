"""Text or plans → word links, and how good they are."""

from clirlab.alignment.align import SentenceAlignment, align
from clirlab.alignment.extract import EXTRACTIONS, extract, to_words
from clirlab.alignment.lexicon import InducedLexicon, lexicon, to_lexicon
from clirlab.alignment.measures import AlignmentScore, alignment_error_rate, score_alignment
from clirlab.alignment.scan import scan
from clirlab.alignment.setting import DEFAULT, AlignmentSetting
from clirlab.alignment.stream import align_files, pharaoh, read_pairs
from clirlab.alignment.sweep import plan_sweep

__all__ = [
    "DEFAULT",
    "EXTRACTIONS",
    "AlignmentScore",
    "AlignmentSetting",
    "InducedLexicon",
    "SentenceAlignment",
    "align",
    "align_files",
    "alignment_error_rate",
    "extract",
    "lexicon",
    "pharaoh",
    "plan_sweep",
    "read_pairs",
    "scan",
    "score_alignment",
    "to_lexicon",
    "to_words",
]
