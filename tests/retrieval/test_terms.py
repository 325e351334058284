"""Terms by hand in scripts with and without blanks."""

import pytest

from clirlab.retrieval import terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("?! 。", []),
        ("Ng'ombe Wa-tatu, naam", ["ng'ombe", "wa-tatu", "naam"]),
        ("İstanbul STRASSE straße", ["i̇stanbul", "strasse", "strasse"]),
        ("蜜蜂住在哪里？", ["蜜蜂", "蜂住", "住在", "在哪", "哪里"]),
        ("水", ["水"]),
        ("水。火", ["水", "火"]),
        ("ＮＡＳＡは1969年", ["nasa", "は", "1969", "年"]),
        ("ｺｰﾋｰ", ["コー", "ーヒ", "ヒー"]),
        ("コーヒーを", ["コー", "ーヒ", "ヒー", "ーを"]),
        # a character with its vowel and tone marks counts as one
        ("ที่นี่", ["ที่นี่"]),
        ("ผึ้งอยู่", ["ผึ้ง", "งอ", "อยู่"]),
        ("๒๕๖๓", ["๒๕๖๓"]),
        ("ຂ້ອຍ", ["ຂ້ອ", "ອຍ"]),
        ("ភាសា", ["ភាសា"]),
        ("မြန်မာ", ["မြန်", "န်မာ"]),
        ("ọ̀rọ̀ Yorùbá", ["ọ̀rọ̀", "yorùbá"]),
        ("የአማርኛ ጽሑፍ", ["የአማርኛ", "ጽሑፍ"]),
    ],
)
def test_terms_by_hand(text, expected):
    assert terms(text) == expected


def test_the_spelling_of_an_accent_does_not_matter():
    assert terms("caf\u00e9 e\u0301t\u00e9") == terms("cafe\u0301 \u00e9te\u0301")
