"""Records of cells in, the index page of a sweep out: a table of what was recorded, and a card for each notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from clirlab.batch.config import SweepConfig
from clirlab.batch.find import Notebook, title_of
from clirlab.batch.recording import decoded, shown
from clirlab.batch.run import write_text

TEMPLATE = Path(__file__).with_name("index.html.j2")


def write_index(folder: Path, config: SweepConfig, notebook: Notebook, records: Sequence[Mapping[str, Any]]) -> Path:
    """Write ``index.html``, which shows nothing but what lies in the folder; all text is escaped."""
    # what is the same in all cells is said once
    varied = [
        name
        for name in dict.fromkeys(name for record in records for name in record["parameters"])
        if len({repr(record["parameters"].get(name)) for record in records}) > 1
    ]
    first = records[0]["parameters"]
    recorded = list(dict.fromkeys(name for record in records for name in record["recorded"]))
    page = _environment().get_template(TEMPLATE.name).render(
        config=config,
        title=title_of(notebook.content) or notebook.name,
        notebook=notebook,
        same={name: value for name, value in first.items() if name not in varied},
        varied=varied,
        recorded=recorded,
        records=records,
        counts=Counter(record["state"] for record in records),
        seconds=sum(record["seconds"] for record in records),
    )  # fmt: skip
    path = folder / "index.html"
    write_text(page, path)
    return path


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["shown"] = lambda value: shown(decoded(value))
    environment.filters["link"] = quote
    environment.filters["settings"] = lambda values: ", ".join(f"{name} = {value}" for name, value in values.items())
    return environment
