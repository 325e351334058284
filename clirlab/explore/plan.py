"""A sentence pair in, its transport plan to play with out: an ipywidgets panel, or a plain figure without a kernel."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch

from clirlab import transport
from clirlab.corpora import Bitext
from clirlab.errors import InputError, unknown_name
from clirlab.explore.panel import STYLE, WIDE, Redraw, facts_html, kernel_is_live, show
from clirlab.figures import link_figure, plan_figure, stack
from clirlab.figures.labels import short
from clirlab.figures.links import link_spec
from clirlab.figures.stack import Spec, spec_of, stack_specs
from clirlab.models import TokenEncoder

EPSILONS = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
MARGINALS = ("uniform", "norm")
# what the methods need that have a parameter besides ε
PARAMETERS: dict[str, dict[str, Any]] = {
    "partial": {"mass": 0.8},
    "unbalanced": {"strength": 0.1},
    "ipot": {"max_iterations": 600},
}
# English sentences whose mean token vector is the centre
CENTRE_OF = 64
LAST = -1
Facts = dict[str, dict[str, object]]


class PlanSetting(NamedTuple):
    """How a plan is computed.

    Attributes
    ----------
    method, epsilon
        See `clirlab.transport.solve`; ``partial`` moves 80 % of the mass, ``unbalanced`` has a strength of .1, and
        ``ipot`` stops after 600 steps, settled or not, so that a panel responds.
    marginals : {"uniform", "norm"}
        Every token weighs as much, or as the norm of its vector.
    layer : int, optional
        0 (embeddings) to the number of layers; the last, projected where there is a projection, if not given.
    centred : bool
        Take the mean token vector of English sentences off both sides before the cost.
    """

    method: str = "exact"
    epsilon: float = 0.05
    marginals: str = "uniform"
    layer: int | None = None
    centred: bool = False


class SentenceTokens(NamedTuple):
    """The content pieces of a sentence, n of them, their unit vectors (n, d) and the norms (n,) that they had."""

    pieces: list[str]
    vectors: torch.Tensor
    norms: torch.Tensor


def sentence_tokens(encoder: TokenEncoder, text: str, layer: int | None = None) -> SentenceTokens:
    """Encode a sentence as a query.

    Raises
    ------
    InputError
        If there is no such layer, or the encoder has no piece for anything in the text.
    """
    batch = encoder.encode([text], kind="query", layer=layer)
    pieces, vectors = batch.content(0)
    if not pieces:
        raise InputError(f"nothing to align: the encoder finds no token in {short(text)!r}; type a word")
    return SentenceTokens(pieces, vectors, batch.norms[0][batch.mask[0]])


def plan_between(
    source: SentenceTokens, english: SentenceTokens, setting: PlanSetting, center: torch.Tensor | None = None
) -> transport.TransportPlan:
    """The transport plan of two encoded sentences; `TransportPlan.converged` tells whether the method got there.

    Parameters
    ----------
    center : Tensor, shape (d,), optional
        Subtracted from both sides; whether it is given decides, not the setting.

    Raises
    ------
    InputError
        If the setting names other marginals than `MARGINALS`.
    """
    if setting.marginals not in MARGINALS:
        raise unknown_name("marginals", setting.marginals, MARGINALS)
    cost = transport.cosine_cost(source.vectors, english.vectors, center)
    a, b = (
        transport.by_norm(side.norms, torch.ones_like(side.norms, dtype=torch.bool))
        if setting.marginals == "norm"
        else None
        for side in (source, english)
    )
    with warnings.catch_warnings():
        # the panel says it in its own place
        warnings.simplefilter("ignore", transport.ConvergenceWarning)
        return transport.solve(cost, setting.method, setting.epsilon, a=a, b=b, **PARAMETERS.get(setting.method, {}))


def sentence_plan(
    student: TokenEncoder,
    teacher: TokenEncoder,
    source: str,
    english: str,
    method: str = "exact",
    epsilon: float = 0.05,
    center: torch.Tensor | None = None,
    marginals: str = "uniform",
    layer: int | None = None,
) -> pd.DataFrame:
    """The transport plan of one sentence pair as a frame: i, j, source, target, mass, cost.

    Parameters
    ----------
    student, teacher : TokenEncoder
        Of the foreign and of the English sentence.
    center : Tensor, shape (d,), optional
        Subtracted from both sides, such as the mean vector of much English text; nothing where not given.
    method, epsilon, marginals, layer
        See `PlanSetting`.
    """
    foreign, target = sentence_tokens(student, source, layer), sentence_tokens(teacher, english, layer)
    plan = plan_between(foreign, target, PlanSetting(method, epsilon, marginals, layer), center)
    return plan.to_frame(foreign.pieces, target.pieces)


def plan_facts(plan: transport.TransportPlan) -> dict[str, object]:
    """What a single plan costs, its perplexity, its iterations, and whether it converged."""
    numbers = {name: float(getattr(plan, name)) for name in ("value", "perplexity")}
    return numbers | {"iterations": int(plan.iterations), "converged": "yes" if bool(plan.converged) else "NO"}


class PlanSource:
    """The encoders of a panel and the sentences that they encoded, so that a moved slider encodes nothing.

    Parameters
    ----------
    encoder : TokenEncoder
        Of the English sentence, and of the foreign one "before".
    trained : TokenEncoder, optional
        Of the foreign sentence "after".
    english : sequence of str
        Sentences whose mean token vector is the centre; the first `CENTRE_OF` of them.
    """

    def __init__(self, encoder: TokenEncoder, trained: TokenEncoder | None, english: Sequence[str]) -> None:
        self.students = {"before": encoder} | ({"after": trained} if trained else {})
        self.teacher = encoder
        self.tokens = lru_cache(maxsize=256)(sentence_tokens)
        self.center = lru_cache(maxsize=32)(self._center)
        self.english = [text for text in english[:CENTRE_OF] if text.strip()]

    def plans(self, source: str, english: str, setting: PlanSetting) -> tuple[pd.DataFrame, Facts]:
        """The plans "before" and "after" as one frame (panel, i, j, source, target, mass, cost), and their facts."""
        center = self.center(setting.layer) if setting.centred else None
        target = self.tokens(self.teacher, english, setting.layer)
        frames, facts = [], {}
        for name, student in self.students.items():
            foreign = self.tokens(student, source, setting.layer)
            plan = plan_between(foreign, target, setting, center)
            frames.append(plan.to_frame(foreign.pieces, target.pieces).assign(panel=name))
            facts[name] = plan_facts(plan)
        return pd.concat(frames, ignore_index=True), facts

    def _center(self, layer: int | None) -> torch.Tensor:
        if not self.english:
            raise InputError("centring needs English sentences: give pairs=, or an English sentence to begin with")
        batch = self.teacher.encode(self.english, kind="query", layer=layer)
        return batch.vectors[batch.mask].mean(0)


def plan_picture(plans: pd.DataFrame, facts: Facts) -> go.Figure:
    """Heatmaps, and the links below them as wide as the mass; value, perplexity and iterations in the heading."""
    return stack([_lower(plan_figure(plans)), link_figure(plans)], _heading(facts))


def heat_spec(plans: pd.DataFrame) -> Spec:
    """The heatmaps of `clirlab.figures.plan_figure` as a plain dictionary."""
    return spec_of(_lower(plan_figure(plans)))


def with_masses(heat: Spec, plans: pd.DataFrame) -> Spec:
    """Heatmaps that were drawn before with the masses of other plans between the same tokens; takes next to no time."""
    traces = []
    for trace, (_, plan) in zip(heat["data"], plans.groupby("panel", sort=False), strict=True):
        mass = plan["mass"].to_numpy().reshape(plan["i"].max() + 1, -1)
        traces.append(trace | {"z": mass / np.maximum(mass.sum(1, keepdims=True), 1e-30)})
    return heat | {"data": traces}


def _lower(figure: go.Figure) -> go.Figure:
    """A figure of hundreds of tokens is not higher than a few screens."""
    return figure.update_layout(height=min(figure.layout.height, 1400))


def _heading(facts: Facts) -> str:
    lines = (
        f"{name}: value {row['value']:.4f}, perplexity {row['perplexity']:.2f}, {row['iterations']} iterations"
        + ("" if row["converged"] == "yes" else ", not converged")
        for name, row in facts.items()
    )
    return f"<span style='font-size:14px'>{'<br>'.join(lines)}</span>"


def plan_panel(
    source: PlanSource,
    pairs: Sequence[tuple[str, str]],
    setting: PlanSetting = PlanSetting(),  # noqa: B008
) -> ipywidgets.VBox:
    """The widget: sentences typed or chosen, method, ε, marginals, layer and centring; figure and facts follow."""
    wide = {"layout": WIDE, "style": STYLE}
    chosen = ipywidgets.Dropdown(
        options=[(f"{k + 1}. {short(english, 80)}", k) for k, (_, english) in enumerate(pairs)],
        description="pair",
        **wide,
    )
    foreign, english = (
        ipywidgets.Text(text, description=name, continuous_update=False, **wide)
        for text, name in zip(pairs[0], ("foreign", "English"), strict=True)
    )
    method = ipywidgets.Dropdown(
        options=list(transport.METHODS), value=setting.method, description="method", style=STYLE
    )
    epsilons = sorted({*EPSILONS, setting.epsilon})
    epsilon = ipywidgets.SelectionSlider(options=epsilons, value=setting.epsilon, description="ε", style=STYLE)
    marginals = ipywidgets.Dropdown(options=MARGINALS, value=setting.marginals, description="marginals", style=STYLE)
    # a value of None would be no choice at all
    layers = [("last", LAST), *((str(layer), layer) for layer in range(source.teacher.layers + 1))]
    layer = ipywidgets.Dropdown(
        options=layers, value=LAST if setting.layer is None else setting.layer, description="layer", style=STYLE
    )
    centred = ipywidgets.Checkbox(setting.centred, description="centred", style=STYLE)
    facts, message, output = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()
    heat_of: dict[tuple[str, ...], Spec] = {}

    def draw() -> None:
        now = PlanSetting(
            method.value, epsilon.value, marginals.value, None if layer.value == LAST else layer.value, centred.value
        )
        plans, found = source.plans(foreign.value, english.value, now)
        facts.value = facts_html(found)
        tokens = (*plans["panel"], *plans["source"], *plans["target"])
        if tokens not in heat_of:
            heat_of.clear()
            heat_of[tokens] = heat_spec(plans)
        show(output, stack_specs([with_masses(heat_of[tokens], plans), link_spec(plans)], _heading(found)))

    redraw = Redraw([foreign, english, method, epsilon, marginals, layer, centred], draw, message)

    def choose(change: Any) -> None:
        with redraw.once():
            foreign.value, english.value = pairs[change["new"]]

    chosen.observe(choose, "value")
    choices = [ipywidgets.HBox([method, epsilon]), ipywidgets.HBox([marginals, layer, centred])]
    return ipywidgets.VBox([chosen, foreign, english, *choices, facts, message, output])


def plan_explorer(
    encoder: TokenEncoder,
    source: str | None = None,
    english: str | None = None,
    trained: TokenEncoder | None = None,
    pairs: Bitext | Sequence[tuple[str, str]] = (),
    setting: PlanSetting = PlanSetting(),  # noqa: B008
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Look at the plan of a sentence pair under several solvers.

    Parameters
    ----------
    encoder : TokenEncoder
        The teacher, of the English sentence; and of the foreign one in the picture "before".
    source, english : str, optional
        Foreign sentence and its translation, to begin with; both can be typed anew in the panel.
    trained : TokenEncoder, optional
        A student; its plan is drawn beside, as "after".
    pairs : Bitext or sequence of (str, str)
        Foreign sentences and their translations to choose from. The mean token vector of the English ones is the
        centre where plans are centred.
    setting : PlanSetting
        What the controls begin with, and what the figure without a kernel is drawn by.
    interactive : bool
        False gives a plotly figure of the same content, as does a place without a kernel.

    Returns
    -------
    ipywidgets.Widget or plotly Figure

    Raises
    ------
    InputError
        If there is neither a sentence pair nor a list to choose from, or only one side of a pair.

    Examples
    --------
    >>> import clirlab as cl
    >>> figure = plan_explorer(cl.load_encoder("e5-small"), "maji safi", "clean water", interactive=False)
    >>> figure.data[0].z.shape
    (3, 2)
    """
    if (source is None) != (english is None):
        raise InputError("a sentence pair has two sides: give source and english, or pairs to choose from")
    listed = list(zip(pairs.source, pairs.english, strict=True)) if isinstance(pairs, Bitext) else list(pairs)
    if source is not None and english is not None:
        listed = [(source, english), *listed]
    if not listed:
        raise InputError("no sentence pair: give source and english, or pairs to choose from")
    kept = PlanSource(encoder, trained, [text for _, text in listed])
    if interactive and kernel_is_live():
        return plan_panel(kept, listed, setting)
    return plan_picture(*kept.plans(*listed[0], setting))
