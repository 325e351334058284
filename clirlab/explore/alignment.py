"""Gold sentences and predicted links in, a browser of what was found, missed and made up out: worst ones first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import ipywidgets
import pandas as pd
import plotly.graph_objects as go

from clirlab.alignment import DEFAULT, AlignmentSetting, align
from clirlab.alignment.measures import link_counts, measures_of
from clirlab.corpora import GoldAlignment
from clirlab.errors import InputError, unknown_name
from clirlab.explore.panel import STYLE, WIDE, Redraw, facts_html, kernel_is_live, show
from clirlab.explore.tables import table_figure
from clirlab.figures import alignment_figure, link_frame, stack
from clirlab.figures.labels import short
from clirlab.models import TokenEncoder

Links = Collection[tuple[int, int]]
# how many sentences a list in the panel holds
LISTED = 200

ORDERS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "largest error first": lambda errors: errors.sort_values(["AER", "wrong"], ascending=False, kind="stable"),
    "smallest error first": lambda errors: errors.sort_values(["AER", "wrong"], kind="stable"),
    "as in the file": lambda errors: errors,
    "longest first": lambda errors: errors.sort_values("words", ascending=False, kind="stable"),
}


def sentence_errors(gold: GoldAlignment, predicted: Sequence[Links]) -> pd.DataFrame:
    """What went wrong in each sentence pair.

    Parameters
    ----------
    predicted : sequence of collections of (int, int), length N
        The links of each pair.

    Returns
    -------
    DataFrame
        One row a pair, in order: sentence (from 0), AER, right, missed (sure links only), wrong, words (of both
        sides), source, target. AER is NaN where there is no link at all.

    Raises
    ------
    InputError
        If there are not as many as the gold set has pairs.

    Examples
    --------
    >>> sure = frozenset({(0, 0), (1, 1)})
    >>> gold = GoldAlignment("toy", (("maji", "safi"),), (("clean", "water"),), (sure,), (frozenset(),))
    >>> sentence_errors(gold, [{(0, 0), (0, 1)}])[["AER", "right", "missed", "wrong"]].values.tolist()
    [[0.5, 1.0, 1.0, 1.0]]
    """
    if len(predicted) != len(gold):
        raise InputError(f"links of {len(predicted)} sentence pairs, but {gold.name} has {len(gold)}")
    rows = []
    for k, (links, (source, target)) in enumerate(zip(predicted, gold.pairs, strict=True)):
        counts = link_counts(links, gold.sure[k], gold.possible[k])
        found, sure, in_sure, right = counts.tolist()
        error = float(measures_of(counts)[3])
        words = len(source) + len(target)
        rows.append((k, error, right, sure - in_sure, found - right, words, " ".join(source), " ".join(target)))
    columns = ["sentence", "AER", "right", "missed", "wrong", "words", "source", "target"]
    return pd.DataFrame(rows, columns=columns)


def sentence_links(gold: GoldAlignment, predicted: Sequence[Links], sentence: int) -> pd.DataFrame:
    """The links of one pair beside gold: i, j, source, target, kind; see `clirlab.figures.link_frame`."""
    source, target = gold.pairs[sentence]
    return link_frame(source, target, predicted[sentence], gold.sure[sentence], gold.possible[sentence])


def alignment_picture(gold: GoldAlignment, predicted: Sequence[Links], sentence: int) -> go.Figure:
    """One pair with its links, and its error in the title."""
    error = sentence_errors(gold.take([sentence]), [predicted[sentence]]).iloc[0]
    title = f"sentence {sentence + 1}: AER {error['AER']:.3f}"
    return alignment_figure(sentence_links(gold, predicted, sentence), *gold.pairs[sentence], title=title)


def alignment_panel(
    gold: GoldAlignment, predicted: Sequence[Links], order: str = "largest error first"
) -> ipywidgets.VBox:
    """The widget: an order and a sentence to choose; its links and errors follow."""
    errors = sentence_errors(gold, predicted)
    ordered = ipywidgets.Dropdown(options=list(ORDERS), value=order, description="order", style=STYLE)
    chosen = ipywidgets.Select(options=_listed(errors, order), rows=6, description="sentence", layout=WIDE, style=STYLE)
    facts, message, output = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()

    def draw() -> None:
        row = errors.iloc[chosen.value]
        facts.value = facts_html({f"sentence {chosen.value + 1}": row[["AER", "right", "missed", "wrong"]].to_dict()})
        show(output, alignment_picture(gold, predicted, chosen.value))

    redraw = Redraw([chosen], draw, message)

    def reorder(change: Any) -> None:
        with redraw.once():
            chosen.options = _listed(errors, change["new"])

    ordered.observe(reorder, "value")
    return ipywidgets.VBox([ordered, chosen, facts, message, output])


def alignment_explorer(
    gold: GoldAlignment,
    encoder: TokenEncoder | None = None,
    predicted: Sequence[Links] | None = None,
    setting: AlignmentSetting = DEFAULT,
    order: str = "largest error first",
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Browse a manual alignment beside predicted links: right ones, missed ones and wrong ones.

    Parameters
    ----------
    gold : GoldAlignment
        See `clirlab.corpora.load_gold`.
    encoder : TokenEncoder, optional
        Predicts the links by `setting`, see `clirlab.alignment.align`; not needed where they are given.
    predicted : sequence of collections of (int, int), optional
        The links of each pair, from anywhere.
    order : str
        One of `ORDERS`.
    interactive : bool
        False gives a plotly figure, as does a place without a kernel: the first sentence in this order with its links,
        and a table of the first ten.

    Returns
    -------
    ipywidgets.Widget or plotly Figure

    Raises
    ------
    InputError
        If there is neither an encoder nor links, or the order is unknown.
    """
    if order not in ORDERS:
        raise unknown_name("order", order, ORDERS)
    if predicted is None:
        if encoder is None:
            raise InputError("nothing to compare gold with: give encoder=, or predicted= links")
        predicted = [found.links for found in align(encoder, gold.pairs, setting)]
    if interactive and kernel_is_live():
        return alignment_panel(gold, predicted, order)
    errors = ORDERS[order](sentence_errors(gold, predicted))
    picture = alignment_picture(gold, predicted, int(errors["sentence"].iloc[0]))
    table = errors.head(10).assign(sentence=errors["sentence"] + 1).round({"AER": 3})
    return stack([picture, table_figure(table, title=f"{gold.name}: {order}")])


def _listed(errors: pd.DataFrame, order: str) -> list[tuple[str, int]]:
    rows = ORDERS[order](errors).head(LISTED)
    return [
        (f"{k + 1}. AER {error:.2f}, {missed} missed, {wrong} wrong: {short(source, 70)}", k)
        for k, error, missed, wrong, source in rows[["sentence", "AER", "missed", "wrong", "source"]].itertuples(
            index=False
        )
    ]
