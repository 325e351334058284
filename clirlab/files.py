"""Files in and out without loss: write aside and rename; read text with errors that name the file."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from clirlab.errors import InputError

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def cache_root() -> Path:
    """Where what was converted once is kept: CLIRLAB_CACHE, else ``clirlab`` in the user's cache folder."""
    chosen = os.environ.get("CLIRLAB_CACHE")
    return Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clirlab"


def is_disk_full(error: Exception) -> bool:
    """Whether an error says that there is no space left to write to."""
    # safetensors wraps the system's error in its own type and keeps only the text
    return getattr(error, "errno", None) in DISK_FULL or "os error 28" in str(error)


def aside(path: Path) -> Path:
    """Where the new content of `path` is written before it takes that name (same folder, hidden, one a process)."""
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def _open_up(written: Path) -> None:
    """Give private files the permissions that new files get here (safetensors lets their owner alone read them)."""
    files = [path for path in (written.rglob("*") if written.is_dir() else [written]) if path.is_file()]
    private = [path for path in files if not path.is_symlink() and path.stat().st_mode & 0o777 == 0o600]
    if private:
        probe = written.with_name(f"{written.name}.mode")  # the umask cannot be read without setting it
        probe.touch()
        mode = probe.stat().st_mode & 0o777
        probe.unlink()
        for path in private:
            path.chmod(mode)


@contextmanager
def write_aside(path: str | Path) -> Iterator[Path]:
    """Yield a path to write a file or folder to; it becomes `path` when the block ends well and is removed when not.

    Parameters
    ----------
    path : str or Path
        The final name. An existing file is replaced in one step; an existing folder is refused. What is written has
        the permissions of any new file.

    Raises
    ------
    InputError
        If the disk fills up while writing (what was at `path` before is untouched), or `path` is a folder.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "note.txt"
    >>> with write_aside(target) as partial:
    ...     _ = partial.write_text("done")
    >>> target.read_text()
    'done'
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder that exists; give another name or move it away")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = aside(path)
    try:
        yield partial
        _open_up(partial)
        partial.replace(path)
    except Exception as error:
        if is_disk_full(error):
            raise InputError(
                f"{path}: the disk is full; nothing was overwritten. Free some space and give the same command again"
            ) from error
        raise
    finally:
        if partial.is_dir() and not partial.is_symlink():
            shutil.rmtree(partial)
        else:
            partial.unlink(missing_ok=True)


def read_text(path: str | Path) -> str:
    """The UTF-8 text of a file, decompressed where the name ends in ``.gz``.

    Raises
    ------
    InputError
        If the file is missing, is no (or a truncated) gzip file, or is not UTF-8.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; convert the file to UTF-8") from error


@contextmanager
def open_bytes(path: str | Path) -> Iterator[BufferedIOBase]:
    """A file to read from, decompressed where the name ends in ``.gz``.

    Raises
    ------
    InputError
        If the file is missing; while it is read, if it is no (or a truncated) gzip file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        try:
            yield file
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(f"{path}: not a whole gzip file ({error}); fetch it again") from error


def read_lines(path: str | Path) -> Iterator[str]:
    """The lines of a UTF-8 file one by one, without their ends, decompressed where the name ends in ``.gz``.

    Raises
    ------
    InputError
        If the file is missing, is no (or a truncated) gzip file, or a line is not UTF-8 (when it is reached).
    """
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise InputError(f"{path}, line {number}: not UTF-8; convert the file to UTF-8") from error
            yield text.rstrip("\r\n")


def set_aside(folder: Path) -> None:
    """Move a folder that is there out of the way (``NAME.old-1``, …), so that nothing is lost."""
    if not folder.exists():
        return
    number = 1
    while (old := folder.with_name(f"{folder.name}.old-{number}")).exists():
        number += 1
    folder.rename(old)
