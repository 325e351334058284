"""A run → numbers: measures, intervals, tests, robustness, fairness, and what a gain is made of."""

from clirlab.evaluation.checks import check_qrels, check_run
from clirlab.evaluation.compare import compare, compare_scores
from clirlab.evaluation.curves import compare_robustness
from clirlab.evaluation.decompose import decompose
from clirlab.evaluation.fairness import language_bias, language_shares, peer, recall_by_language
from clirlab.evaluation.gain import GapClosed, gap_closed, specific_gain
from clirlab.evaluation.languages import LanguageSummary, summarise_languages
from clirlab.evaluation.measures import evaluate, parse_measures
from clirlab.evaluation.moves import answer_moves
from clirlab.evaluation.overlap import overlap_of_runs, rank_biased_overlap
from clirlab.evaluation.resampling import bootstrap_interval, bootstrap_means
from clirlab.evaluation.risk import geo_risk, share_harmed, u_risk
from clirlab.evaluation.robustness import Retention, retention_of
from clirlab.evaluation.saturation import BudgetCurve, WordsNeeded, fit_budget_curve, words_needed
from clirlab.evaluation.significance import (
    benjamini_hochberg,
    correct,
    effect_size,
    equivalence_test,
    holm,
    permutation_test,
    permutation_tests,
    smallest_difference,
    t_test,
)
from clirlab.evaluation.table import format_comparison

__all__ = [
    "BudgetCurve",
    "GapClosed",
    "LanguageSummary",
    "Retention",
    "WordsNeeded",
    "answer_moves",
    "benjamini_hochberg",
    "bootstrap_interval",
    "bootstrap_means",
    "check_qrels",
    "check_run",
    "compare",
    "compare_robustness",
    "compare_scores",
    "correct",
    "decompose",
    "effect_size",
    "equivalence_test",
    "evaluate",
    "fit_budget_curve",
    "format_comparison",
    "gap_closed",
    "geo_risk",
    "holm",
    "language_bias",
    "language_shares",
    "overlap_of_runs",
    "parse_measures",
    "peer",
    "permutation_test",
    "permutation_tests",
    "rank_biased_overlap",
    "recall_by_language",
    "retention_of",
    "share_harmed",
    "smallest_difference",
    "specific_gain",
    "summarise_languages",
    "t_test",
    "u_risk",
    "words_needed",
]
