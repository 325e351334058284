"""Text files in, a file of links out: one line a sentence pair, in bounded memory, resumed where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from clirlab.alignment.align import CHUNK, SentenceAlignment, align
from clirlab.alignment.setting import DEFAULT, AlignmentSetting
from clirlab.errors import InputError
from clirlab.files import read_lines, write_aside
from clirlab.models import TokenEncoder

Pair = tuple[list[str], list[str]]


class Written(NamedTuple):
    """What `align_files` did: pairs in the file, those of an earlier run among them, and diffuse plans of this run."""

    pairs: int
    resumed: int
    diffuse: int


def pharaoh(links: Iterable[tuple[int, int]]) -> str:
    """Links as a line of Pharaoh format, from 0.

    Examples
    --------
    >>> pharaoh({(1, 0), (0, 2)})
    '0-2 1-0'
    """
    return " ".join(f"{i}-{j}" for i, j in sorted(links))


def read_pairs(source: str | Path, target: str | Path | None = None) -> Iterator[Pair]:
    """The words of sentence pairs, split at blanks, one line after the other.

    Parameters
    ----------
    source, target : str or Path
        Two files with one sentence a line, or one TSV file whose first two columns are the sentences; ``.gz`` too. A
        line may be blank.

    Raises
    ------
    InputError
        If the two files differ in their number of lines, or a line of the TSV file has one column.
    """
    if target is None:
        for number, line in enumerate(read_lines(source), start=1):
            fields = line.split("\t") if line.strip() else ["", ""]
            if len(fields) < 2:
                raise InputError(f"{source}, line {number}: 1 column, expected source and target separated by a tab")
            yield fields[0].split(), fields[1].split()
        return
    both = zip_longest(read_lines(source), read_lines(target))
    for number, (s, t) in enumerate(both):
        if s is None or t is None:
            rest = 1 + sum(1 for _ in both)
            counts = (number, number + rest) if s is None else (number + rest, number)
            raise InputError(
                f"{source} has {counts[0]} lines and {target} has {counts[1]}; line k must translate line k"
            )
        yield s.split(), t.split()


def align_files(
    encoder: TokenEncoder,
    source: str | Path,
    target: str | Path | None,
    out: str | Path,
    setting: AlignmentSetting = DEFAULT,
    fresh: bool = False,
    batch_size: int = 32,
    progress: bool = False,
) -> Written:
    """Align files into `out`, a line of Pharaoh links for each pair; after an interruption it goes on where it was.

    The lines are written to ``.{out}.partial``, with what they were made from beside it, and take the name `out` when
    they are complete. It goes on from the last whole chunk of `CHUNK` pairs, so that the file is, byte for byte, that
    of an uninterrupted run.

    Parameters
    ----------
    source, target : str or Path
        See `read_pairs`.
    fresh : bool
        Start anew, whatever an interrupted run has left.

    Raises
    ------
    InputError
        If the input is wrong (before anything is written), or what is left is of another setting or other texts.
    """
    out = Path(out)
    if out.is_dir():
        raise InputError(f"{out} is a folder; give the name of a file")
    total = sum(1 for _ in read_pairs(source, target))
    origin = _origin(encoder, source, target, setting, batch_size)
    partial, record = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.partial.json")
    done = 0
    if partial.is_file() and record.is_file() and not fresh:
        _check_origin(record, origin)
        done = _keep_whole_chunks(partial)
    else:
        with write_aside(record) as file:
            file.write_text(json.dumps(origin, indent=1), encoding="utf-8")
        partial.write_bytes(b"")
    pairs = islice(read_pairs(source, target), done, None)
    diffuse = 0
    with partial.open("a", encoding="utf-8") as lines:
        for found in shown(align(encoder, pairs, setting, batch_size), total, done, progress):
            diffuse += found.diffuse
            lines.write(pharaoh(found.links) + "\n")
    partial.replace(out)
    record.unlink()
    return Written(total, done, diffuse)


def shown(
    found: Iterator[SentenceAlignment], total: int, done: int = 0, progress: bool = True
) -> Iterator[SentenceAlignment]:
    """The same with a progress bar."""
    return iter(tqdm(found, "align", total, initial=done, unit=" pairs", disable=not progress))


def _origin(
    encoder: TokenEncoder, source: str | Path, target: str | Path | None, setting: AlignmentSetting, batch_size: int
) -> dict[str, Any]:
    """What the lines of a file depend on."""
    weights = hashlib.sha256(list(encoder.model.parameters())[-1].detach().cpu().numpy().tobytes()).hexdigest()
    texts = [_sha256(Path(path)) for path in (source, target) if path is not None]
    return {
        "encoder": encoder.name,
        "weights": weights,
        **asdict(setting),
        "layer": setting.layer_of(encoder),
        "batch size": batch_size,
        "chunk": CHUNK,
        "texts": texts,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_origin(record: Path, origin: dict[str, Any]) -> None:
    before = json.loads(record.read_text(encoding="utf-8"))
    other = [key for key in origin if before.get(key) != origin[key]]
    if other:
        raise InputError(
            f"{record.with_suffix('')}: an interrupted run with other {', '.join(other)}; give the same command again "
            "to go on with it, or --fresh to start anew"
        )


def _keep_whole_chunks(partial: Path) -> int:
    """Cut a file after the last whole chunk of lines; how many lines it then has."""
    kept, end, position = 0, 0, 0
    with partial.open("rb+") as file:
        for number, line in enumerate(file, start=1):
            position += len(line)
            if number % CHUNK == 0 and line.endswith(b"\n"):
                kept, end = number, position
        file.truncate(end)
    return kept
