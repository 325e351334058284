import json

import pytest

from clirlab.corpora import load_collection
from clirlab.corpora.jsonl import read_json_lines
from clirlab.errors import InputError

HEADER = "passage\turl\tn_questions\tsplit\tfirst_line\tlast_line\n"


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "belebele_flores"
    (folder / "flores200").mkdir(parents=True)
    for language, lines in {"swh_Latn": "Nyuki.\nAsali.\nMwezi.\n", "eng_Latn": "Bees.\nHoney.\nMoon.\n"}.items():
        (folder / "flores200" / f"{language}.dev").write_text(lines)
        (folder / "flores200" / f"{language}.devtest").write_text(lines.upper())
    rows = [{"items": [{"question": "Who?"}, {"question": "What?"}]}, {"items": [{"question": "Where?"}]}]
    (folder / "belebele.eng_Latn.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "passage_map.tsv").write_text(HEADER + "0\tx\t2\tdev\t0\t1\n1\tx\t1\tdevtest\t2\t2\n")
    return tmp_path


def test_worked_example(root):
    found = load_collection("belebele/sw/en", root)
    assert found.docs[["doc_id", "text"]].to_numpy().tolist() == [["d:0-0", "Nyuki. Asali."], ["d:1-0", "MWEZI."]]
    assert found.queries.to_numpy().tolist() == [["0-0", "Who?"], ["0-1", "What?"], ["1-0", "Where?"]]
    assert found.qrels["doc_id"].tolist() == ["d:0-0", "d:0-0", "d:1-0"]
    assert (found.document_language, found.query_language, found.licence) == ("sw", "en", "CC BY-SA 4.0")
    assert "swh_Latn.dev " in found.source
    assert load_collection("belebele/swh_Latn/eng", root).docs.equals(found.docs)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("belebele.eng_Latn.jsonl", '{"items": [{}]}', r"line 1: not in Belebele format: items\.0\.question"),
        ("belebele.eng_Latn.jsonl", '{"items": []}', r"jsonl: 1 passages, but passage_map\.tsv has 2"),
        ("belebele.eng_Latn.jsonl", "\n\noops", r"jsonl, line 3: not JSON"),
        ("passage_map.tsv", HEADER + "0\tx\t2\tdev\t0\n", r"line 2: 5 column\(s\), expected 6"),
        ("passage_map.tsv", HEADER + "0\tx\t2\ttest\t0\t1\n", "passage 0: expected a split"),
        ("passage_map.tsv", HEADER + "0\tx\t2\tdev\t-1\t1\n", "passage 0: expected a split"),
        ("passage_map.tsv", HEADER + "0\tx\t2\tdev\t2\t3\n", r"passage 0: no lines 2 to 3 in .*\.dev, which has 3"),
        ("passage_map.tsv", HEADER + "0\tx\t2\tdev\t2\t1\n", "passage 0: no lines 2 to 1"),
    ],
)
def test_a_bad_line_is_named(root, name, text, message):
    (root / "belebele_flores" / name).write_text(text)
    with pytest.raises(InputError, match=message):
        load_collection("belebele/sw/en", root)


def test_a_language_that_is_not_there_names_the_nearest(root):
    with pytest.raises(InputError, match=r"unknown language of passages in .* 'swx'; did you mean 'sw'"):
        load_collection("belebele/swx/en", root)
    with pytest.raises(InputError, match=r"unknown language of questions in .* 'sw'.* known: en"):
        load_collection("belebele/en/sw", root)
    (root / "belebele_flores" / "flores200" / "swh_Latn.devtest").unlink()
    with pytest.raises(InputError, match=r"unknown language of passages in .* 'sw'.* known: en"):
        load_collection("belebele/sw/en", root)


def test_every_language_of_the_readme_has_488_passages_and_900_questions(data_root):
    readme = (data_root / "belebele_flores" / "README.md").read_text()
    languages = readme.split("Languages: ")[1].split()
    assert len(languages) == 47
    for language in languages:
        found = load_collection(f"belebele/{language}/deu_Latn", data_root)
        assert (len(found.docs), len(found.queries), len(found.qrels)) == (488, 900, 900), language


def test_the_english_passages_are_those_that_belebele_prints(data_root):
    def letters(text):
        return "".join(character for character in text.casefold() if character.isalnum())

    path = data_root / "belebele_flores" / "belebele.eng_Latn.jsonl.gz"
    printed = [letters(content["text"]) for _, content in read_json_lines(path)]
    assert list(map(letters, load_collection("belebele/en/en", data_root).docs["text"])) == printed
