import pytest

from clirlab.corpora.bitexts import BITEXTS
from clirlab.corpora.collections import COLLECTIONS
from clirlab.corpora.datasets import DATASETS, data_set, files_of, ids_of, originals
from clirlab.corpora.lexicons import LEXICONS
from clirlab.errors import InputError


def test_every_family_that_is_read_from_the_data_folder_is_in_the_table():
    ids = {template.split("/")[0] for dataset in DATASETS.values() for _, template in dataset.ids}
    families = {**BITEXTS, **LEXICONS}
    assert ids >= families.keys() - {"demo"}
    assert ids >= {"mlqa", "xquad", "afriqa"} <= COLLECTIONS.keys()
    for family, (folder, *_) in families.items():
        if family != "demo":
            assert DATASETS[family.removesuffix("-inverted")].folder == folder


def test_every_original_belongs_to_a_set_and_its_folder():
    assert len(originals()) == len({original.path for original in originals()}) > 300
    for original in originals():
        assert original.path.startswith(f"{DATASETS[original.dataset].folder}/")
        assert len(original.sha256) == 64 and original.size > 0
        owner_repository_commit = original.location.split("/")[:3]
        assert len(owner_repository_commit[2]) == 40


def test_what_is_not_published_says_how_it_is_made():
    published = {original.dataset for original in originals()}
    assert all(dataset.made for dataset in DATASETS.values() if dataset.name not in published)


def test_ids_are_made_of_what_is_there(tmp_path):
    for name in ("tatoeba_laser/eng-dtp.tsv", "tatoeba_laser/eng-kzj.tsv.gz", "tatoeba_laser/eng-swh.tsv",
                 "tatoeba_laser/.eng-deu.tsv.part", "tatoeba_laser/README.md"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert sorted(files_of(DATASETS["tatoeba"], tmp_path)) == ["README.md", "eng-dtp.tsv", "eng-kzj.tsv", "eng-swh.tsv"]
    # dtp and kzj are one language
    assert ids_of(DATASETS["tatoeba"], tmp_path) == ["tatoeba/en/dtp", "tatoeba/en/kzj", "tatoeba/en/sw"]
    assert ids_of(DATASETS["ntrex"], tmp_path) == []


def test_an_unknown_set_names_the_nearest():
    with pytest.raises(InputError, match="unknown data set 'mlqb'; did you mean 'mlqa'"):
        data_set("mlqb")


def test_the_table_of_originals_agrees_with_the_real_files(data_root):
    missing = [original.path for original in originals() if original.path.split("/")[0] not in
               {path.name for path in data_root.iterdir()}]  # fmt: skip
    assert missing == []
    counts = {name: len(ids_of(dataset, data_root)) for name, dataset in DATASETS.items()}
    # READMEs of the sets: 49 and 16 files; 22 pairs; 41 and English; 102; 23; 9 and English; 12 files; 21 sets
    assert {name: counts[name] for name in ("mlqa", "tico19", "ntrex", "tatoeba", "tatoeba_challenge")} == {
        "mlqa": 65, "tico19": 22, "ntrex": 41, "tatoeba": 102, "tatoeba_challenge": 23
    }  # fmt: skip
    assert {name: counts[name] for name in ("nllb-seed", "afriqa", "word-alignments", "xnli", "belebele")} == {
        "nllb-seed": 9, "afriqa": 12, "word-alignments": 21, "xnli": 9, "belebele": 45
    }  # fmt: skip
