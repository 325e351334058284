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
# # Inside a ranking
# **Which token of a question finds which token of a passage, and what happened where training moved the right passage?**

# %% tags=["parameters"]
encoder_name: str = "e5-small"  # bundled name, local folder or hub id
collection_name: str = "demo/en/sw"  # context language, question language
bitext_name: str = "demo/en/sw"  # what the student learns from
queries: int = 168  # how many are asked at most
moved: int = 0  # which of the answers that moved is looked at, from 0, the one that moved most
budget: int = 1000  # translated words
steps: int = 20  # gradient steps
depth: int = 20  # passages that transport ranks anew
seed: int = 0  # of what is bought and of the queries that are drawn
interactive: bool = True  # False in batch runs

# %%
import pandas as pd
import plotly.io as pio

import clirlab as cl
from clirlab.evaluation import answer_moves
from clirlab.explore import ranking_explorer
from clirlab.figures import token_figure
from clirlab.retrieval import contributions, encode_passages, explain_maxsim, rerank

pio.renderers.default = "plotly_mimetype"
encoder = cl.load_encoder(encoder_name)
whole = cl.load_collection(collection_name)
collection = whole.sample(min(queries, len(whole.queries)), seed=seed)
collection

# %% [markdown]
# ## Who moved?
# The ranks of the right passages before and after training, those that moved most first.

# %%
trained = cl.train(encoder, cl.load_bitext(bitext_name), budget=budget, seed=seed, steps=steps, progress=interactive)
passages = encode_passages(encoder, collection)
runs = {
    "before": cl.search(encoder, collection, passages=passages),
    "after": cl.search(trained.encoder, collection, document_encoder=encoder, passages=passages),
}
moves = answer_moves(runs["before"], runs["after"], collection.qrels)
moves.merge(collection.queries[["query_id", "text"]], on="query_id").head(8)

# %%
students = {"before": encoder, "after": trained.encoder}
ranking_explorer(collection, runs, students, document_encoder=encoder, interactive=interactive)

# %% [markdown]
# ## Which token finds which?
# MaxSim adds, for each token of the question, its similarity to the nearest token of the passage.

# %%
query_id, doc_id = moves.loc[moved, ["query_id", "doc_id"]]
question = collection.queries.set_index("query_id").loc[query_id, "text"]
passage = encoder.encode([collection.docs.set_index("doc_id").loc[doc_id, "text"]], kind="passage")
found = {name: explain_maxsim(one.encode([question], kind="query"), passage) for name, one in students.items()}
found["before"].merge(found["after"], on=["i", "token"], suffixes=(" before", " after"))[
    ["token", "found before", "score before", "found after", "score after"]
].round(2)

# %% [markdown]
# ## What each token of the passage gave to its score

# %%
tokens = {name: contributions(one, passage.content(0)[0]).assign(panel=name) for name, one in found.items()}
token_figure(pd.concat(tokens), unit="similarity")

# %% [markdown]
# ## MaxSim against transport
# In MaxSim many tokens may find the same one; transport gives each passage token only so much to be found with.

# %%
runs["transport"] = rerank(
    runs["after"], collection, "transport", depth=depth, encoder=trained.encoder, document_encoder=encoder
)
comparison = cl.compare(runs, collection.qrels, ["RR@10"], baseline="before")
print(cl.format_comparison(comparison))

# %%
cl.record(
    helped=int((moves["gain"] > 0).sum()), harmed=int((moves["gain"] < 0).sum()), gain=comparison["difference"].max()
)

# %% [markdown]
# **Seen:** training helps about two answers for each one that it harms, and the mean moves by less than this collection can show.
# Many tokens of a question find the same few fragments of the passage (`s`, `ies`): their similarities are all near .75, and what
# decides between passages are the few that differ. Transport, which forbids that, ranks no better with vectors that are not
# centred.
