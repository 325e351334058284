"""Pictures → hands: explorers for JupyterLab, each with a plain figure for where no kernel is at hand."""

from clirlab.explore.plan import plan_explorer, sentence_plan

__all__ = ["plan_explorer", "sentence_plan"]
