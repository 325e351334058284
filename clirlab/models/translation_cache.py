"""Texts in, their translations of earlier runs out: JSON files in a folder, each written whole and never changed.

Several processes may share a folder: each writes files of its own, named by what they hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clirlab.files import cache_root, write_aside


def cache_folder(described: Mapping[str, Any], root: Path | None = None) -> Path:
    """The folder for one model with one choice of settings, all of which stand in `described`."""
    key = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    return (root or cache_root() / "translations") / key


def read_translations(folder: Path) -> dict[str, str]:
    """All that is kept there; a file that is no whole JSON object is passed over, since its texts can be done again."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(content, dict):
            found |= {text: to for text, to in content.items() if isinstance(to, str)}
    return found


def keep_translations(folder: Path, translations: Mapping[str, str]) -> None:
    """Add translations."""
    content = json.dumps(dict(translations), ensure_ascii=False, sort_keys=True, indent=0)
    name = hashlib.sha256(content.encode()).hexdigest()[:24]
    with write_aside(folder / f"{name}.json") as partial:
        partial.write_text(content, encoding="utf-8")


def folder_fingerprint(folder: Path) -> str:
    """The SHA-256 of all files of a model but its card, names included; about two seconds for a gigabyte."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if not name.startswith(".") and file.suffix != ".md":
            with file.open("rb") as content:
                digest.update(f"{name} {hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()
