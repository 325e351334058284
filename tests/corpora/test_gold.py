import gzip
import re

import pytest

from clirlab.corpora import gold_names, load_bitext, load_gold, read_gold, read_naacl, read_pharaoh
from clirlab.errors import InputError

TSV = "the red house\tnyumba nyekundu\t0-0 1-1 2-0 0?1\nyes\tndiyo\t\n\nI came .\tnilikuja .\t0p0 1-0 2-1 0-0\n"
SURE = (frozenset({(0, 0), (1, 1), (2, 0)}), frozenset(), frozenset({(0, 0), (1, 0), (2, 1)}))
POSSIBLE = (frozenset({(0, 1)}), frozenset(), frozenset())
SOURCE = (("the", "red", "house"), ("yes",), ("I", "came", "."))
TARGET = (("nyumba", "nyekundu"), ("ndiyo",), ("nilikuja", "."))

# name: pairs, sure, possible, as the data set's README counts them
COUNTS = {
    "graca/en/es/train": (90, 757, 0),
    "graca/en/es/valid": (10, 78, 0),
    "graca/en/pt/train": (90, 702, 0),
    "graca/en/pt/valid": (10, 69, 0),
    "hansards/en/fr": (447, 4038, 13400),
    "kftt/ja/en": (582, 13556, 0),
    "sblgnt-bsb/grc/en": (7936, 189473, 0),
    "xlwa/en/bg/dev": (105, 1719, 0),
    "xlwa/en/bg/test": (245, 4179, 0),
    "xlwa/en/da/dev": (105, 1841, 0),
    "xlwa/en/da/test": (245, 4136, 0),
    "xlwa/en/es/dev": (105, 1961, 0),
    "xlwa/en/es/test": (245, 4722, 0),
    "xlwa/en/it/dev": (103, 1980, 0),
    "xlwa/en/it/test": (243, 4765, 0),
    "xlwa/en/nl/dev": (105, 1886, 0),
    "xlwa/en/nl/test": (245, 4490, 0),
    "xlwa/en/pt/dev": (105, 1848, 0),
    "xlwa/en/pt/test": (245, 4577, 0),
    "xlwa/en/sl/dev": (105, 1942, 0),
    "xlwa/en/sl/test": (245, 4537, 0),
}


def write(folder, **texts):
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def same_as_tsv(gold):
    return (gold.source, gold.target, gold.sure, gold.possible) == (SOURCE, TARGET, SURE, POSSIBLE)


@pytest.mark.parametrize("name", ["gold.tsv", "gold.tsv.gz"])
def test_tsv(tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(TSV.encode()) if name.endswith("gz") else TSV.encode())
    gold = load_gold(str(tmp_path / name))
    assert same_as_tsv(gold)
    assert repr(gold) == f"GoldAlignment({name}: 3 sentence pairs, 6 sure and 1 possible links)"
    assert gold.take([2, 0]).sure == (SURE[2], SURE[0])
    assert gold.pairs[1] == (("yes",), ("ndiyo",))


def test_a_folder_of_gold_alignments(tmp_path):
    folder = tmp_path / "word_alignments" / "normalised"
    folder.mkdir(parents=True)
    (folder / "set-b.grc-en.tsv").write_text(TSV)
    (folder / "set.en-sw.dev.tsv.gz").write_bytes(gzip.compress(TSV.encode()))
    (folder / "ids.txt").write_text("no alignment")
    assert gold_names(tmp_path) == ["set-b/grc/en", "set/en/sw/dev"]
    assert load_gold("set/en/sw/dev", tmp_path).name == "set/en/sw/dev"
    with pytest.raises(InputError, match=r"unknown gold alignment 'set/en/sw'; did you mean 'set/en/sw/dev'\?"):
        load_gold("set/en/sw", tmp_path)
    with pytest.raises(InputError, match="normalised: no such folder; is the data"):
        load_gold("set/en/sw/dev", folder)


@pytest.mark.parametrize("first", [0, 1])
def test_pharaoh_counts_from_what_is_said(tmp_path, first):
    def moved(text):
        return re.sub(r"\d+", lambda number: str(int(number[0]) + first), text)

    links = moved("0-0 1-1 2-0 0p1\n\n1-0 2-1 0-0 0p0\n")
    paths = write(
        tmp_path, links=links, en="the red house\nyes\nI came .\n", sw="nyumba nyekundu\r\nndiyo\r\nnilikuja .\r\n"
    )
    assert same_as_tsv(read_pharaoh(*paths, first=first))


@pytest.mark.parametrize("tagged", [False, True])
def test_naacl(tmp_path, tagged):
    def numbered(*lines):
        return "".join(f"<s snum={k:04d}> {line} </s>\n" if tagged else line + "\n" for k, line in enumerate(lines, 1))

    links = "1 1 1 S\n1 2 2\n0001 3 1 S 0.9\n1 1 2 P 0.5\n3 1 1 P\n3 1 1 S\n3 2 1\n\n3 3 2 S\n2 1 0\n"
    paths = write(
        tmp_path,
        links=links,
        en=numbered("the red house", "yes", "I came ."),
        sw=numbered("nyumba nyekundu", "ndiyo", "nilikuja ."),
    )
    assert same_as_tsv(read_naacl(*paths))


