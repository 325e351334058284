import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from clirlab.supervision import word_frequencies, words

BLANKS = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ-][\p{L}\p{M}\p{N}]+)*")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
signs = st.text("蜂住々〇ミツバチラーメンはぷใเไทยคนี่ือ์ะาำๆ๑ປະເທດລາວີ່ຽអកម្ពុជាះមြန်မာ္ဘ၁aé'-9 ,。", max_size=30)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ng'ombe, ng’ombe; ba'", ["Ng'ombe", "ng’ombe", "ba"]),  # an apostrophe joins only between letters
        ("Wa-tatu - 24 siku.", ["Wa-tatu", "24", "siku"]),
        ("पानी कहाँ है?", ["पानी", "कहाँ", "है"]),  # combining marks belong to their word
        ("?! …", []),
    ],
)
def test_worked_examples(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AI技术，2024年。", "AI 技 术 2024 年"),
        ("ラーメンはどこで食べる？", "ラーメン はどこで 食 べる"),
        ("ประเทศไทย คนเมืองเหนือ วันศุกร์ ๑๒๓", "ประ เทศ ไทย คน เมือง เหนือ วัน ศุกร์ ๑๒๓"),
        ("เปลี่ยนอยู่ที่ไหน สวนแล้วด้วย", "เปลี่ยน อยู่ ที่ ไหน สวน แล้ว ด้วย"),
        ("ປະເທດລາວ ເມືອງຫຼວງ", "ປະ ເທດ ລາວ ເມືອງ ຫຼວງ"),
        ("ភាសាខ្មែរ", "ភា សា ខ្មែរ"),
        ("မြန်မာနိုင်ငံ ကမ္ဘာ ၁၂", "မြန် မာ နိုင် ငံ ကမ္ဘာ ၁၂"),
    ],
)
def test_scripts_without_blanks_are_counted_by_character_run_or_syllable(text, found):
    assert words(text) == found.split()


@given(st.text())
def test_texts_of_scripts_with_blanks_are_cut_at_their_blanks(text):
    spaced = UNSPACED.sub(" ", text)
    assert words(spaced) == BLANKS.findall(spaced)


@given(signs)
def test_no_letter_is_lost(text):
    kept = regex.compile(r"[\p{L}\p{M}\p{N}]")
    assert kept.findall("".join(words(text))) == kept.findall(text)


def test_frequencies_fold_case():
    assert word_frequencies(["Maji, MAJI!", "ni maji"]) == {"maji": 3, "ni": 1}
