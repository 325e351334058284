"""Text pairs: code-switching, budgets in translated words, query perturbations."""

from clirlab.supervision.budget import buy_bitext, buy_lexicon
from clirlab.supervision.codeswitch import SwitchedText, code_switch
from clirlab.supervision.perturb import perturb
from clirlab.supervision.words import words

__all__ = ["SwitchedText", "buy_bitext", "buy_lexicon", "code_switch", "perturb", "words"]
