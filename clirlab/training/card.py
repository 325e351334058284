"""What is known of a trained encoder in, its model card out: Markdown, and the YAML that the Hugging Face hub reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isnan
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import regex
import yaml

from clirlab.corpora import language_name
from clirlab.corpora.datasets import DATASETS

# what Markdown, its tables and HTML read as more than itself; each may have a backslash before it
MARKS = regex.compile(r"[\\`*_\[\]<>|~&#!$]")
UNSEEN = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+")
LIST_MARK = regex.compile(r"^(?:([-+=])|(\d{1,9})([.)]))")
PARAGRAPHS = regex.compile(r"\n\s*\n")


class Facts(NamedTuple):
    """What a card tells.

    Attributes
    ----------
    name : str
        Of the encoder.
    language : str, optional
        BCP-47 code of the foreign language.
    base, base_licence : str
        The encoder that was trained, as it is shown, and its licence; empty where it is not known.
    base_id : str
        The base on the Hugging Face hub; empty where it is not there.
    teacher : str
        The encoder that it learnt from, which is that of the documents.
    data : tuple of str
        Ids of bitexts and lexicons.
    config : mapping
        Objective, budget, seed and settings.
    history : DataFrame
        One row a step, with the column loss.
    measured : DataFrame, optional
        Shown as it stands.
    width : int
        Of a token vector.
    notes : str
        Plain text, in paragraphs.
    """

    name: str
    language: str | None
    base: str
    base_id: str
    base_licence: str
    teacher: str
    data: tuple[str, ...]
    config: Mapping[str, Any]
    history: pd.DataFrame
    measured: pd.DataFrame | None
    width: int
    notes: str


def card(facts: Facts) -> str:
    """The text of the card (README.md)."""
    foreign = f"{language_name(facts.language)} ({facts.language})" if facts.language else "another language"
    objective = facts.config.get("objective", "")
    opening = (
        f"An encoder of queries in {escaped(foreign)}, trained from {escaped(facts.base)} with the objective "
        f"{escaped(shown(objective))} to give their words the vectors of their English translations. Only queries are "
        f"for it: encode documents with what it learnt from, {escaped(facts.teacher)}. Vectors of tokens and of "
        f"sentences have {facts.width} dimensions."
    )
    parts = [
        front_matter(facts),
        f"# {escaped(facts.name)}",
        opening,
        "## Measured\n\n" + (_table(facts.measured) if facts.measured is not None else "Nothing was measured yet."),
        "## Use\n\n" + USE,
        "## Data\n\n" + _data(facts),
        "## Training\n\n" + _training(facts),
        "## Licences\n\n" + _licences(facts),
    ]
    if facts.notes.strip():
        parts.append("## Notes\n\n" + _plain(facts.notes))
    return "\n\n".join(parts) + "\n"


USE = """\
```python
from sentence_transformers import SentenceTransformer

queries = SentenceTransformer("FOLDER").encode_query(["..."])  # one vector a text
```

```python
import clirlab as cl

encoder = cl.load_encoder("FOLDER")  # one vector a sub-word: cl.search(encoder, collection, document_encoder=...)
```"""


def front_matter(facts: Facts) -> str:
    """The YAML at the top of the card."""
    content: dict[str, Any] = {
        "language": [*([facts.language] if facts.language else []), "en"],
        "library_name": "sentence-transformers",
        "pipeline_tag": "sentence-similarity",
        "tags": ["clirlab", "cross-lingual-retrieval", "late-interaction"],
    }
    if facts.base_id:
        content["base_model"] = facts.base_id
    # of weights that were made from several works, no single licence can be told
    content |= {"license": "other", "license_name": "see-the-card", "license_link": "README.md#licences"}
    return f"---\n{yaml.safe_dump(content, sort_keys=False, allow_unicode=True)}---"


def escaped(text: object) -> str:
    """Any text as one line of Markdown that reads as it stands.

    Examples
    --------
    >>> print(escaped("<b>a|b</b>  _c_"))
    \\<b\\>a\\|b\\</b\\> \\_c\\_
    """
    return MARKS.sub(r"\\\g<0>", UNSEEN.sub(" ", str(text)).strip())


def shown(value: object) -> str:
    """A value of a configuration: text as it stands, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def without_folders(text: str) -> str:
    """A name as it is; of a path its last part: where a file lies on its writer's machine is nobody's business."""
    return Path(text).name if Path(text).is_absolute() else text


def _plain(text: str) -> str:
    """Paragraphs of plain text, whose first characters make no list or rule either."""
    paragraphs = (escaped(paragraph) for paragraph in PARAGRAPHS.split(text.strip()))
    return "\n\n".join(LIST_MARK.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", p) for p in paragraphs)


def _table(frame: pd.DataFrame) -> str:
    numbers = [pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes]
    lines = [[escaped(column) for column in frame.columns], ["---:" if number else "---" for number in numbers]]
    lines += [[escaped(_cell(value)) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, Real):
        return "" if value is None or value is pd.NA else str(value)
    if isinstance(value, Integral):
        return f"{int(value):,}"
    return "" if isnan(value) else f"{float(value):.3f}"


def _data(facts: Facts) -> str:
    budget = facts.config.get("budget")
    bought = (
        "all that it holds" if budget is None else f"{budget:,} translated words of it (seed {facts.config['seed']})"
    )
    if not facts.data:
        return f"Which data it was trained on is not recorded; {bought}."
    frame = pd.DataFrame(
        [(name, entry.what if entry else "", licence) for name, entry, licence in _known(facts.data)],
        columns=["id", "what it is", "licence"],
    )
    return f"Used: {bought}.\n\n{_table(frame)}"


def _known(data: Sequence[str]) -> list[tuple[str, Any, str]]:
    """Id, entry in the table of data sets (None where there is none) and licence of each."""
    rows = []
    for name in data:
        family = name.partition("/")[0].removesuffix("-inverted")
        entry = DATASETS.get(family)
        rows.append((name, entry, "MIT" if family == "demo" else entry.licence if entry else "not known"))
    return rows


def _training(facts: Facts) -> str:
    loss = facts.history["loss"]
    said = f"{len(loss):,} steps; the loss was {loss.iloc[0]:.4f} at the first and {loss.iloc[-1]:.4f} at the last."
    rows = [(key, without_folders(shown(value))) for key, value in facts.config.items()]
    said += f" Each step stands in history.csv.\n\n{_table(pd.DataFrame(rows, columns=['setting', 'value']))}"
    return said


def _licences(facts: Facts) -> str:
    lines = [
        f"- the encoder that it was trained from, {escaped(facts.base)}: {escaped(facts.base_licence or 'not known')}"
    ]
    known = _known(facts.data)
    lines += [f"- {escaped(name)}: {escaped(licence)}" for name, _, licence in known]
    if limited := [name for name, entry, _ in known if entry and entry.non_commercial]:
        lines.append(
            f"\n**Not for commercial use**: {escaped(', '.join(limited))} may not be used so, and what that means for "
            "weights that were trained on it is for whoever passes them on to find out."
        )
    if any(licence == "not known" for _, _, licence in known) or not facts.base_licence:
        lines.append("\nWhere a licence is not known, find it out before you pass the weights on.")
    return "\n".join(lines)
