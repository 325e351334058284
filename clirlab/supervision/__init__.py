"""Text pairs: code-switching, budgets in translated words, query perturbations."""

from clirlab.supervision.budget import buy_bitext, buy_lexicon
from clirlab.supervision.codeswitch import code_switch, switch_titles
from clirlab.supervision.pairs import TextPairs, code_mixing_indices, switch_counts
from clirlab.supervision.perturb import perturb
from clirlab.supervision.words import words

__all__ = [
    "TextPairs",
    "buy_bitext",
    "buy_lexicon",
    "code_mixing_indices",
    "code_switch",
    "perturb",
    "switch_counts",
    "switch_titles",
    "words",
]
