"""Numbers → pictures: each figure for the screen (plotly) and for the page (Matplotlib), from the same frame."""

from clirlab.figures.curves import curve_figure, curve_page
from clirlab.figures.export import save_page
from clirlab.figures.heatmap import plan_figure, plan_page

__all__ = ["curve_figure", "curve_page", "plan_figure", "plan_page", "save_page"]
