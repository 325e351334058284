# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Code-switching
# **What does a dictionary make of English training text, how much of the language is then in it, and what does it cost?**

# %% tags=["parameters"]
lexicon_name: str = "demo/en/sw"  # an id, or a .tsv file with English, tab, translation
bitext_name: str = "demo/en/sw"  # its English side is what is switched
collection_name: str = "demo/en/sw"  # whose questions' words should be covered
language: str = "sw"  # of the questions; its script must be one that respelling knows
text: str = "Where does the old woman sell fresh tomatoes on market days?"  # a text to look at
probabilities: list = [0.1, 0.25, 0.5, 0.75, 1.0]  # of a word to be switched
budgets: list = [100, 250, 500, 1000]  # translated words that may be bought
dials: list = [0.25, 0.5, 1.0]  # how far a pseudo-language is from the real one
seed: int = 0  # of which words are drawn
interactive: bool = True  # False in batch runs

# %%
import plotly.io as pio

import clirlab as cl
from clirlab.explore import switch_explorer
from clirlab.supervision import budget, buy_lexicon, pseudo_levels, purchases, switch_levels

pio.renderers.default = "plotly_mimetype"
lexicon = cl.load_lexicon(lexicon_name)
bitext = cl.load_bitext(bitext_name)
questions = cl.load_collection(collection_name).queries["text"].tolist()
lexicon, bitext

# %% [markdown]
# ## One text
# Each switched word with the English that it stands for. Change the text, the probability and the seed.

# %%
switch_explorer(text, lexicon, seed=seed, interactive=interactive)

# %% [markdown]
# ## Rate, mixing, cost and coverage
# switched: share of the words; mixing: code-mixing index (CMI); words: dictionary entries used, in words; coverage: share of
# the questions' words that the switched text holds.

# %%
levels = switch_levels(bitext.english, lexicon, probabilities, questions, seed)
levels.round(2)

# %% [markdown]
# ## The same number of translated words, spent on sentences or on a dictionary
# What each budget buys: sentence pairs, or dictionary entries of words that the sentences use, both in random order.

# %%
bought = {f"sentences, {words} words": budget(bitext, words, seed) for words in budgets} | {
    f"dictionary, {words} words": buy_lexicon(lexicon, bitext.english, words, seed) for words in budgets
}
spent = purchases(bought, questions)
spent.round(2)

# %% [markdown]
# ## Languages that nobody speaks
# The first question, respelled by each dial of a pseudo-language alone and by all: how far can a language be, and how many
# of its words are others then?

# %%
respelled = pseudo_levels(questions, language, dials, seed)
respelled.round(2)

# %%
cl.record(switched=levels["switched"].max(), words=levels["words"].max(), coverage=spent["token_coverage"].max())

# %% [markdown]
# **Seen:** the code-mixing index is highest near one word in two and falls when nearly all are switched, for it measures mixing
# and not distance. Five words in six can be switched, but the questions' words are covered far less: a dictionary has one form
# of each word, and Swahili inflects. For the same number of translated words, running sentences cover at least as many of the
# questions' words as dictionary entries do, for they hold the frequent small ones.
