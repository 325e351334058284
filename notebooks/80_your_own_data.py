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
# # Your own data
# **You have a folder of texts and some questions in another language: what does the lab find, and can it do better?**

# %% [markdown]
# The folder holds `.txt` files and a `questions.csv` with the columns `question` and `file` (the text that answers it); a
# spreadsheet's *CSV UTF-8* is right. Without a folder, an example is written to `example_texts`, to look at and to copy from.

# %% tags=["parameters"]
folder: str = ""  # yours; empty for the example
document_language: str = "en"  # of the texts
query_language: str = "de"  # of the questions
bitext_name: str = "demo/en/de"  # sentence pairs to learn from: an id, or a .tsv file with English, tab, translation
encoder_name: str = "e5-small"  # bundled name, local folder or hub id
budget: int = 1000  # translated words
steps: int = 20  # gradient steps
seed: int = 0  # of what is bought and of its order
interactive: bool = True  # False in batch runs

# %%
import plotly.io as pio

import clirlab as cl
from clirlab.corpora import example_folder
from clirlab.explore import ranking_explorer
from clirlab.figures import forest_figure
from clirlab.retrieval import encode_passages, search_bm25

pio.renderers.default = "plotly_mimetype"
place = folder or example_folder("example_texts")
collection = cl.load_collection(f"folder:{place}", document_language=document_language, query_language=query_language)
collection

# %% [markdown]
# ## Was everything read?

# %%
print(dict(collection.counts) or "nothing was left out")
collection.describe().round(1)

# %%
collection.queries.merge(collection.qrels, on="query_id").head(10)

# %% [markdown]
# ## Ask
# The encoder as it is, token by token (MaxSim) and with one vector a text (pooled), and BM25, which matches words and knows
# no other language.

# %%
encoder = cl.load_encoder(encoder_name)
passages = encode_passages(encoder, collection)
runs = {
    "BM25": search_bm25(collection),
    "pooled": cl.search(encoder, collection, scorer="pooled", passages=passages),
    "MaxSim": cl.search(encoder, collection, passages=passages),
}
print(cl.format_comparison(cl.compare(runs, collection.qrels, ["RR@10", "Success@1"], baseline="MaxSim")))

# %% [markdown]
# ## Learn from sentence pairs

# %%
trained = cl.train(encoder, cl.load_bitext(bitext_name), budget=budget, seed=seed, steps=steps, progress=interactive)
runs["trained"] = cl.search(trained.encoder, collection, document_encoder=encoder, passages=passages)
comparison = cl.compare(runs, collection.qrels, ["RR@10", "Success@1"], baseline="MaxSim")
forest_figure(comparison, title="differences to MaxSim")

# %% [markdown]
# ## What it found
# One question before and after: what moved, which texts are right, and which of their words made the score.

# %%
shown = {"MaxSim": runs["MaxSim"], "trained": runs["trained"]}
students = {"MaxSim": encoder, "trained": trained.encoder}
ranking_explorer(collection, shown, students, document_encoder=encoder, interactive=interactive)

# %%
cl.record(texts=len(collection.docs), questions=len(collection.queries), best=comparison["mean"].max())

# %% [markdown]
# **Seen:** in the example MaxSim puts the right text first for nearly nine German questions in ten; BM25, which shares only names
# and numbers with them, for one in twenty-six. Twenty texts are too few to show what training changes: the column *can show* says
# how large a difference would have to be.
