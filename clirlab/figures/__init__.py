"""Numbers → pictures: each figure for the screen (plotly) and for the page (Matplotlib), from the same frame."""

from clirlab.figures.alignment import layer_figure, layer_page, link_frame, matrix_figure, matrix_page
from clirlab.figures.cells import cells_figure, cells_page
from clirlab.figures.curves import curve_figure, curve_page
from clirlab.figures.describe import alt_of, described
from clirlab.figures.dots import dots_figure, dots_page
from clirlab.figures.export import fragment, save_page, save_screen
from clirlab.figures.fairness import bias_figure, bias_page, peer_figure, peer_page, shares_figure, shares_page
from clirlab.figures.fonts import missing_scripts
from clirlab.figures.gains import closed_figure, closed_page, forest_figure, forest_page, split_figure, split_page
from clirlab.figures.heatmap import plan_figure, plan_page
from clirlab.figures.learning import learning_figure, learning_page
from clirlab.figures.links import alignment_figure, alignment_page, link_figure, link_page
from clirlab.figures.movement import movement_figure, movement_page
from clirlab.figures.moves import moves_figure, moves_page
from clirlab.figures.overview import overview_figure, overview_page, overview_table
from clirlab.figures.ranks import rank_frame, slope_figure, slope_page
from clirlab.figures.scatter import scatter_figure, scatter_page
from clirlab.figures.stack import stack
from clirlab.figures.tables import html_table, latex_table, markdown_table, save_table
from clirlab.figures.tokens import token_figure, token_page

__all__ = [
    "alignment_figure",
    "alignment_page",
    "alt_of",
    "bias_figure",
    "bias_page",
    "cells_figure",
    "cells_page",
    "closed_figure",
    "closed_page",
    "curve_figure",
    "curve_page",
    "described",
    "dots_figure",
    "dots_page",
    "forest_figure",
    "forest_page",
    "fragment",
    "html_table",
    "latex_table",
    "layer_figure",
    "layer_page",
    "learning_figure",
    "learning_page",
    "link_figure",
    "link_frame",
    "link_page",
    "markdown_table",
    "matrix_figure",
    "matrix_page",
    "missing_scripts",
    "movement_figure",
    "movement_page",
    "moves_figure",
    "moves_page",
    "overview_figure",
    "overview_page",
    "overview_table",
    "peer_figure",
    "peer_page",
    "plan_figure",
    "plan_page",
    "rank_frame",
    "save_page",
    "save_screen",
    "save_table",
    "scatter_figure",
    "scatter_page",
    "shares_figure",
    "shares_page",
    "slope_figure",
    "slope_page",
    "split_figure",
    "split_page",
    "stack",
    "token_figure",
    "token_page",
]
