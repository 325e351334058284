import gzip
import warnings

import pytest

from clirlab.corpora import load_bitext
from clirlab.corpora.datasets import note_licence
from clirlab.errors import InputError


@pytest.fixture
def root(tmp_path):
    """A data folder with a little of everything."""
    files = {
        "tico19/en-es_LA.tsv": "one\tuno\n",
        "mafand/en-swa.train.tsv": "one\tmoja\ntwo\tmbili\n",
        "mafand/en-swa.dev.tsv": "three\ttatu\n",
        "mafand/en-amh.dev.tsv": "four\taratt\n",
        "ntrex/newstest2019-src.eng.txt": "one\ntwo\n",
        "ntrex/newstest2019-ref.zho-CN.txt": "一\n二\n",
        "ntrex/newstest2019-ref.som.txt": "kow\n",
        "nllb_seed/eng_Latn.txt": "one\n",
        "nllb_seed/pbt_Arab.txt": "یو\n",
        "bible_nt/eng-swh.tsv": "MAT 1:1\tone\tmoja\n",
        "xnli/dev-en.tsv": "one\ttwo\tneutral\r\n",
        "xnli/dev-sw.tsv": "moja\tmbili\tneutral\r\n",
        "xnli/test-en.tsv": "one\tthree\r\n",
        "xnli/test-sw.tsv": "moja\ttatu\r\n",
    }
    for name, text in files.items():
        path = tmp_path / f"{name}.gz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "language", "pairs"),
    [
        ("tico19/en/es", "es", [("one", "uno")]),
        ("mafand/en/sw", "sw", [("one", "moja"), ("two", "mbili")]),
        ("mafand/en/swahili/dev", "sw", [("three", "tatu")]),
        ("ntrex/en/zh", "zh", [("one", "一"), ("two", "二")]),
        ("nllb-seed/en/ps", "ps", [("one", "یو")]),
        ("bible/en/swh_Latn", "sw", [("one", "moja")]),
        ("xnli/en/sw", "sw", [("one", "moja"), ("two", "mbili"), ("three", "tatu")]),
        ("xnli/en/sw/test", "sw", [("one", "moja"), ("three", "tatu")]),
    ],
)
@pytest.mark.filterwarnings("ignore:.*not for commercial use")
def test_every_family_by_any_code(root, name, language, pairs):
    bitext = load_bitext(name, root)
    assert (bitext.name, bitext.language) == (name, language)
    assert list(zip(bitext.english, bitext.source, strict=True)) == pairs


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tico/en/sw", "unknown bitext 'tico'; did you mean 'tico19'"),
        ("demo/en/swz", r"unknown language 'swz'; did you mean 'sw' \(Swahili\)"),
        ("demo/en/ha", "unknown language in .*demo/bitext/en-{}.tsv 'ha'"),
        ("demo/sw", r"'demo/sw' is not of the form '{family}/en/{language}\[/{split}\]'"),
        ("demo/fr/de", "'demo/fr/de' is not of the form"),
        ("demo/en/de/train/1", "is not of the form"),
        ("demo/en/eng_Latn", "the language beside English is English"),
        ("mafand/en/sw/tset", "unknown split 'tset'; did you mean 'test'"),
        ("tico19/en/es/dev", "unknown split 'dev'; known: none"),
        ("mafand/en/am", "unknown language in .*en-{}.train.tsv 'am'; known: sw"),
        ("tatoeba/en/sw", "tatoeba_laser: no such folder; is the data folder complete"),
        ("ntrex/en/so", r"newstest2019-src.eng.txt.gz has 2 lines, .*ref.som.txt.gz 1"),
        ("tatoeba/en/../../etc", "is not of the form"),
    ],
)
def test_an_unknown_id_names_the_nearest(root, name, message):
    with pytest.raises(InputError, match=message):
        load_bitext(name, root)


def test_the_english_side_must_be_there(root):
    (root / "ntrex/newstest2019-src.eng.txt.gz").unlink()
    with pytest.raises(InputError, match=r"newstest2019-src.eng.txt: no such file, nor with .gz added"):
        load_bitext("ntrex/en/zh", root)


def test_a_plain_file_goes_before_a_compressed_one(root):
    (root / "tico19/en-es_LA.tsv").write_text("two\tdos\n")
    assert load_bitext("tico19/en/es", root).source == ("dos",)


def test_a_licence_that_forbids_commercial_use_is_told_once(root):
    note_licence.cache_clear()
    with pytest.warns(UserWarning, match="mafand is under CC BY-NC 4.0: not for commercial use"):
        load_bitext("mafand/en/sw", root)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_bitext("mafand/en/sw", root)
        load_bitext("tico19/en/es", root)


# lines in the READMEs of the data sets; fewer pairs where some are repeated, empty or damaged
@pytest.mark.parametrize(
    ("name", "language", "read", "pairs"),
    [
        ("tico19/en/so", "so", 2100, 2100),
        ("tico19/en/es", "es", 2100, 2100),
        ("ntrex/en/sw", "sw", 1997, 1997),
        ("ntrex/en/zh", "zh", 1997, 1997),
        ("tatoeba/en/de", "de", 1000, 1000),
        ("tatoeba/en/sw", "sw", 390, 390),
        ("tatoeba/en/tl", "fil", 1000, 1000),
        ("tatoeba/en/fa", "fa", 1000, 1000),
        ("tatoeba_challenge/en/sw", "sw", 387, 387),
        ("tatoeba_challenge/en/ara", "ar", 10305, 10305),
        ("nllb-seed/en/ps", "ps", 6193, 6191),
        ("nllb-seed/en/gn", "gn", 6193, 6190),
        ("mafand/en/sw", "sw", 30782, 30335),
        ("mafand/en/sw/test", "sw", 1835, 1824),
        ("mafand/en/rw/dev", "rw", 460, 460),
        ("bible/en/sw", "sw", 7835, 7830),
        ("xnli/en/sw", "sw", 15000, 9999),
    ],
)
@pytest.mark.filterwarnings("ignore:.*not for commercial use")
def test_real_bitexts_have_the_pairs_of_their_readmes(data_root, name, language, read, pairs):
    bitext = load_bitext(name, data_root)
    assert (bitext.language, bitext.counts["read"], len(bitext)) == (language, read, pairs)
    assert sum(bitext.counts.values()) - read == read - pairs
