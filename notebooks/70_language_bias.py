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
# # Language bias
# **Where the same answer is there in several languages, does its language decide how high it ranks, and does training change that?**

# %% tags=["parameters"]
encoder_name: str = "e5-small"  # bundled name, local folder or hub id
collection_name: str = "demo-pool/en+de+tl+so/sw"  # languages of the pool, language asked in; or xquad_r/en+de+ar/hi
bitext_name: str = "demo/en/sw"  # what the student learns from
queries: int = 60  # how many are asked at most
first: int = 10  # documents of a ranking that count
budget: int = 1000  # translated words
steps: int = 20  # gradient steps
seed: int = 0  # of what is bought and of the queries that are drawn
interactive: bool = True  # False in batch runs

# %%
import pandas as pd
import plotly.io as pio

import clirlab as cl
from clirlab.evaluation import language_shares, peer, recall_by_language
from clirlab.figures import peer_figure, shares_figure
from clirlab.retrieval import encode_passages

pio.renderers.default = "plotly_mimetype"
encoder = cl.load_encoder(encoder_name)
whole = cl.load_collection(collection_name)
collection = whole.sample(min(queries, len(whole.queries)), seed=seed)
collection

# %% [markdown]
# ## Ask
# Every question has answers in each language of the pool. `trained` learnt from sentences of the language asked in; in the
# demo's pool they are these very sentences, so that only the balance of languages says something.

# %%
passages = encode_passages(encoder, collection)
trained = cl.train(encoder, cl.load_bitext(bitext_name), budget=budget, seed=seed, steps=steps, progress=interactive)
runs = {
    "pooled": cl.search(encoder, collection, scorer="pooled", passages=passages),
    "MaxSim": cl.search(encoder, collection, passages=passages),
    "trained": cl.search(trained.encoder, collection, document_encoder=encoder, passages=passages),
}

# %% [markdown]
# ## What is found first
# The share of each language among the first documents, less its share in the pool: 0 where language plays no part.

# %%
shares = pd.concat([language_shares(run, collection.docs, first).assign(system=name) for name, run in runs.items()])
shares_figure(shares)

# %% [markdown]
# ## Equal chances?
# PEER: the probability that equally relevant documents of all languages are ranked alike; near 1 is fair.

# %%
fairness = pd.concat([peer(run, collection.qrels, collection.docs).assign(system=name) for name, run in runs.items()])
peer_figure(fairness)

# %%
recall = pd.concat(
    [
        recall_by_language(run, collection.qrels, collection.docs, first).assign(system=name)
        for name, run in runs.items()
    ]
)
recall.pivot(index="language", columns="system", values="recall")[list(runs)].round(3)

# %%
largest = shares.groupby(["system", "language"])["bias"].mean()
cl.record(peer=fairness["peer"].mean(), largest_bias=largest.max(), favoured=largest.idxmax()[1])

# %% [markdown]
# **Seen:** the encoder finds Tagalog answers to Swahili questions first, well beyond their share of the pool, and English ones
# least, though English is what it knows best: it ranks by likeness of writing too. Training towards English takes places from
# German and Somali and gives English none of Tagalog's. In the demo the student learnt from these very sentences, and answers
# are translations; `xquad_r/…` has questions and answers.
