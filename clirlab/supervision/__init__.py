"""Text pairs: code-switching, budgets in translated words, query perturbations, pseudo-languages."""

from clirlab.supervision.budget import budget, buy_bitext, buy_lexicon, translated_words
from clirlab.supervision.codeswitch import SwitchedText, code_switch
from clirlab.supervision.perturb import perturb
from clirlab.supervision.policies import is_question
from clirlab.supervision.pseudo import PseudoLanguage, pseudo_language
from clirlab.supervision.purchases import purchases
from clirlab.supervision.words import word_frequencies, words

__all__ = [
    "PseudoLanguage",
    "SwitchedText",
    "budget",
    "buy_bitext",
    "buy_lexicon",
    "code_switch",
    "is_question",
    "perturb",
    "pseudo_language",
    "purchases",
    "translated_words",
    "word_frequencies",
    "words",
]
