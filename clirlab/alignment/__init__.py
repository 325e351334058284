"""Plans → word links, and how good they are."""

from clirlab.alignment.extract import EXTRACTIONS, extract, to_words
from clirlab.alignment.measures import AlignmentScore, alignment_error_rate, score_alignment

__all__ = ["EXTRACTIONS", "AlignmentScore", "alignment_error_rate", "extract", "score_alignment", "to_words"]
