"""The table of all data sets: what each is, under which licence, where it is public, and which ids it gives."""

from __future__ import annotations

import csv
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import regex

from clirlab.corpora.languages import language_code
from clirlab.errors import unknown_name

SPELLED = regex.compile(r"<([^>]+)>")
ORIGINALS = Path(__file__).with_name("originals.tsv")


class DataSet(NamedTuple):
    """One data set.

    Attributes
    ----------
    kind : {"collection", "bitext", "lexicon", "alignment"}
        What its ids load.
    folder : str
        Under the data folder.
    origin : str
        GitHub repository and commit (or package) that it was taken from.
    ids : tuple of (str, str)
        A pattern for paths in the folder (without ``.gz``) and the id that such a file gives; what stands in ``<>``
        is a language in the spelling of the file.
    made : str
        How files that are not in `originals` were made from several; empty where there are none.
    """

    name: str
    kind: str
    what: str
    licence: str
    folder: str
    origin: str
    ids: tuple[tuple[str, str], ...] = ()
    made: str = ""

    @property
    def non_commercial(self) -> bool:
        return "NC" in self.licence


class Original(NamedTuple):
    """One file as it is published: its place under the data folder, size, SHA-256, and owner/repo/commit/path."""

    dataset: str
    path: str
    size: int
    sha256: str
    location: str


MIRROR = "wuhjie/few_shots_that_matters_wu 6bfe6324e428ec21a777b5543cd8e50ec82dcb3c"
OPUS = "Helsinki-NLP/OPUS-MT-testsets ac0f19c0be3cb4e0d9450fcb2d7a9847c4bdd180"
COMMON = "common-parallel-corpora/common-parallel-corpora dbc2cd91df89c52dffe899efe7ea4dff63e172fc"

DATASETS = {
    entry.name: entry
    for entry in (
        DataSet("mlqa", "collection", "questions and Wikipedia passages in 7 languages, dev and part of test",
                "CC BY-SA 3.0", "mlqa", MIRROR,
                ((r"(dev|test)/\1-context-(\w+)-question-(\w+)\.json", r"mlqa/\1/<\2>/<\3>"),)),
        DataSet("xquad", "collection", "SQuAD questions and passages translated into MLQA's languages",
                "CC BY-SA 4.0", "xquad", "google-deepmind/xquad 7d30520c717524000f0d9d2f9c10a069acd9d285",
                ((r"xquad\.(\w+)\.json", r"xquad/en/<\1>"),)),
        DataSet("xquad_r", "collection", "XQuAD's questions and its sentences, in one pool (LAReQA)", "CC BY-SA 4.0",
                "xquad_r", "google-research-datasets/lareqa 9bc8c7fb6dd8d01d72a05a93c2cb96882b0d299c",
                ((r"(\w+)\.json", r"xquad_r/all/<\1>"),)),
        DataSet("belebele", "collection", "English and German questions over FLORES-200 passages in 47 languages",
                "CC BY-SA 4.0", "belebele_flores", COMMON,
                ((r"flores200/(?!eng|deu)(\w+)\.dev", r"belebele/<\1>/en"),),
                "passage_map.tsv says which FLORES lines make which Belebele passage; it was made by matching the "
                "English texts, joined by a blank, letter by letter"),
        DataSet("afriqa", "collection", "questions asked in African languages, English gold passages", "CC BY 4.0",
                "afriqa", "masakhane-io/afriqa 5c29933753692c28773c34ac1f68482007f1d2bb",
                ((r"gold_passages/(\w+)/gold_span_passages\.afriqa\.\1\.en\.(\w+)\.json", r"afriqa/<\1>/\2"),)),
        DataSet("tydiqa", "collection", "Swahili and English questions with gold passages", "Apache 2.0",
                "tydiqa_goldp", MIRROR, ((r"tydiqa\.goldp\.(\w+)\.(\w+)\.json", r"tydiqa/<\1>/\2"),)),
        DataSet("word-alignments", "alignment", "manual word alignments", "several; see its README",
                "word_alignments", "SapienzaNLP/XL-WA, neulab/awesome-align and others",
                ((r"normalised/([\w-]+)\.(\w+)-(\w+)\.tsv", r"\1/\2/\3"),
                 (r"normalised/([\w-]+)\.(\w+)-(\w+)\.(\w+)\.tsv", r"\1/\2/\3/\4")),
                "each set was brought from its own format into one: source words, target words, links from 0"),
        DataSet("tico19", "bitext", "Covid and health, 2,100 sentences a language", "CC0", "tico19", OPUS,
                ((r"en-(\w+)\.tsv", r"tico19/en/<\1>"),),
                "en-XX.tsv is the English test file and that of XX, line by line, tab between them"),
        DataSet("ntrex", "bitext", "news, 1,997 sentences a language", "CC BY-SA 4.0", "ntrex",
                "MicrosoftTranslator/NTREX 8561f6a622db9edad1217683e5c83daefd8bb2bf",
                ((r"newstest2019-ref\.([\w-]+)\.txt", r"ntrex/en/<\1>"),)),
        DataSet("tatoeba", "bitext", "short everyday sentences, up to 1,000 a language (LASER)", "CC BY 2.0 FR",
                "tatoeba_laser", "facebookresearch/LASER 74bc6ae7ffb7cba670fe0f428d0ede9f666fb821",
                ((r"eng-(\w+)\.tsv", r"tatoeba/en/<\1>"),),
                "eng-XXX.tsv is tatoeba.XXX-eng.eng and tatoeba.XXX-eng.XXX of data/tatoeba/v1, tab between them"),
        DataSet("tatoeba_challenge", "bitext", "short everyday sentences, test v2021-08-07", "CC BY 2.0 FR",
                "tatoeba_challenge_test", OPUS, ((r"eng-(\w+)\.tsv", r"tatoeba_challenge/en/<\1>"),),
                "eng-XXX.tsv is the English and the other file of the pair in datasets/helsinki_nlp/tatoeba/testsets, "
                "tab between them"),
        DataSet("nllb-seed", "bitext", "English Wikipedia, 6,193 sentences in languages with next to no resources",
                "CC BY-SA 4.0", "nllb_seed", COMMON, ((r"(?!eng)(\w+)\.txt", r"nllb-seed/en/<\1>"),)),
        DataSet("mafand", "bitext", "news, English and African languages", "CC BY-NC 4.0", "mafand",
                "masakhane-io/lafand-mt d441f8b063d63e95eafb72e84317359e27abf95e",
                ((r"en-(\w+)\.train\.tsv", r"mafand/en/<\1>"), (r"en-(\w+)\.(dev|test)\.tsv", r"mafand/en/<\1>/\2")),
                "en-XXX.SPLIT.tsv holds the translations of data/text_files, English first; tabs inside became blanks"),
        DataSet("bible", "bitext", "New Testament by verses", "CC0 and public domain", "bible_nt",
                "christos-c/bible-corpus 44e5fca1bfb369a5da2ee23ebc6f421c88489c5c",
                ((r"eng-(\w+)\.tsv", r"bible/en/<\1>"),),
                "eng-XXX.tsv joins bibles/*-NT.xml and the Berean Standard Bible (Clear-Bible/Alignments "
                "4b47c0538807463ad581fce0cc629adf243d4d0f) by verse"),
        DataSet("xnli", "bitext", "premises and hypotheses, 7,500 of each a language", "CC BY-NC 4.0", "xnli", MIRROR,
                ((r"dev-(?!en)(\w+)\.tsv", r"xnli/en/<\1>"),)),
        DataSet("muse", "lexicon", "word lists in order of frequency", "CC BY-NC 4.0", "lexicons/muse",
                "coezbek/hunalign-dict-muse 0950a115b315cab94a16b65c4e80df630c7058b3",
                ((r"en-(\w+)\.tsv", r"muse/en/<\1>"),),
                "en-XX.tsv is the list of dict/, whose lines 'xx @ en' were turned into English, tab, translation"),
        DataSet("gatitos", "lexicon", "4,000 frequent English words and phrases in low-resource languages", "CC BY 4.0",
                "lexicons/gatitos", "google-research/url-nlp ec1cfc8ca7c1e26a59f122f4a2a5bb94910bfa15",
                ((r"en_(\w+)\.tsv", r"gatitos/en/<\1>"),)),
        DataSet("wiktionary", "lexicon", "translations in Wiktionary, noisy (WECHSEL)", "CC BY-SA",
                "lexicons/wiktionary_wechsel", "CPJKU/wechsel 395e3d446ecc1f000aaf4dea2da2003d16203f0b",
                ((r"en-(\w+)\.tsv", r"wiktionary/en/<\1>"),)),
        DataSet("freedict", "lexicon", "English-Swahili and Swahili-English dictionaries", "GPL-2.0-or-later",
                "lexicons/freedict", "Debian dict-freedict-eng-swh and dict-freedict-swh-eng 2022.04.21-1",
                ((r"eng-(\w+)\.tsv", r"freedict/en/<\1>"), (r"(\w+)-eng\.tsv", r"freedict-inverted/en/<\1>")),
                "the two dictionaries of Debian's packages, unpacked to headword, tab, translation, tab, head line"),
    )
}  # fmt: skip


