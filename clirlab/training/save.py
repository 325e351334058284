"""A trained encoder in, a folder with the encoder, its model card, its settings and its history out."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from clirlab.corpora import language_code
from clirlab.errors import InputError
from clirlab.files import write_aside
from clirlab.models.save import write_encoder
from clirlab.training.card import Facts, card, without_folders

if TYPE_CHECKING:
    from clirlab.training.loop import Trained

# bundled encoders: what they are on the hub, and under which licence
BASES = {"e5-small": ("intfloat/multilingual-e5-small", "MIT")}
PACKAGES = ("clirlab", "torch", "transformers", "tokenizers")


def save_trained(
    trained: Trained,
    folder: str | Path,
    data: Sequence[str] = (),
    language: str | None = None,
    measured: pd.DataFrame | None = None,
    base: str | Path | None = None,
    notes: str = "",
) -> Path:
    """Save a trained encoder with all that is known of it, whole or not at all.

    The folder loads in clirlab, transformers, sentence-transformers and PyLate (see `clirlab.models.save`). Beside
    the encoder lie ``README.md`` (the model card), ``training.json`` (configuration, data, versions, the measured
    table) and ``history.csv`` (one row a step).

    Parameters
    ----------
    trained : Trained
        From `clirlab.train`.
    folder : str or Path
        A new one.
    data : sequence of str
        Ids (or paths) of the bitexts and lexicons that it was trained on; the card names their licences.
    language : str, optional
        Code of the foreign language; that of the first id ``{family}/en/{language}`` of `data` where not given.
    measured : DataFrame, optional
        A table of results, for the card.
    base : str or Path, optional
        The encoder that was trained; what the trained one is called where not given.
    notes : str
        Plain text for the card, in paragraphs.

    Returns
    -------
    Path
        Of the folder.

    Raises
    ------
    InputError
        If the folder exists, the language is unknown, or the disk is full.

    Examples
    --------
    >>> import tempfile, clirlab as cl
    >>> pairs = cl.load_bitext("demo/en/sw").take(range(20))
    >>> trained = cl.train(cl.load_encoder("e5-small"), pairs, steps=1, progress=False)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = save_trained(trained, place + "/swahili", data=["demo/en/sw"])
    ...     cl.load_encoder(folder).dim
    384
    """
    folder = Path(folder)
    if folder.exists():
        raise InputError(f"{folder} exists; give another name or move it away")
    ids = [part.strip() for name in data for part in str(name).split("+")]
    code = language_code(language) if language else _language_of(ids)
    name = str(base if base is not None else trained.encoder.name)
    base_id, licence = base_of(name)
    shown = Path(name).name if Path(name).is_dir() else name
    told = tuple(map(without_folders, ids))
    config, history, width = trained.config, trained.history, trained.encoder.dim
    # the loop tells of the teacher by name; it is the encoder itself where there was none other
    taught = str(config.get("teacher") or "")
    teacher = shown if taught in ("", str(config.get("encoder") or ""), name) else without_folders(taught)
    facts = Facts(folder.name, code, shown, base_id, licence, teacher, told, config, history, measured, width, notes)
    record: dict[str, Any] = {
        "base": shown,
        "base_id": base_id,
        "language": code,
        "data": ids,
        "config": trained.config,
        "measured": None if measured is None else json.loads(measured.to_json(orient="records")),
        "versions": {package: version(package) for package in PACKAGES} | {"python": platform.python_version()},
    }
    text = card(facts)
    with write_aside(folder) as partial:
        write_encoder(trained.encoder, partial)
        (partial / "README.md").write_text(text, encoding="utf-8")
        trained.history.to_csv(partial / "history.csv", index=False)
        content = json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n"
        (partial / "training.json").write_text(content, encoding="utf-8")
    return folder


def base_of(name: str) -> tuple[str, str]:
    """The hub id and the licence of an encoder, each empty where it is not known.

    A folder is asked for what the YAML at the top of its README.md says.

    Examples
    --------
    >>> base_of("e5-small")
    ('intfloat/multilingual-e5-small', 'MIT')
    """
    if name in BASES:
        return BASES[name]
    folder = Path(name)
    if not folder.is_dir():
        return (name, "") if name.count("/") == 1 and not name.startswith((".", "/")) else ("", "")
    said = _front_matter(folder / "README.md")
    base, licence = said.get("base_model"), said.get("license")
    return base if isinstance(base, str) else "", licence if isinstance(licence, str) and licence != "other" else ""


def _front_matter(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    opening, _, rest = text.partition("---\n")
    try:
        found = yaml.safe_load(rest.partition("\n---")[0]) if not opening else None
    except yaml.YAMLError:
        return {}  # somebody else's card, which says nothing then
    return found if isinstance(found, dict) else {}


def _language_of(ids: Sequence[str]) -> str | None:
    parts = [name.split("/") for name in ids]
    return next((language_code(part[2]) for part in parts if len(part) > 2 and part[1] == "en"), None)
