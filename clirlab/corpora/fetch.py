"""A data set's name in, its files in the data folder out: resumed, checked, and never half under their names."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from tqdm.auto import tqdm

from clirlab.corpora.datasets import DataSet, Original, data_set, originals
from clirlab.corpora.manifest import BLOCK, add_to_manifest, checksum
from clirlab.corpora.sources import plain_or_gz
from clirlab.errors import InputError
from clirlab.files import DISK_FULL

PUBLIC = "https://raw.githubusercontent.com"
TIMEOUT = 60


class Fetched(NamedTuple):
    """What a call did: files that came, files that were there and whole, and how the rest of the set is made."""

    files: int
    there: int
    made: str


def fetch(name: str, root: str | Path, mirror: str = PUBLIC, progress: bool = False) -> Fetched:
    """Bring the published files of a data set into the data folder.

    A file that is there and whole (plain or ``.gz``) is left alone. A download that was interrupted goes on where it
    stopped. A file takes its name when size and SHA-256 are right; then it is listed in ``MANIFEST.tsv``.

    Parameters
    ----------
    name : str
        A data set of `datasets.DATASETS`.
    root : str or Path
        The data folder; made where it is not there.
    mirror : str
        Where ``owner/repository/commit/path`` is found; ``https://``, ``http://`` or ``file://``.
    progress : bool
        Show a bar over the bytes.

    Raises
    ------
    InputError
        If the set is unknown, is not published in the form in which it is used, a place cannot be reached, what comes
        is not what was published, or the disk is full.
    """
    dataset, root = data_set(name), Path(root)
    wanted = [original for original in originals() if original.dataset == name]
    if not wanted:
        raise InputError(_not_published(dataset))
    if urlsplit(mirror).scheme not in ("https", "http", "file"):
        raise InputError(f"{mirror!r} is no place to fetch from; give an https://, http:// or file:// address")
    left = [original for original in wanted if not _is_there(root, original)]
    _fetch_all(left, root, mirror, progress)
    return Fetched(len(left), len(wanted) - len(left), dataset.made)


def _not_published(dataset: DataSet) -> str:
    return (
        f"{dataset.name} is not published in the form in which it is used, so it cannot be fetched: {dataset.made}. "
        f"Its originals: {dataset.origin}. Make the files so and put them into {dataset.folder}/ of the data folder"
    )


def _is_there(root: Path, original: Original) -> bool:
    try:
        return checksum(plain_or_gz(root / original.path), decompress=True) == original.sha256
    except InputError:
        return False


def _fetch_all(wanted: Iterable[Original], root: Path, mirror: str, progress: bool) -> None:
    wanted, came = list(wanted), []
    total = sum(original.size for original in wanted)
    try:
        with tqdm(total=total, unit="B", unit_scale=True, desc="fetching", disable=not progress or not wanted) as bar:
            for original in wanted:
                bar.set_postfix_str(original.path.rpartition("/")[2])
                _fetch_one(original, root / original.path, mirror, bar)
                came.append(original.path)
    finally:
        # what came is whole, whatever happened afterwards
        if came:
            add_to_manifest(root, came)


def _fetch_one(original: Original, path: Path, mirror: str, bar: tqdm) -> None:
    part = path.with_name(f".{path.name}.part")
    address = f"{mirror.rstrip('/')}/{quote(original.location)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if part.is_file() and part.stat().st_size > original.size:
            part.unlink()
        _download(address, part, original.size, bar)
    except HTTPError as error:
        # what is there is no beginning of what the server has
        if error.code == 416:
            part.unlink(missing_ok=True)
        raise InputError(f"{address}: the server answers {error.code} ({error.reason}); try --mirror") from error
    except (OSError, HTTPException) as error:
        if getattr(error, "errno", None) in DISK_FULL:
            raise InputError(f"{path}: the disk is full; free some space and give the same command again") from error
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error
        reason = error.reason if isinstance(error, URLError) else error
        raise InputError(
            f"{address}: not reached ({reason}). Is this machine offline? Give the same command again with a "
            "connection (it goes on where it stopped) or with --mirror, or copy the data folder from another machine"
        ) from error
    size, found = part.stat().st_size, checksum(part)
    if (size, found) != (original.size, original.sha256):
        part.unlink()
        raise InputError(
            f"{address}: not the published file: {size:,} bytes with SHA-256 {found[:12]}…, expected "
            f"{original.size:,} with {original.sha256[:12]}…; nothing was kept. Give the same command again, "
            "or another --mirror"
        )
    part.replace(path)


def _download(address: str, part: Path, size: int, bar: tqdm) -> None:
    """Append to `part` what it lacks, or write it anew where the server does not serve parts."""
    start = part.stat().st_size if part.is_file() else 0
    if start == size:
        bar.update(size)
        return
    request = Request(address, headers={"Range": f"bytes={start}-"} if start else {})
    with urlopen(request, timeout=TIMEOUT) as answer:
        goes_on = (
            start > 0 and answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        )
        bar.update(start if goes_on else 0)
        written = start if goes_on else 0
        with part.open("ab" if goes_on else "wb") as out:
            # one block beyond the size shows that it is not the file; a server cannot fill the disk
            while written <= size and (block := answer.read(BLOCK)):
                out.write(block)
                written += len(block)
                bar.update(len(block))
    if written < size:
        raise OSError(f"the connection ended after {written:,} of {size:,} bytes")
