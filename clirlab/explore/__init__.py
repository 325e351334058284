"""Pictures → hands: explorers for JupyterLab, each with a plain figure for where no kernel is at hand."""

from clirlab.explore.alignment import alignment_explorer, sentence_errors, sentence_links
from clirlab.explore.plan import PlanSetting, plan_explorer, sentence_plan
from clirlab.explore.ranking import query_changes, ranking_explorer, top_documents
from clirlab.explore.robustness import View, query_pairs, robustness_explorer, view_curves
from clirlab.explore.switch import switch_explorer, switched_words

__all__ = [
    "PlanSetting",
    "View",
    "alignment_explorer",
    "plan_explorer",
    "query_changes",
    "query_pairs",
    "ranking_explorer",
    "robustness_explorer",
    "sentence_errors",
    "sentence_links",
    "sentence_plan",
    "switch_explorer",
    "switched_words",
    "top_documents",
    "view_curves",
]
