"""Text in, words out: how the lab finds and counts words everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import regex

# scripts that set no blanks between words
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
# their decimal digits are written in runs as elsewhere
_UNSPACED = rf"[{UNSPACED}--\p{{Nd}}]"
_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--{_UNSPACED}]"

_KANA = r"\p{Hiragana}[\p{Hiragana}ー\p{M}]*|[\p{Katakana}&&\p{L}][\p{Katakana}ー\p{M}]*"
# leading vowel, consonant (two where the second glides into a vowel, or the first only tells its tone), vowel and tone
# marks, one last consonant that has no vowel of its own, silent letters
_THAI = (
    r"[เ-ไ]?[ก-ฮ](?:(?:[รลว]|(?<=อ)ย|(?<=ห)[งญนมย])(?=[\p{M}ะาำ]))?\p{M}*(?:(?<=[ีื][่-๋]?)[ยอ](?=[ก-ฮ](?![\p{M}ะาำ])))?"
    r"(?:(?<=(?<![เ-ไ])[ก-ฮ][่-๋]?)ว(?=[ก-ฮ](?![\p{M}ะาำ])))?"
    r"[ะาำๅ]*(?:[ก-ฮ](?![\p{M}ะาำ]))?(?:[ก-ฮ][ิุ]?์)*[ๆฯ]*"
)
_LAO = (
    r"[ເ-ໄ]?[ກ-ຮໜໝ](?:(?:[ຣລວ]|(?<=ຫ)[ງຍນມ])(?=[\p{M}ະາຳ]))?\p{M}*(?:(?<=[ີື][່-໋]?)[ຽອ](?=[ກ-ຮ](?![\p{M}ະາຳ])))?"
    r"(?:(?<=(?<![ເ-ໄ])[ກ-ຮ]\p{M}?)ວ(?=[ກ-ຮ](?![\p{M}ະາຳ])))?"
    r"[ະາຳຽ]*(?:[ກ-ຮ](?![\p{M}ະາຳຽ]))?(?:[ກ-ຮ]໌)*[ໆຯ]*"
)
_KHMER = r"[ក-ឳ](?:្[ក-អ]|\p{M})*(?:[ក-អ](?!\p{M}))?[ៗ]*"
_BURMESE = r"[\p{Myanmar}&&\p{L}](?:္[က-အ]|\p{M})*(?:[က-အ]့?်\p{M}*|[က-အ]္[က-အ]\p{M}*)*"
_SYLLABLE = rf"\p{{Han}}\p{{M}}*|{_KANA}|{_THAI}|{_LAO}|{_KHMER}|{_BURMESE}"

SPACED_LETTER = regex.compile(rf"(?V1){_LETTER}")
WORD = regex.compile(
    rf"(?V1){_LETTER}+(?:['’ʼ-]{_LETTER}+)*|(?=[\p{{L}}\p{{M}}\p{{N}}])(?:{_SYLLABLE}|{_UNSPACED}\p{{M}}*)"
)


def words(text: str) -> list[str]:
    """The words of a text: runs of letters, marks and digits, joined by apostrophes and hyphens.

    Scripts that set no blanks between words are counted as Vietnamese and Tibetan count themselves, whose blanks and
    dots divide syllables: a Chinese character is a word, and so is a run of hiragana or of katakana, and a syllable of
    Thai, Lao, Khmer and Burmese, found by rule from the spelling. No dictionary is asked, so that the count is the same
    everywhere. Words for one English word in the translations of NTREX-128: Chinese 1.7, Japanese 1.4, Burmese 2.5;
    beside them Vietnamese 1.4, Yoruba 1.2, Swahili 1.0, Zulu .7. Other scripts without blanks (Javanese, Balinese, …)
    give one word per run.

    Examples
    --------
    >>> words("Ng'ombe wangapi? Wa-tatu, naam.")
    ["Ng'ombe", 'wangapi', 'Wa-tatu', 'naam']
    >>> words("蜜蜂住在哪里？"), words("ミツバチはどこに住む？"), words("ผึ้งอยู่ที่ไหน")
    (['蜜', '蜂', '住', '在', '哪', '里'], ['ミツバチ', 'はどこに', '住', 'む'], ['ผึ้ง', 'อยู่', 'ที่', 'ไหน'])
    """
    return WORD.findall(text)


def word_frequencies(texts: Iterable[str]) -> Counter[str]:
    """How often each lower-cased word occurs in the texts.

    Examples
    --------
    >>> word_frequencies(["Maji ni uhai.", "maji"]).most_common(1)
    [('maji', 2)]
    """
    return Counter(word for text in texts for word in words(text.lower()))
