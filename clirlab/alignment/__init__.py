"""Plans → word links, and how good they are."""

from clirlab.alignment.extract import extract, to_words
from clirlab.alignment.measures import AlignmentScore, alignment_error_rate

__all__ = ["AlignmentScore", "alignment_error_rate", "extract", "to_words"]
