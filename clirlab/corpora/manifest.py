"""A data folder in, what its MANIFEST.tsv says about it out: size and SHA-256 of every file, kept and checked."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import regex

from clirlab.errors import InputError
from clirlab.files import read_lines, write_aside

NAME = "MANIFEST.tsv"
SHA256 = regex.compile(r"[0-9a-f]{64}")
BLOCK = 1 << 20


class Listed(NamedTuple):
    """What the manifest says of one file."""

    size: int
    sha256: str


def checksum(path: Path, decompress: bool = False) -> str:
    """SHA-256 of a file, in hexadecimal digits; of what it holds where it is a gzip file and `decompress` is set.

    Raises
    ------
    InputError
        If it is to be decompressed and is not a whole gzip file.
    """
    digest = hashlib.sha256()
    try:
        with gzip.open(path) if decompress and path.suffix == ".gz" else path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    return digest.hexdigest()


def read_manifest(root: Path) -> dict[str, Listed]:
    """The files that ``MANIFEST.tsv`` at the data folder's root lists, by path; none where it is not there.

    Raises
    ------
    InputError
        If a line is not path, bytes and SHA-256, a path leaves the folder, or is there twice.
    """
    path = root / NAME
    found: dict[str, Listed] = {}
    for number, line in enumerate(read_lines(path) if path.is_file() else (), start=1):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) != 3 or not fields[1].isascii() or not fields[1].isdigit() or not SHA256.fullmatch(fields[2]):
            raise InputError(f"{path}, line {number}: expected path, bytes and SHA-256 separated by tabs")
        name = Path(fields[0])
        if name.is_absolute() or ".." in name.parts:
            raise InputError(f"{path}, line {number}: {fields[0]!r} is not inside the data folder")
        if fields[0] in found:
            raise InputError(f"{path}, line {number}: {fields[0]!r} is there twice; take one out")
        found[fields[0]] = Listed(int(fields[1]), fields[2])
    return found


def add_to_manifest(root: Path, paths: Iterable[str]) -> None:
    """List these files of the data folder, in place of what was said of them before."""
    listed = read_manifest(root)
    for path in paths:
        file = root / path
        # what was there under the other name is gone or superseded
        listed[path] = Listed(file.stat().st_size, checksum(file))
    with write_aside(root / NAME) as partial, partial.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{path}\t{size}\t{sha256}\n" for path, (size, sha256) in sorted(listed.items()))


def damaged_files(root: Path, folder: str = "") -> Iterator[tuple[str, str]]:
    """Every file under `folder` that is not as the manifest says: its path, and what is wrong with it."""
    for path, (size, sha256) in read_manifest(root).items():
        if folder and not path.startswith(f"{folder}/"):
            continue
        file = root / path
        if not file.is_file():
            yield path, "is listed and not there"
        elif file.stat().st_size != size:
            yield path, f"has {file.stat().st_size:,} bytes, expected {size:,}"
        elif checksum(file) != sha256:
            yield path, "has another SHA-256 than is listed: its content was changed"


def unlisted_files(root: Path, folder: str = "") -> list[str]:
    """The files under `folder` that the manifest does not list, hidden ones left out."""
    listed = read_manifest(root)
    files = (path.relative_to(root) for path in (root / folder).rglob("*") if path.is_file())
    shown = (path for path in files if not any(part.startswith(".") for part in path.parts))
    return sorted(path.as_posix() for path in shown if path.as_posix() not in listed and path.as_posix() != NAME)
