"""A run folder in, one self-contained HTML page and its figures out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from clirlab.figures import fragment, html_table, save_page
from clirlab.files import write_aside
from clirlab.study.pictures import Picture, pictures_of
from clirlab.study.results import Results, read_results
from clirlab.study.robust import damage_table, language_table, overlap_table, variance_table, words_table
from clirlab.study.summary import comparison, title_of, verdict
from clirlab.training import parse_objective

TEMPLATE = Path(__file__).with_name("report.html.j2")
# the parts of the report that are figures: id and heading, and how the names of the pictures in it begin
SECTIONS = {
    ("overview", "At a glance"): ("overview", "ranks"),
    ("budget", "Quality as the supervision vanishes"): ("budget",),
    ("severity", "Quality as the queries get worse"): ("severity", "retention"),
    ("axes", "Quality over dials and noise"): ("dial", "noise"),
    ("gains", "What the gains are made of"): ("forest", "split", "closed"),
    ("learning", "Learning curves"): ("learning",),
    ("plans", "Transport plans before and after distillation"): ("plan-",),
}


def write_report(run: str | Path | Results, figures: str | Path = "figures") -> Path:
    """Write ``RUN/report.html`` and the page figures (PNG and SVG).

    The page holds everything it shows, plotly.js included (about 5 MB), and fetches nothing. All text is escaped.

    Parameters
    ----------
    run : str, Path or Results
        A run folder.
    figures : str or Path
        Where the figures go: ``figures/NAME-budget.png`` and so on, NAME being the run folder's.

    Returns
    -------
    Path
        Of the report.

    Raises
    ------
    InputError
        If it is no run folder, or the disk is full.
    """
    results = run if isinstance(run, Results) else read_results(run)
    folder, name = Path(figures), results.folder.resolve().name
    pictures = pictures_of(results)
    written = [path for one in pictures for path in save_page(one.page(), folder, f"{name}-{one.name}")]
    page = _environment().get_template(TEMPLATE.name).render(
        config=results.config,
        provenance=(results.folder / "provenance.json").read_text(encoding="utf-8"),
        collections=_collections(results),
        arms=results.config.arms,
        verdicts=[verdict(results, language) for language in results.config.languages],
        tables={
            (title_of(language), scorer, measure): comparison(results, language, scorer, measure)
            for language in results.config.languages
            for scorer in results.config.scorers
            for measure in results.config.measures
        },
        damage=damage_table(results),
        by_language=language_table(results),
        variance=variance_table(results),
        words=words_table(results),
        overlap=overlap_table(results),
        has_bound=any(arm.is_bound for arm in results.config.arms.values()),
        purchases=_purchases(results.cells),
        sections={title: shown for title, names in SECTIONS.items() if (shown := _shown(pictures, names))},
        languages={language: title_of(language) for language in results.config.languages},
        figures=[path.as_posix() for path in written],
        seconds=results.cells["seconds"].sum(),
        plotly_js=get_plotlyjs(),
    )  # fmt: skip
    path = results.folder / "report.html"
    with write_aside(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path


def _shown(pictures: list[Picture], names: tuple[str, ...]) -> list[tuple[Picture, Markup, Markup | None]]:
    """The pictures whose names begin so, each as HTML and with the table of its numbers, both escaped already."""
    return [
        (one, Markup(fragment(one.screen(), one.name)), _table(one)) for one in pictures if one.name.startswith(names)
    ]


def _table(picture: Picture) -> Markup | None:
    return None if picture.table is None else Markup(html_table(picture.table, picture.title))


def _collections(results: Results) -> pd.DataFrame:
    """What was asked in each language, and how many sentence pairs were left out because it holds them."""
    asked = results.frame.groupby("language", sort=False).agg(
        collection=("collection", "first"), queries=("query_id", "nunique")
    )
    # a run folder of an earlier version does not say
    cells = results.cells if "overlapping" in results.cells else results.cells.assign(overlapping=float("nan"))
    return asked.join(cells.groupby("language")["overlapping"].max())


def _purchases(cells: pd.DataFrame) -> pd.DataFrame:
    """What each arm bought, and the mean training time."""
    trained = cells[cells["words"] > 0]
    if trained.empty:
        return trained
    # a run folder of an earlier version does not say all
    lacking = {name for name in ("types", "tokens", "token_coverage") if name not in trained}
    trained = trained.assign(**dict.fromkeys(lacking, float("nan")))
    grouped = trained.groupby(["language", "arm", "budget"], sort=False, as_index=False)
    return grouped.agg(
        words=("words", "mean"),
        pairs=("pairs", "mean"),
        types=("types", "mean"),
        tokens=("tokens", "mean"),
        token_coverage=("token_coverage", "mean"),
        description=("description", "first"),
        first_loss=("first_loss", "mean"),
        last_loss=("last_loss", "mean"),
        seconds=("seconds", "mean"),
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["number"] = _number
    environment.filters["settings"] = _settings
    environment.filters["objective"] = lambda spec: spec if isinstance(spec, str) else parse_objective(spec).name
    environment.filters["p"] = lambda p: "–" if np.isnan(p) else "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")
    return environment


def _number(value: float, form: str = ".3f") -> str:
    return "–" if pd.isna(value) else "∞" if value == float("inf") else format(value, form)


def _settings(values: dict[str, Any]) -> str:
    """Settings behind what they belong to, or nothing."""
    return " (" + ", ".join(f"{key} {value}" for key, value in values.items()) + ")" if values else ""
