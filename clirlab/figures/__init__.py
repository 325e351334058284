"""Numbers → pictures: each figure for the screen (plotly) and for the page (Matplotlib), from the same frame."""

from clirlab.figures.curves import curve_figure, curve_page
from clirlab.figures.export import save_page
from clirlab.figures.heatmap import plan_figure, plan_page
from clirlab.figures.links import alignment_figure, alignment_page, link_figure, link_page
from clirlab.figures.pieces import on_screen, readable
from clirlab.figures.stack import stack
from clirlab.figures.tokens import token_figure, token_page

__all__ = [
    "alignment_figure",
    "alignment_page",
    "curve_figure",
    "curve_page",
    "link_figure",
    "link_page",
    "on_screen",
    "plan_figure",
    "plan_page",
    "readable",
    "save_page",
    "stack",
    "token_figure",
    "token_page",
]