@cache
def originals() -> tuple[Original, ...]:
    """All files that are published as they are used, with their checksums."""
    with ORIGINALS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Original(name, path, int(size), sha256, place) for name, path, size, sha256, place in rows)


def data_set(name: str) -> DataSet:
    """A data set by name or by the first part of one of its ids.

    Raises
    ------
    InputError
        If it is unknown (the nearest known name is given).

    Examples
    --------
    >>> data_set("ntrex").licence
    'CC BY-SA 4.0'
    """
    if name not in DATASETS:
        raise unknown_name("data set", name, DATASETS)
    return DATASETS[name]


def files_of(dataset: DataSet, root: Path) -> dict[str, Path]:
    """The files of a data set that are there: path in its folder, without ``.gz``, to file."""
    folder = root / dataset.folder
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix().removesuffix(".gz"): path for path in files}


def ids_of(dataset: DataSet, root: Path) -> list[str]:
    """The ids that the files of a data set give; languages as BCP-47, or as the files spell them where two are one."""
    patterns = [(regex.compile(pattern), template) for pattern, template in dataset.ids]
    found: dict[str, None] = {}
    for path in files_of(dataset, root):
        for pattern, template in patterns:
            if match := pattern.fullmatch(path):
                spelled = match.expand(template)
                one = SPELLED.sub(lambda language: language_code(language[1]), spelled)
                found[one if one not in found else SPELLED.sub(r"\1", spelled)] = None
    return list(found)


@cache
def note_licence(name: str) -> None:
    """Say once a process that a data set is not for commercial use."""
    dataset = DATASETS.get(name)
    if dataset and dataset.non_commercial:
        warnings.warn(f"{name} is under {dataset.licence}: not for commercial use", UserWarning, stacklevel=3)
