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
# # First steps
# **How much of an encoder's trouble with Somali questions does a little bitext mend, and what does it look like inside?**

# %% tags=["parameters"]
encoder_name: str = "e5-small"  # bundled name, local folder or hub id
collection_name: str = "demo/en/so"  # context language, question language
bitext_name: str = "demo/en/so"  # what the student learns from
budget: int = 1000  # translated words
steps: int = 30  # gradient steps
seed: int = 0  # of what is bought and of its order
interactive: bool = True  # False in batch runs

# %%
import plotly.io as pio

import clirlab as cl
from clirlab.explore import plan_explorer
from clirlab.retrieval import encode_passages, search_bm25

pio.renderers.default = "plotly_mimetype"
encoder = cl.load_encoder(encoder_name)
collection = cl.load_collection(collection_name)
whole = cl.load_bitext(bitext_name)
shown, bitext = whole.take([0]), whole.take(range(1, len(whole)))  # one pair is kept out of training, to look at
collection, bitext

# %% [markdown]
# ## Ask
# The encoder as it is, token by token (MaxSim) and with one vector a text (pooled), beside BM25, which knows no Somali.

# %%
passages = encode_passages(encoder, collection)
runs = {
    "BM25": search_bm25(collection),
    "pooled": cl.search(encoder, collection, scorer="pooled", passages=passages),
    "MaxSim": cl.search(encoder, collection, scorer="maxsim", passages=passages),
}
print(cl.format_comparison(cl.compare(runs, collection.qrels, ["RR@10", "nDCG@10"], baseline="MaxSim")))

# %% [markdown]
# ## Train
# OPTICAL: the query encoder learns to put the tokens of a sentence where the frozen encoder puts those of its translation.

# %%
trained = cl.train(encoder, bitext, objective="ot", budget=budget, seed=seed, steps=steps, progress=interactive)
trained.history.iloc[[0, -1]].round(4)

# %%
runs["OPTICAL"] = cl.search(trained.encoder, collection, document_encoder=encoder, passages=passages)
comparison = cl.compare(runs, collection.qrels, ["RR@10", "nDCG@10"], baseline="MaxSim")
print(cl.format_comparison(comparison))

# %% [markdown]
# ## Look inside
# Which English token takes how much of each foreign token's mass, before and after. Change the sentences, the method and ε.

# %%
plan_explorer(encoder, shown.source[0], shown.english[0], trained.encoder, interactive=interactive)

# %%
cl.record(gain=comparison["difference"].max(), last_loss=trained.history["loss"].iloc[-1])

# %% [markdown]
# **Seen:** bitext moves the mean up; the interval and the corrected p say whether that is more than luck, and one seed on a
# small collection says nothing about a language. The study (`make report`) repeats it with seeds, budgets and controls.
