"""Text or plans → word links, and how good they are."""

from clirlab.alignment.align import SentenceAlignment, align
from clirlab.alignment.extract import EXTRACTIONS, extract, to_words
from clirlab.alignment.measures import AlignmentScore, alignment_error_rate, score_alignment
from clirlab.alignment.scan import scan
from clirlab.alignment.setting import DEFAULT, AlignmentSetting

__all__ = [
    "DEFAULT",
    "EXTRACTIONS",
    "AlignmentScore",
    "AlignmentSetting",
    "SentenceAlignment",
    "align",
    "alignment_error_rate",
    "extract",
    "scan",
    "score_alignment",
    "to_words",
]