def test_naacl_sentences_may_begin_anywhere_and_count_words_from_0(tmp_path):
    paths = write(tmp_path, links="7 1 0 S\n", en='<s snum="7">a b</s>\n', sw="<s snum=7>c</s>\n")
    assert read_naacl(*paths, first=0).sure == (frozenset({(1, 0)}),)


TSV_ERRORS = {
    "no such file": (None, "bad: no such file"),
    "no lines": ("\n\n", "bad: no sentence pairs"),
    "two columns": ("a\tb\t0-0\nyes\tndiyo\n", "bad, line 2: 2 column(s), expected source, target and links"),
    "no link": ("a\tb\t0:0\n", "bad, line 1: '0:0' is no link; expected i-j (sure), ipj or i?j (possible)"),
    "one-based": (
        "a b\tc d\t1-1 2-2\n",
        "bad, line 1: link 2-2 lies outside the sentences of 2 and 2 words, counted from 0; "
        "the line looks as if words count from 1",
    ),
    "other sentences": ("a b\tc d\t0-0 2-2\n", "counted from 0; are these the right sentences?"),
}


@pytest.mark.parametrize("error", TSV_ERRORS)
def test_a_bad_tsv_file_is_named_with_the_line(tmp_path, error):
    text, message = TSV_ERRORS[error]
    if text is not None:
        write(tmp_path, bad=text)
    with pytest.raises(InputError, match=re.escape(message)):
        read_gold(tmp_path / "bad")


def test_bad_pharaoh_files_are_named(tmp_path):
    paths = write(tmp_path, links="0-0\n", en="a\n", sw="b\nc\n")
    with pytest.raises(InputError, match=r"as many lines \(.*links: 1, .*en: 1, .*sw: 2\)"):
        read_pharaoh(*paths, first=0)
    paths = write(tmp_path, links="0-0\n", en="a\n", sw="b\n")
    with pytest.raises(
        InputError, match=r"line 1: link 0-0 .* counted from 1; the line looks as if words count from 0"
    ):
        read_pharaoh(*paths, first=1)
    with pytest.raises(InputError, match="the number of the first word, 0 or 1; got 2"):
        read_pharaoh(*paths, first=2)


@pytest.mark.parametrize(
    ("links", "en", "message"),
    [
        ("1 1\n", "a\n", "links, line 1: '1 1' is not of the form 'sentence source target"),
        ("1 1 S\n", "a\n", "links, line 1: '1 1 S' is not of the form"),
        ("1 1 1\n2 1 1\n", "a\n", "links, line 2: there is no sentence 2 in .*en"),
        ("1 1 2\n", "a\n", "links, sentence 1: link 1-2 lies outside the sentences of 1 and 1 words, counted from 1"),
        ("", "<s snum=2>a</s>\n", "2 sentences are in one file only, such as 1"),
        ("", "<s snum=2>a</s>\nb\n", "en, line 2: sentence 2 is there twice"),
    ],
)
def test_bad_naacl_files_are_named(tmp_path, links, en, message):
    paths = write(tmp_path, links=links, en=en, sw="b\n")
    with pytest.raises(InputError, match=message):
        read_naacl(*paths)


def test_halves_share_no_source_sentence(tmp_path):
    lines = [f"{word}\tx\t0-0\n" for word in "aabcadbe"]
    path = tmp_path / "gold.tsv"
    path.write_text("".join(lines))
    dev, test = read_gold(path).halves()
    assert [s[0] for s in dev.source] == list("aacae")
    assert [s[0] for s in test.source] == list("bdb")
    assert (dev.name, test.name) == ("gold.tsv/dev", "gold.tsv/test")


def test_every_manual_alignment_is_read_whole(data_root):
    found = {}
    for name in gold_names(data_root):
        gold = load_gold(name, data_root)
        found[name] = (len(gold), sum(map(len, gold.sure)), sum(map(len, gold.possible)))
        dev, test = gold.halves()
        assert len(dev) + len(test) == len(gold)
        assert abs(len(dev) - len(test)) <= 0.02 * len(gold) + 1
        assert not set(dev.source) & set(test.source)
    assert found == COUNTS


@pytest.mark.parametrize("language", ["de", "sw"])
def test_the_demo_links_sentences_of_its_bitext(language, monkeypatch):
    monkeypatch.delenv("CLIRLAB_DATA", raising=False)
    gold, bitext = load_gold(f"demo/en/{language}"), load_bitext(f"demo/en/{language}")
    pairs = {(e.replace(" ", ""), f.replace(" ", "")) for e, f in zip(bitext.english, bitext.source, strict=True)}
    assert {("".join(source), "".join(target)) for source, target in gold.pairs} <= pairs
    for source, sure, possible in zip(gold.source, gold.sure, gold.possible, strict=True):
        assert {i for i, _ in sure | possible} == set(range(len(source))), source


def test_a_language_that_the_demo_has_no_links_of_is_named():
    with pytest.raises(InputError, match="unknown gold alignment 'demo/en/so'; did you mean 'demo/en/sw'"):
        load_gold("demo/en/so")
