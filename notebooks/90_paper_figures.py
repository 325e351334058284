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
# # Paper figures
# **A study is done: where are its figures and tables, as a paper takes them?**

# %% [markdown]
# Without a run of your own, a study of a minute is run into `runs/demo-notebook`; a second time nothing is left to do. For a
# run that is there give its folder and the study that it is of, such as `runs/demo` and `demo` after `make report`.

# %% tags=["parameters"]
run: str = "runs/demo-notebook"  # a run folder; what is missing in it is run
study: str = "demo-notebook"  # name of a study or a YAML file
out: str = "figures"  # folder for the files
formats: list = ["pdf", "svg", "png", "tex", "csv"]  # also html, md
width: str = "double"  # column of the paper, or single
interactive: bool = True  # False in batch runs

# %%

import pandas as pd
import plotly.io as pio

import clirlab as cl
from clirlab.figures import latex_table
from clirlab.study import pictures_of, write_figures

pio.renderers.default = "plotly_mimetype"
results = cl.run_study(study, run, progress=interactive)
pictures = {picture.name: picture for picture in pictures_of(results)}
pd.DataFrame([(picture.name, picture.title) for picture in pictures.values()], columns=["figure", "title"])

# %% [markdown]
# ## All of it
# Vector figures with text as text, PNG at 300 dpi, LaTeX tables (booktabs) and the numbers; `index.html` shows them all.

# %%
written = write_figures(results, out, formats, width)
pd.DataFrame([(path.name, round(path.stat().st_size / 1024, 1)) for path in written], columns=["file", "KiB"])

# %% [markdown]
# ## One of them, on the screen and on the page
# Both are drawn from the same numbers.

# %%
pictures["overview"].screen()

# %%
pictures["budget"].page(width=width)

# %%
print(latex_table(pictures["overview"].table))

# %%
cl.record(files=len(written), figures=len(pictures), budget=pictures["budget"].page(width="single"))

# %% [markdown]
# **Seen:** every figure is there for the page (PDF and SVG, text as text), its numbers as a table, and `index.html` to look
# through them offline; the same run gives the same bytes. A study of a minute makes figures that show how they are read, and
# nothing for a paper.
