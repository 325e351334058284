"""A language in, the keys beside each key of its keyboard out."""

from __future__ import annotations

from functools import lru_cache

from clirlab.corpora.languages import language_code

# rows from the top; a dot holds the place of a key that types no letter of its own
LAYOUTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "qwerty": (("qwertyuiop", "asdfghjkl", "zxcvbnm"),),
    "qwertz": (("qwertzuiop", "asdfghjkl", "yxcvbnm"),),
    "azerty": (("azertyuiop", "qsdfghjklm", "wxcvbn"),),
    "йцукен": (("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),),
    "йцукен-uk": (("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),),
    "arabic": (("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤر.ىةوزظ"),),
    "persian": (("ضصثقفغعهخحجچ", "شسیبلاتنمکگ", "ظطزرذدپو"),),
    # InScript without its vowel signs, plain and with the shift key
    "inscript": ((".....बहगदजड", ".....परकतचट", "..मनवलस..य"), ("औऐआईऊभङघधझढञ", "ओएअइउफ.खथछठ", "..ण.." + ".ळशष.")),
    "greek": ((".ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ"),),
    "hebrew": (("..קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"),),
}
DEFAULTS = ("qwerty", "йцукен", "arabic", "inscript", "greek", "hebrew")
INSTEAD_OF = {"qwertz": "qwerty", "azerty": "qwerty", "йцукен-uk": "йцукен", "persian": "arabic"}
# of languages whose keyboard is not the default of its script
OF_LANGUAGE = {
    **dict.fromkeys(("de", "cs", "sk", "hu", "sl", "hr", "bs", "sq"), "qwertz"),
    **dict.fromkeys(("fr", "br", "wo", "bm", "ln", "kab", "ff"), "azerty"),
    "uk": "йцукен-uk",
    **dict.fromkeys(("fa", "ps", "ur", "ckb"), "persian"),
}


@lru_cache
def neighbours(language: str | None = None) -> dict[str, str]:
    """The keys beside each letter, of all scripts whose keyboard is known: left, right, two above and two below.

    Parameters
    ----------
    language : str, optional
        Any usual code; its keyboard takes the place of the default one of its script.

    Raises
    ------
    InputError
        If the language is unknown.

    Examples
    --------
    >>> neighbours()["a"], neighbours("fr")["a"], neighbours("ru")["ф"]
    ('sqwz', 'zq', 'ыйця')
    """
    own = OF_LANGUAGE.get(language_code(language).split("-")[0]) if language is not None else None
    table: dict[str, str] = {}
    for default in DEFAULTS:
        for rows in LAYOUTS[own if own and INSTEAD_OF[own] == default else default]:
            table |= _beside(rows)
    return table


def _beside(rows: tuple[str, ...]) -> dict[str, str]:
    table = {}
    for r, row in enumerate(rows):
        for c, letter in enumerate(row):
            keys = [(r, c - 1), (r, c + 1), (r - 1, c), (r - 1, c + 1), (r + 1, c - 1), (r + 1, c)]
            there = (rows[i][j] for i, j in keys if 0 <= i < len(rows) and 0 <= j < len(rows[i]))
            table[letter] = "".join(there).replace(".", "")
    return {letter: keys for letter, keys in table.items() if letter != "." and keys}
