"""A sentence pair in, its transport plan to play with out: an ipywidgets panel, or a plain figure without a kernel."""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd
import plotly.graph_objects as go
import torch

from clirlab import transport
from clirlab.figures import plan_figure
from clirlab.models import TokenEncoder

EPSILONS = (0.02, 0.05, 0.1, 0.2, 0.5)
# what the methods need that have a parameter besides ε
PARAMETERS: dict[str, dict[str, Any]] = {"partial": {"mass": 0.8}, "unbalanced": {"strength": 0.1}}


def sentence_plan(
    student: TokenEncoder,
    teacher: TokenEncoder,
    source: str,
    english: str,
    method: str = "exact",
    epsilon: float = 0.05,
    center: torch.Tensor | None = None,
) -> pd.DataFrame:
    """The transport plan of one sentence pair as a frame: i, j, source, target, mass, cost.

    Parameters
    ----------
    student, teacher : TokenEncoder
        Of the foreign and of the English sentence.
    method, epsilon
        See `clirlab.transport.solve`; ``partial`` moves 80 % of the mass, ``unbalanced`` has a strength of .1.
    center : Tensor, shape (d,), optional
        Subtracted from both sides, such as the mean vector of much English text; nothing where not given.
    """
    foreign_pieces, foreign = student.encode([source], kind="query").content(0)
    english_pieces, vectors = teacher.encode([english], kind="query").content(0)
    cost = transport.cosine_cost(foreign, vectors, center)
    plan = transport.solve(cost, method, epsilon, **PARAMETERS.get(method, {}))
    return plan.to_frame(foreign_pieces, english_pieces)


def plan_explorer(
    encoder: TokenEncoder,
    source: str,
    english: str,
    trained: TokenEncoder | None = None,
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Look at the plan of a sentence pair under several solvers.

    Parameters
    ----------
    encoder : TokenEncoder
        The teacher, of the English sentence; and of the foreign one in the panel "before".
    source, english : str
        Foreign sentence and its translation; both can be typed anew in the panel.
    trained : TokenEncoder, optional
        A student; its plan is drawn beside, as "after".
    interactive : bool
        False gives a plotly figure with the exact plan, for batch runs.

    Returns
    -------
    ipywidgets.Widget or plotly Figure
    """

    def figure(source: str, english: str, method: str, epsilon: float) -> go.Figure:
        students = {"before": encoder} | ({"after": trained} if trained else {})
        plans = [
            sentence_plan(student, encoder, source, english, method, epsilon).assign(panel=name)
            for name, student in students.items()
        ]
        return plan_figure(pd.concat(plans, ignore_index=True))

    if not interactive:
        return figure(source, english, "exact", EPSILONS[0])
    wide = ipywidgets.Layout(width="95%")
    controls = {
        "source": ipywidgets.Text(source, description="foreign", continuous_update=False, layout=wide),
        "english": ipywidgets.Text(english, description="English", continuous_update=False, layout=wide),
        "method": ipywidgets.Dropdown(options=list(transport.METHODS), value="exact", description="method"),
        "epsilon": ipywidgets.SelectionSlider(options=EPSILONS, value=0.05, description="ε"),
    }

    # a FigureWidget would put megabytes into the saved notebook: the figure is drawn anew instead
    def draw(source: str, english: str, method: str, epsilon: float) -> None:
        if source.strip() and english.strip():
            figure(source, english, method, epsilon).show()

    return ipywidgets.VBox([*controls.values(), ipywidgets.interactive_output(draw, controls)])
