"""What a user did that cannot work, said once: the error type that the command line shows without a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something that entered from outside (file, name, configuration) is wrong; the message names it and the remedy."""


class RunError(RuntimeError):
    """Work that was rightly asked for did not succeed; the message says where and why (exit status 1)."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """The error for a name that is not known: the nearest known name first, then all of them.

    Examples
    --------
    >>> print(unknown_name("arm", "optcal", ["optical", "zero-shot"]))
    unknown arm 'optcal'; did you mean 'optical'? known: optical, zero-shot
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    shown = ", ".join(names[:15]) + (f" and {len(names) - 15} more" if len(names) > 15 else "")
    return InputError(f"unknown {kind} {name!r}{hint} known: {shown or 'none'}")
