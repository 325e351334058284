"""Texts in, the families of fonts on this machine that hold their scripts out, and which scripts have none."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from matplotlib import ft2font
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

FIRST = "DejaVu Sans"  # comes with Matplotlib


class Script(NamedTuple):
    """A script that FIRST lacks: how its characters' Unicode names begin, and families that hold it, best first."""

    prefixes: tuple[str, ...]
    families: tuple[str, ...]


SCRIPTS: dict[str, Script] = {
    "Arabic": Script(("ARABIC",), ("Noto Sans Arabic", "Noto Naskh Arabic", "Amiri", "Geeza Pro", "Arial")),
    "Devanagari": Script(
        ("DEVANAGARI",),
        ("Noto Sans Devanagari", "Lohit Devanagari", "FreeSans", "Kohinoor Devanagari", "Mangal", "Nirmala UI"),
    ),
    "Chinese": Script(
        ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH", "BOPOMOFO"),
        ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
         "WenQuanYi Micro Hei", "Droid Sans Fallback", "PingFang SC", "Microsoft YaHei", "SimHei"),
    ),
    "Korean": Script(("HANGUL",), ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "UnDotum", "Malgun Gothic",
                                   "Apple SD Gothic Neo", "Noto Sans CJK SC", "Noto Sans CJK JP")),
    "Thai": Script(("THAI",), ("Noto Sans Thai", "Noto Sans Thai Looped", "Loma", "Garuda", "Thonburi", "Leelawadee UI",
                               "Tahoma")),
    "Ethiopic": Script(("ETHIOPIC",), ("Noto Sans Ethiopic", "Abyssinica SIL", "Noto Serif Ethiopic", "Kefa", "Nyala",
                                       "Ebrima")),
    "Hebrew": Script(("HEBREW",), ("Noto Sans Hebrew", "Arial Hebrew", "Arial")),
    "Bengali": Script(("BENGALI",), ("Noto Sans Bengali", "Lohit Bengali", "Kohinoor Bangla", "Nirmala UI")),
    "Tamil": Script(("TAMIL",), ("Noto Sans Tamil", "Lohit Tamil", "Tamil Sangam MN", "Nirmala UI")),
    "Telugu": Script(("TELUGU",), ("Noto Sans Telugu", "Lohit Telugu", "Telugu Sangam MN", "Nirmala UI")),
    "emoji": Script((), ("Noto Emoji", "Symbola", "Segoe UI Symbol")),
}  # fmt: skip
# what only fonts of many colours hold, which Matplotlib does not draw, if no family above is there
PICTURES = ("So", "Sk")


def script_of(character: str) -> str | None:
    """The script of a character that the first family may lack, by its Unicode name.

    Examples
    --------
    >>> [script_of(character) for character in "aक水ไ"]
    [None, 'Devanagari', 'Chinese', 'Thai']
    """
    if character.isascii():
        return None
    name = unicodedata.name(character, "")
    for script, (prefixes, _) in SCRIPTS.items():
        if prefixes and name.startswith(prefixes):
            return script
    return "emoji" if ord(character) > 0xFFFF and unicodedata.category(character) in PICTURES else None


@lru_cache(maxsize=4096)
def _held(family: str, character: str) -> bool:
    path = findfont(FontProperties(family=[family]), fallback_to_default=False)
    return ord(character) in get_font(path).get_charmap()


def _installed() -> set[str]:
    return {entry.name for entry in fontManager.ttflist}


def families() -> list[str]:
    """The first family, and behind it those of each script that are on this machine, for Matplotlib to fall back on."""
    there = _installed()
    chosen = [next((name for name in script.families if name in there), None) for script in SCRIPTS.values()]
    return [FIRST, *dict.fromkeys(name for name in chosen if name)]


def missing_scripts(texts: Iterable[str]) -> list[str]:
    """The scripts in these texts of which a character is in no family that `families` gives.

    Examples
    --------
    >>> missing_scripts(["maji", "water"])
    []
    """
    there = families()
    lacking: dict[str, None] = {}
    for character in sorted(set("".join(texts))):
        script = script_of(character)
        if script and script not in lacking and not any(_held(family, character) for family in there):
            lacking[script] = None
    return list(lacking)


def shapes_text() -> bool:
    """Whether this Matplotlib joins Arabic letters, orders right-to-left text and places Devanagari vowels (3.11 does).

    One that does not draws each character by itself, from left to right; so do PNG and PDF then. An SVG holds the text,
    and what opens it does the shaping.
    """
    return hasattr(ft2font, "__libraqm_version__")


SHAPED = {"Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Telugu", "Thai"}


def warn_of_gaps(texts: Iterable[str]) -> None:
    """Say which scripts of these texts cannot be drawn here, or not rightly, and what to do about it."""
    texts = list(texts)
    for script in missing_scripts(texts):
        best = "Noto Emoji (its colourless form)" if script == "emoji" else SCRIPTS[script].families[0]
        warnings.warn(
            f"no font on this machine holds the {script} characters of this figure; PNG and PDF show boxes in their "
            f"place. Install {best} (Debian: fonts-noto-core, fonts-noto-cjk) and draw again",
            stacklevel=3,
        )
    if not shapes_text() and (unshaped := {script_of(c) for c in set("".join(texts))} & SHAPED):
        warnings.warn(
            f"this Matplotlib does not shape {', '.join(sorted(map(str, unshaped)))}: PNG and PDF show its characters "
            "one by one from left to right. Take Matplotlib 3.11 or later, or the SVG",
            stacklevel=3,
        )
