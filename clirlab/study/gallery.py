"""A run folder in, a folder of its figures out: every format that was asked for, and a page that shows them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2
from markupsafe import Markup

from clirlab.errors import InputError, unknown_name
from clirlab.figures import alt_of, html_table, save_page, save_screen, save_table
from clirlab.files import write_aside
from clirlab.study.pictures import Picture, pictures_of
from clirlab.study.results import Results, read_results

TEMPLATE = Path(__file__).with_name("gallery.html.j2")
DRAWN, PRINTED = ("pdf", "svg", "png"), ("tex", "csv", "md")
FORMATS = (*DRAWN, "html", *PRINTED)
DEFAULT = ("pdf", "svg", "png", "html", "tex")
# a table of a page is read by people; the CSV has the rest
ROWS = 200


class Shown(NamedTuple):
    """A figure as the index page shows it."""

    picture: Picture
    alt: str
    image: str | None
    files: list[str]
    table: Markup | None


def write_figures(
    run: str | Path | Results,
    out: str | Path | None = None,
    formats: Sequence[str] = DEFAULT,
    width: str = "double",
) -> list[Path]:
    """Write all figures of a run, and ``index.html``, which shows them offline.

    Figures of the page are drawn without a browser; an HTML file holds an interactive figure and plotly.js, about 5 MB.

    Parameters
    ----------
    run : str, Path or Results
        A run folder.
    out : str or Path, optional
        Where the files go; ``RUN/figures`` where not given.
    formats : sequence of str
        Of pdf, svg, png (300 dpi), html, tex (booktabs), csv, md. Plans and learning curves make no LaTeX table.
    width : str
        ``"single"`` or ``"double"`` column of a paper.

    Returns
    -------
    list of Path
        Of all files; the index page is the last.

    Raises
    ------
    InputError
        If it is no run folder, a format or width is unknown, or the disk is full.
    """
    if not formats:
        raise InputError(f"name at least one format: {', '.join(FORMATS)}")
    for form in formats:
        if form not in FORMATS:
            raise unknown_name("figure format", form, FORMATS)
    results = run if isinstance(run, Results) else read_results(run)
    folder = Path(out) if out is not None else results.folder / "figures"
    written, shown = [], []
    for picture in pictures_of(results):
        files, alt = _write(picture, folder, formats, width)
        image = next((f"{picture.name}.{form}" for form in ("svg", "png") if form in formats), None)
        table = None if picture.table is None else Markup(html_table(picture.table.head(ROWS), picture.title))
        shown.append(Shown(picture, alt, image, [path.name for path in files], table))
        written += files
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template(TEMPLATE.name).render(config=results.config, shown=shown, width=width)
    with write_aside(folder / "index.html") as partial:
        partial.write_text(page, encoding="utf-8")
    return [*written, folder / "index.html"]


def _write(picture: Picture, folder: Path, formats: Sequence[str], width: str) -> tuple[list[Path], str]:
    """The files of one figure, in the order of the formats, and its alternative text."""
    page = picture.page(width=width)
    written = save_page(page, folder, picture.name, [form for form in formats if form in DRAWN])
    if "html" in formats:
        written.append(save_screen(picture.screen(), folder, picture.name, picture.title))
    for form in formats:
        if form in PRINTED:
            frame = picture.table if form == "tex" else picture.numbers
            if frame is not None:
                written += save_table(frame, folder, picture.name, [form], picture.title)
    places = {f".{form}": place for place, form in enumerate(formats)}
    return sorted(written, key=lambda path: places[path.suffix]), alt_of(page)
