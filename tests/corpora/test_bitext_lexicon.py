import gzip

import pytest

from clirlab.corpora import load_bitext, load_lexicon, read_bitext, read_lexicon
from clirlab.errors import InputError

PAIRS = "Water is life.\tMaji ni uhai.\nThank you.\tAsante.\n\nWater is life.\tMaji ni uhai.\nThank you.\tShukrani.\n"
WORDS = "Water\tmaji\nhouse\tnyumba\nwater\tmajimaji\nwater\tmaji\nempty\t\n"


def write(path, text):
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["pairs.tsv", "pairs.tsv.gz"])
def test_bitext_in_file_order_without_repetitions(tmp_path, name):
    bitext = load_bitext(str(write(tmp_path / name, PAIRS)), language="sw")
    assert (bitext.name, bitext.language) == (name, "sw")
    assert bitext.source == ("Maji ni uhai.", "Asante.", "Shukrani.")
    assert bitext.english == ("Water is life.", "Thank you.", "Thank you.")
    assert bitext.take([2, 0]).source == ("Shukrani.", "Maji ni uhai.")
    assert bitext.take([2, 0]).english == ("Thank you.", "Water is life.")


@pytest.mark.parametrize("name", ["words.tsv", "words.tsv.gz"])
def test_lexicon_merges_repeated_words_whatever_their_case(tmp_path, name):
    lexicon = load_lexicon(str(write(tmp_path / name, WORDS)), language="sw")
    assert (lexicon.name, lexicon.language) == (name, "sw")
    assert list(lexicon.entries.items()) == [("water", ("maji", "majimaji")), ("house", ("nyumba",))]
    assert lexicon.take(["house"]).entries == {"house": ("nyumba",)}


def test_byte_order_mark_carriage_returns_and_decomposed_letters_do_not_matter(tmp_path):
    # a + combining diaeresis becomes ä (NFC)
    path = write(tmp_path / "windows.tsv", "\ufeffbear\tBa\u0308r\r\nwater\tWasser\r\n")
    assert read_lexicon(path, "de").entries == {"bear": ("B\u00e4r",), "water": ("Wasser",)}
    assert read_bitext(path, "de").english == ("bear", "water")


@pytest.mark.parametrize("read", [read_bitext, read_lexicon])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\tmoja\n\ntwo mbili\n", r"bad.tsv, line 3: 1 column\(s\), expected 2 separated by tabs"),
        ("", "bad.tsv: no (sentence pairs|entries); expected lines of English"),
        ("one\t\n\tmbili\n", "bad.tsv: no (sentence pairs|entries)"),
        (None, "bad.tsv: no such file"),
    ],
)
def test_a_bad_file_is_named_with_the_line(tmp_path, read, text, message):
    if text is not None:
        write(tmp_path / "bad.tsv", text)
    with pytest.raises(InputError, match=message):
        read(tmp_path / "bad.tsv", "sw")


@pytest.mark.parametrize(
    ("load", "name", "message"),
    [
        (load_bitext, "tico/en/sw", "unknown bitext 'tico'; did you mean 'tico19'"),
        (load_bitext, "demo/en/swa", "unknown language in .* 'swa'; did you mean 'sw'"),
        (load_bitext, "demo/sw", "'demo/sw' is not of the form '{family}/en/{language}'"),
        (load_bitext, "demo/fr/de", "demo/fr/de"),  # pairs are with English
        (load_lexicon, "muze/en/de", "unknown lexicon 'muze'; did you mean 'muse'"),
        (load_lexicon, "demo/en/swa", "unknown language in .* 'swa'; did you mean 'sw'"),
        (load_lexicon, "demo/sw", "'demo/sw' is not of the form '{family}/en/{language}'"),
        (load_lexicon, "demo/fr/de", "demo/fr/de"),
    ],
)
def test_an_unknown_id_names_the_nearest(load, name, message):
    with pytest.raises(InputError, match=message):
        load(name)


@pytest.mark.parametrize("name", ["tatoeba/en/zz", "mafand/en/n!"])
def test_a_code_that_is_no_language_is_an_input_error(data_root, name):
    with pytest.raises(InputError, match=name.split("/")[-1]):
        load_bitext(name, data_root)


@pytest.mark.parametrize(
    ("name", "count"),
    [("tico19/en/so", 2100), ("tatoeba/en/de", 1000), ("tatoeba/en/sw", 390), ("tatoeba/en/tl", 1000)],
)
def test_real_bitexts(data_root, name, count):
    bitext = load_bitext(name, data_root)
    assert len(bitext) == count
    assert bitext.language == name[-2:]


@pytest.mark.parametrize(
    ("name", "english", "foreign"),
    [
        ("muse/en/de", "water", "wasser"),
        ("wiktionary/en/sw", "water", "maji"),
        ("wiktionary/en/tl", "water", "magdilig"),
        ("gatitos/en/hi", "water", "पानी"),
    ],
)
def test_real_lexicons(data_root, name, english, foreign):
    assert foreign in load_lexicon(name, data_root).entries[english]


def test_muse_has_the_english_words_of_its_readme(data_root):
    assert len(load_lexicon("muse/en/tl", data_root)) == 31463
