"""A frame in, a table as a plotly figure out, for pictures that have a table beside them; every cell is text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clirlab.figures import described
from clirlab.figures.labels import on_screen
from clirlab.figures.stack import BASE

ROW = 30
CELL = 160  # letters of a cell


def table_figure(
    frame: pd.DataFrame, title: str = "", marked: Sequence[bool] | None = None, height: int | None = None
) -> go.Figure:
    """A table; its rows are those of the frame, numbers with three digits behind the point.

    Parameters
    ----------
    marked : sequence of bool, optional
        Rows on a coloured ground.
    height : int, optional
        Pixels; enough for one line a row where not given.

    Examples
    --------
    >>> table_figure(pd.DataFrame({"query": ["<b>"], "score": [0.25]})).data[0].cells["values"]
    (['&lt;b&gt;'], ['0.250'])
    """
    marks = np.zeros(len(frame), dtype=bool) if marked is None else np.asarray(marked)
    ground = np.where(marks, "#FFF1CC", "#FFFFFF").tolist()
    table = {
        "type": "table",
        "header": {"values": [f"<b>{on_screen(column)}</b>" for column in frame], "align": "left"},
        "cells": {
            "values": [[on_screen(_shown(value), CELL) for value in frame[column]] for column in frame],
            "align": "left",
            "height": ROW - 4,
            "fill": {"color": [ground]},
        },
        # texts take the room, numbers little
        "columnwidth": [_width(frame[column]) for column in frame],
    }
    size = min(ROW * (len(frame) + 1) + 80, 900) if height is None else height
    layout = BASE | {"title": {"text": on_screen(title, 100)}, "height": size, "margin": {"t": 50, "b": 10}}
    figure = go.Figure({"data": [table], "layout": layout})
    return described(figure, f"A table of {len(frame)} rows: {', '.join(map(str, frame))}.")


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _width(column: pd.Series) -> float:
    longest = max([len(str(column.name)), *(len(_shown(value)) for value in column)])
    return float(min(max(longest, 6), 60))
