"""Where a run stands in, a folder from which it goes on out: tensors as safetensors, the rest as JSON.

``FOLDER/step-00000100/`` holds ``tensors.safetensors`` and ``state.json``. A new one is written aside and renamed
before the one before it is removed, so that there is a whole one at any time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from clirlab.errors import InputError
from clirlab.files import write_aside


class Saved(NamedTuple):
    """A checkpoint: tensors by name, and all that is no tensor."""

    tensors: dict[str, Tensor]
    record: dict[str, Any]


def write_checkpoint(
    folder: Path, step: int, tensors: Mapping[str, Tensor], record: Mapping[str, Any], identity: Mapping[str, Any]
) -> None:
    """Write the state after `step` steps; the checkpoint before it is removed when this one is whole.

    Parameters
    ----------
    identity : mapping
        What the run is, for JSON; see `read_checkpoint`.

    Raises
    ------
    InputError
        If the disk is full; the checkpoint before this one is still there.
    """
    own = folder / f"step-{step:08d}"
    if own.is_dir():
        return
    with write_aside(own) as partial:
        partial.mkdir()
        save_file({name: t.detach().contiguous() for name, t in tensors.items()}, partial / "tensors.safetensors")
        state = {"identity": identity, "record": record}
        (partial / "state.json").write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    for other in folder.glob("step-*"):
        if other != own:
            shutil.rmtree(other)


def read_checkpoint(folder: Path, identity: Mapping[str, Any], device: str = "cpu") -> Saved | None:
    """The last state in a folder; none where there is none yet.

    Parameters
    ----------
    identity : mapping
        What this run is: a checkpoint of another is refused.

    Raises
    ------
    InputError
        If the checkpoint is of another configuration or of other pairs (both are named), or is damaged.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; checkpoints need a folder of their own")
    for left_over in folder.glob(".step-*.partial"):
        shutil.rmtree(left_over)
    found = sorted(folder.glob("step-*"))
    if not found:
        return None
    try:
        state = json.loads((found[-1] / "state.json").read_text(encoding="utf-8"))
        _check_same(folder, state["identity"], json.loads(json.dumps(identity)))
        return Saved(load_file(found[-1] / "tensors.safetensors", device), state["record"])
    except (OSError, SafetensorError, json.JSONDecodeError, KeyError) as error:
        raise InputError(f"{found[-1]} is damaged ({error}); remove it to begin anew") from error


def _check_same(folder: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    differing = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if differing:
        told = "; ".join(f"{n}: {_short(there.get(n))} there, {_short(here.get(n))} here" for n in differing[:3])
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        raise InputError(
            f"{folder} holds a checkpoint of another training ({told}{more}); give another folder, or the same "
            "pairs and settings to go on"
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:12] + "…" + text[-4:]
