"""Scores of systems under several conditions in, how their ranks move out: one line a system."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clirlab.errors import InputError
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, labels_of, on_screen, short
from clirlab.figures.page import page_panels
from clirlab.figures.theme import LAYOUT, style_of


def rank_frame(scores: pd.DataFrame) -> pd.DataFrame:
    """The rank of each system under each condition, 1 being the best; equal values share the mean of their ranks.

    Parameters
    ----------
    scores : DataFrame
        name (of a system, or of a document), at (the condition: a language, a budget, a system), value; more is better.
        A frame that has a column rank already keeps it.

    Raises
    ------
    InputError
        If a column is lacking, or a name is there twice under one condition.

    Examples
    --------
    >>> scores = pd.DataFrame({"name": ["a", "b", "a", "b"], "at": ["sw", "sw", "so", "so"], "value": [3, 2, 1, 2]})
    >>> rank_frame(scores)["rank"].tolist()
    [1.0, 2.0, 2.0, 1.0]
    """
    needed = ["name", "at", "rank" if "rank" in scores else "value"]
    lacking = [name for name in needed if name not in scores]
    if lacking or scores.empty:
        raise InputError(f"no ranks to draw: {'no column ' + ', '.join(lacking) if lacking else 'no row'}")
    if (twice := scores.duplicated(["name", "at"])).any():
        one = scores[twice].iloc[0]
        raise InputError(f"{one['name']!r} is there twice at {one['at']!r}")
    if "rank" in scores:
        return scores
    return scores.assign(rank=scores.groupby("at", sort=False)["value"].rank(ascending=False))


def slope_figure(scores: pd.DataFrame, title: str = "", x_title: str = "") -> go.Figure:
    """Interactive slopes of ranks: who passes whom from one condition to the next; see `rank_frame`."""
    ranks = rank_frame(scores)
    conditions, labels = list(dict.fromkeys(ranks["at"].astype(str))), labels_of(ranks["name"])
    figure = go.Figure()
    for name, line in ranks.groupby("name", sort=False):
        style = style_of(str(name))
        values = line["value"] if "value" in line else line["rank"]
        figure.add_scatter(
            x=[conditions.index(str(at)) for at in line["at"]],
            y=line["rank"],
            customdata=[[in_hover(at), f"{value:.3f}"] for at, value in zip(line["at"], values, strict=True)],
            text=in_hover(name),
            mode="lines+markers",
            name=on_screen(labels[str(name)], 60),
            line={"color": style.colour, "dash": style.dash},
            marker={"symbol": style.symbol, "size": 11},
            hovertemplate="%{text}<br>%{customdata[0]}: rank %{y} (%{customdata[1]})<extra></extra>",
        )
    ticks = [on_screen(label, 60) for label in labels_of(conditions).values()]
    last = ranks["rank"].max()
    figure.update_layout(LAYOUT)
    figure.update_xaxes(tickvals=list(range(len(conditions))), ticktext=ticks, title_text=on_screen(x_title, 60))
    figure.update_yaxes(title_text="rank", range=[last + 0.5, 0.5], dtick=1 if last <= 20 else None)
    figure.update_layout(title=on_screen(title, 100), height=max(360, min(900, 26 * int(last) + 180)), showlegend=True)
    return described(figure, _in_words(ranks))


def slope_page(scores: pd.DataFrame, x_title: str = "", width: str = "single") -> Figure:
    """The same for the page, from the same frame; each line is named at its right end."""
    ranks = rank_frame(scores)
    conditions, labels = list(dict.fromkeys(ranks["at"].astype(str))), labels_of(ranks["name"], 24)
    last = ranks["rank"].max()
    with page_panels(1, max(2.0, 0.16 * last + 0.8), width) as (figure, (axis,)):
        for name, line in ranks.groupby("name", sort=False):
            style = style_of(str(name))
            x = [conditions.index(str(at)) for at in line["at"]]
            axis.plot(
                x, line["rank"], color=style.colour, linestyle=style.page_dash, marker=style.page_marker, markersize=4,
                markerfacecolor=style.face, label=labels[str(name)],
            )  # fmt: skip
            axis.annotate(labels[str(name)], (x[-1], line["rank"].iloc[-1]), xytext=(6, 0), va="center", fontsize=7,
                          textcoords="offset points", color=style.colour, annotation_clip=False)  # fmt: skip
        axis.set_xticks(range(len(conditions)), [short(label, 20) for label in labels_of(conditions, 20).values()])
        axis.set(ylim=(last + 0.5, 0.5), ylabel="rank", xlabel=x_title)
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    return described(figure, _in_words(ranks))


def _in_words(ranks: pd.DataFrame) -> str:
    told = [
        f"{name_of(name)}: " + ", ".join(f"{rank:g} at {name_of(at)}" for at, rank in line[["at", "rank"]].to_numpy())
        for name, line in ranks.groupby("name", sort=False)
    ]
    return sentences("Ranks, 1 being the best", told)
