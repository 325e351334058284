"""Numbers → pictures: each figure for the screen (plotly) and for the page (Matplotlib), from the same frame."""

from clirlab.figures.curves import curve_figure, curve_page
from clirlab.figures.export import save_page
from clirlab.figures.gains import closed_figure, closed_page, forest_figure, forest_page, split_figure, split_page
from clirlab.figures.heatmap import plan_figure, plan_page
from clirlab.figures.learning import learning_figure, learning_page
from clirlab.figures.movement import movement_figure, movement_page

__all__ = [
    "closed_figure",
    "closed_page",
    "curve_figure",
    "curve_page",
    "forest_figure",
    "forest_page",
    "learning_figure",
    "learning_page",
    "movement_figure",
    "movement_page",
    "plan_figure",
    "plan_page",
    "save_page",
    "split_figure",
    "split_page",
from clirlab.figures.links import alignment_figure, alignment_page, link_figure, link_page
from clirlab.figures.pieces import on_screen, readable
from clirlab.figures.stack import stack
from clirlab.figures.tokens import token_figure, token_page
    "alignment_figure",
    "alignment_page",
    "link_figure",
    "link_page",
    "on_screen",
    "readable",
    "stack",
    "token_figure",
    "token_page",
]
