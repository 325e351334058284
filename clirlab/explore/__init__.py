"""Pictures → hands: explorers for JupyterLab, each with a plain figure for where no kernel is at hand."""

from clirlab.explore.alignment import alignment_explorer
from clirlab.explore.plan import PlanSetting, plan_explorer, sentence_plan
from clirlab.explore.switch import switch_explorer

__all__ = ["PlanSetting", "alignment_explorer", "plan_explorer", "sentence_plan", "switch_explorer"]
