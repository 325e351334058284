import gzip

import pytest

from clirlab.corpora import load_lexicon, read_lexicon
from clirlab.errors import InputError

WORDS = "Water\tmaji\nhouse\tnyumba\nwater\tmajimaji\nwater\tmaji\nempty\t\n\t\na lot\tnyingi sana\n"


def write(path, text):
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["words.tsv", "words.tsv.gz"])
def test_repeated_words_are_merged_whatever_their_case_and_phrases_kept(tmp_path, name):
    lexicon = load_lexicon(str(write(tmp_path / name, WORDS)), language="swa")
    assert (lexicon.name, lexicon.language) == (name, "sw")
    assert list(lexicon.entries.items()) == [
        ("water", ("maji", "majimaji")),
        ("house", ("nyumba",)),
        ("a lot", ("nyingi sana",)),
    ]
    assert lexicon.origins is None


def test_a_list_can_be_read_the_other_way_round(tmp_path):
    path = write(tmp_path / "words.tsv", "maji\twater\nmto\twater\n")
    assert read_lexicon(path, "sw", inverted=True).entries == {"water": ("maji", "mto")}


def test_byte_order_mark_carriage_returns_control_characters_and_decomposed_letters_do_not_matter(tmp_path):
    # a + combining diaeresis becomes ä (NFC)
    path = write(tmp_path / "windows.tsv", "\ufeffbear\tBa\u0308r\r\nwater\tWas\x00ser\x07\r\n")
    assert read_lexicon(path, "de").entries == {"bear": ("B\u00e4r",), "water": ("Wasser",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one\tmoja\n\ntwo mbili\n", r"bad.tsv, line 3: 1 column\(s\), expected 2 separated by tabs"),
        ("", "bad.tsv: no entries; expected lines of English word, tab, translation"),
        ("one\t\n\tmbili\n", "bad.tsv: no entries"),
        (None, "bad.tsv: no such file"),
    ],
)
def test_a_bad_file_is_named_with_the_line(tmp_path, text, message):
    if text is not None:
        write(tmp_path / "bad.tsv", text)
    with pytest.raises(InputError, match=message):
        read_lexicon(tmp_path / "bad.tsv", "sw")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("muze/en/de", "unknown lexicon 'muze'; did you mean 'muse'"),
        ("demo/en/swz", "unknown language 'swz'; did you mean 'sw'"),
        ("demo/sw", "'demo/sw' is not of the form '{family}/en/{language}'"),
        ("demo/fr/de", "'demo/fr/de' is not of the form"),
        ("demo/en/sw/train", "is not of the form"),
        ("demo/en/sw+demo/en/de", "different languages cannot be merged"),
    ],
)
def test_an_unknown_id_names_the_nearest(name, message):
    with pytest.raises(InputError, match=message):
        load_lexicon(name)


def test_ids_joined_by_plus_are_merged(tmp_path):
    own = write(tmp_path / "own.tsv", "water\tmaji safi\n")
    both = load_lexicon(f"{own} + demo/en/sw", language="sw")
    assert both.entries["water"] == ("maji safi", "maji")
    assert both.origins["water"] == ("own.tsv", "demo/en/sw")


def test_freedict_both_ways(tmp_path):
    folder = tmp_path / "lexicons" / "freedict"
    write(folder / "eng-swh.tsv.gz", "bicycle\tbaisikeli, baiskeli\tbicycle /x/ <n>\n")
    lines = [
        ("ahadi", "1. promise, pledge 2. agreement See also: {agano}"),
        ("fedha", "1. money Synonyms: {hela}, {pesa} 2. silver"),
        ("nyinyi, ninyi", "you (pl.)"),
        ("maandazi", "Plural of {andazi}: doughnut, pastry"),
        ("watu", "people Plural of {mtu}: person"),
        ("fofofo", "completely, heavily (occurs with 'lala' and 'fa')"),
        ("pole", "sorry! ; my condolences!"),
        ("karibu", "Welcome! ; reply to '{Hodi}!'"),
    ]
    write(folder / "swh-eng.tsv.gz", "".join(f"{head}\t{text}\t{head} <n>\n" for head, text in lines))
    assert load_lexicon("freedict/en/sw", tmp_path).entries == {"bicycle": ("baisikeli", "baiskeli")}
    assert load_lexicon("freedict-inverted/en/sw", tmp_path).entries == {
        "promise": ("ahadi",),
        "pledge": ("ahadi",),
        "agreement": ("ahadi",),
        "money": ("fedha",),
        "silver": ("fedha",),
        "you": ("nyinyi", "ninyi"),
        "people": ("watu",),
        "completely": ("fofofo",),
        "heavily": ("fofofo",),
        "sorry": ("pole",),
        "my condolences": ("pole",),
        "welcome": ("karibu",),
    }


@pytest.mark.parametrize(
    ("name", "english", "foreign"),
    [
        ("muse/en/deu_Latn", "water", "wasser"),
        ("wiktionary/en/sw", "water", "maji"),
        ("wiktionary/en/tl", "water", "magdilig"),
        ("wiktionary/en/si", "water", "ජලය"),
        ("gatitos/en/hi", "water", "पानी"),
        ("gatitos/en/hin", "a little", "थोड़ा"),
        ("freedict/en/swa", "smell good", "nukia"),
        ("freedict-inverted/en/sw", "stopping place", "kituo"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*not for commercial use")
def test_real_lexicons(data_root, name, english, foreign):
    assert foreign in load_lexicon(name, data_root).entries[english]


# distinct English words in the README of the lists
@pytest.mark.parametrize(("language", "count"), [("tl", 31463), ("ar", 22305), ("fr", 94681), ("he", 6500)])
@pytest.mark.filterwarnings("ignore:.*not for commercial use")
def test_muse_has_the_english_words_of_its_readme(data_root, language, count):
    assert len(load_lexicon(f"muse/en/{language}", data_root)) == count


@pytest.mark.parametrize(("name", "pairs"), [("wiktionary/en/so", 813), ("wiktionary/en/ha", 1292)])
def test_no_pair_of_a_list_is_lost(data_root, name, pairs):
    path = data_root / "lexicons/wiktionary_wechsel" / f"en-{'somali' if name[-2:] == 'so' else 'hausa'}.tsv.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert len(lines) == pairs
    distinct = {(word.lower().strip(), foreign.strip()) for word, foreign in (line.split("\t") for line in lines)}
    found = load_lexicon(name, data_root)
    assert sum(map(len, found.entries.values())) == len(distinct)
