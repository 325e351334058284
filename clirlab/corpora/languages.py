"""Language codes of any usual kind in, BCP-47 out: ``swa``, ``swh_Latn`` and ``Swahili`` are all ``sw``."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

import langcodes
from langcodes import Language, LanguageTagError
from langcodes.data_dicts import LANGUAGE_ALPHA3

from clirlab.errors import InputError

# members of a macro-language that stand for it in the files people share, and that the standard table leaves apart
MEMBERS = {"pbt": "ps"}


@lru_cache(maxsize=4096)
def language_code(code: str) -> str:
    """The shortest BCP-47 tag of a language, from any code that is in use for it, or from its English name.

    ISO 639-1 and 639-3 codes, FLORES codes (``yor_Latn``), members that stand for their macro-language (``cmn``),
    replaced codes (``iw``), tags with the script or region that goes without saying (``zh-CN``), and English names.

    Raises
    ------
    InputError
        If it is none of these; the nearest code is named.

    Examples
    --------
    >>> [language_code(code) for code in ("swa", "swh_Latn", "tl", "zh-CN", "zho_Hant", "arb_Arab", "hausa")]
    ['sw', 'sw', 'fil', 'zh', 'zh-Hant', 'ar', 'ha']
    """
    try:
        language = Language.get(langcodes.standardize_tag(code.strip(), macro=True))
        if not language.is_valid():
            raise LookupError
    except (LanguageTagError, LookupError):
        try:
            language = Language.get(langcodes.standardize_tag(str(langcodes.find(code)), macro=True))
        # its table of names takes no control characters
        except (LookupError, UnicodeDecodeError):
            raise _unknown(code) from None
    language = language.update_dict({"language": MEMBERS.get(str(language.language), language.language)})
    full = language.maximize()
    shorter = [Language.make(language.language), Language.make(language.language, script=full.script)]
    return str(next((tag for tag in shorter if tag.maximize() == full), language))


def language_name(code: str) -> str:
    """The English name of a language.

    Examples
    --------
    >>> language_name("swh_Latn")
    'Swahili'
    """
    return Language.get(language_code(code)).display_name()


def spelling_of(code: str, spellings: Iterable[str]) -> str | None:
    """Which of the spellings that somebody else uses means this language; None where none does.

    Where the exact tag is not there and one other variety of the same language is, it is that one.

    Raises
    ------
    InputError
        If the code is none of a language.

    Examples
    --------
    >>> spelling_of("sw", ["swh", "tgl"]), spelling_of("es", ["es-419", "pt"]), spelling_of("ha", ["swh"])
    ('swh', 'es-419', None)
    """
    wanted, spellings = language_code(code), sorted(spellings)
    if code in spellings:
        return code
    known: dict[str, str] = {}
    for spelling in spellings:
        try:
            known.setdefault(language_code(spelling), spelling)
        except InputError:
            continue  # a file of something else
    if wanted in known:
        return known[wanted]
    kin = [spelling for tag, spelling in known.items() if Language.get(tag).language == wanted]
    return kin[0] if len(kin) == 1 else None


def _unknown(code: str) -> InputError:
    codes = {*LANGUAGE_ALPHA3, *LANGUAGE_ALPHA3.values()}
    near = get_close_matches(code.lower(), sorted(codes), n=1, cutoff=0.5)
    if not near:
        return InputError(f"unknown language {code!r}; give a BCP-47 or ISO 639-3 code such as 'sw' or 'swh'")
    return InputError(f"unknown language {code!r}; did you mean {near[0]!r} ({Language.get(near[0]).display_name()})?")
