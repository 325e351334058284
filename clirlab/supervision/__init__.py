"""Text pairs from bitext, lexicons and English alone; controls, noise, budgets; damaged queries; pseudo-languages."""

from clirlab.corpora.words import word_frequencies, words
from clirlab.supervision.budget import budget, buy_bitext, buy_lexicon, translated_words
from clirlab.supervision.codeswitch import code_switch, switch_titles
from clirlab.supervision.controls import english_only, misspelt, other_languages, shuffled_lexicon, shuffled_pairs
from clirlab.supervision.gloss import Gloss, gloss, with_native
from clirlab.supervision.glossary import Glossary, glossary
from clirlab.supervision.glossed import glossed_pairs
from clirlab.supervision.ibm import word_model
from clirlab.supervision.induce import induce_lexicon, links_of
from clirlab.supervision.kinds import mix, translate_words
from clirlab.supervision.levels import pseudo_levels, switch_levels
from clirlab.supervision.noise import NOISES, add_noise, wrong_entries
from clirlab.supervision.pairs import TextPairs, code_mixing_indices, switch_counts
from clirlab.supervision.perturb import perturb
from clirlab.supervision.policies import is_question
from clirlab.supervision.pseudo import PseudoLanguage, pseudo_language
from clirlab.supervision.purchases import purchases

__all__ = [
    "NOISES",
    "Gloss",
    "Glossary",
    "PseudoLanguage",
    "TextPairs",
    "add_noise",
    "budget",
    "buy_bitext",
    "buy_lexicon",
    "code_mixing_indices",
    "code_switch",
    "english_only",
    "gloss",
    "glossary",
    "glossed_pairs",
    "induce_lexicon",
    "is_question",
    "links_of",
    "misspelt",
    "mix",
    "other_languages",
    "perturb",
    "pseudo_language",
    "pseudo_levels",
    "purchases",
    "shuffled_lexicon",
    "shuffled_pairs",
    "switch_counts",
    "switch_levels",
    "switch_titles",
    "translate_words",
    "translated_words",
    "with_native",
    "word_frequencies",
    "word_model",
    "words",
    "wrong_entries",
]
