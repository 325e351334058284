"""Text pairs from bitext, lexicons and English alone; their controls, noise and budgets; query perturbations."""

from clirlab.supervision.budget import buy_bitext, buy_lexicon
from clirlab.supervision.codeswitch import code_switch, switch_titles
from clirlab.supervision.controls import english_only, misspelt, other_languages, shuffled_lexicon, shuffled_pairs
from clirlab.supervision.ibm import word_model
from clirlab.supervision.induce import induce_lexicon, links_of
from clirlab.supervision.kinds import mix, translate_words
from clirlab.supervision.noise import NOISES, add_noise, wrong_entries
from clirlab.supervision.pairs import TextPairs, code_mixing_indices, switch_counts
from clirlab.supervision.perturb import perturb
from clirlab.supervision.words import words

__all__ = [
    "NOISES",
    "TextPairs",
    "add_noise",
    "buy_bitext",
    "buy_lexicon",
    "code_mixing_indices",
    "code_switch",
    "english_only",
    "induce_lexicon",
    "links_of",
    "misspelt",
    "mix",
    "other_languages",
    "perturb",
    "shuffled_lexicon",
    "shuffled_pairs",
    "switch_counts",
    "switch_titles",
    "translate_words",
    "word_model",
    "words",
    "wrong_entries",
]
