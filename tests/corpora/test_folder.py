"""A folder of texts and questions as people have them: spreadsheets' encodings, separators and names."""

import unicodedata

import pytest

from clirlab.corpora import example_folder, load_collection
from clirlab.corpora.folder import read_folder
from clirlab.errors import InputError

TABLE = "Frage-Nr;Question;FILE;translation\r\n"


@pytest.fixture
def folder(tmp_path):
    """Two texts, one of them in a folder below and with an umlaut in its name."""
    place = tmp_path / "texts"
    (place / "mehr").mkdir(parents=True)
    (place / "bees.txt").write_text("\ufeffBees live in hives.\r\n", encoding="utf-8", newline="")
    name = unicodedata.normalize("NFD", "vögel.txt")
    (place / "mehr" / name).write_text("Birds build nests.", encoding="utf-8")
    return place


def write(folder, text, name="questions.csv", encoding="utf-8-sig"):
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def test_a_table_as_a_german_spreadsheet_saves_it(folder):
    write(
        folder,
        TABLE + "1;Wo leben Bienen?;bees.txt;Where do bees live?\r\n"
        '2;"Wer baut Nester; und wo?";mehr\\vögel;"Who builds ""nests""\nand where?"\r\n;;;\r\n'
        "3;Wo leben Bienen?;mehr/vögel.txt;\r\n4;Wo leben Bienen?;bees.txt;\r\n",
    )
    found = load_collection(f"folder:{folder}", document_language="eng", query_language="German")
    assert repr(found) == f"Collection(folder:{folder}: 2 documents (en), 2 queries (de), 3 judgments)"
    assert found.docs.to_numpy().tolist() == [
        ["bees.txt", "", "Bees live in hives."],
        ["mehr/vögel.txt", "", "Birds build nests."],
    ]
    assert found.queries.to_numpy().tolist() == [
        ["q1", "Wo leben Bienen?", "Where do bees live?"],
        ["q2", "Wer baut Nester; und wo?", 'Who builds "nests"\nand where?'],
    ]
    assert found.qrels.to_numpy().tolist() == [
        ["q1", "bees.txt", 1],
        ["q2", "mehr/vögel.txt", 1],
        ["q1", "mehr/vögel.txt", 1],
    ]
    assert found.counts == {"lines given twice": 1}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_and_line_ends_make_no_difference(folder, separator, end, encoding):
    rows = [["question", "file"], ["Wo leben Bienen?", "bees"], ["Wer fliegt?", "mehr/vögel"]]
    write(folder, end.join(separator.join(row) for row in rows), encoding=encoding)
    assert read_folder(folder).queries["text"].tolist() == ["Wo leben Bienen?", "Wer fliegt?"]


def test_ids_of_ones_own_and_a_table_of_another_name(folder):
    write(folder, "question,file,id\nWo?,bees,bees-1\nWo?,bees,bees-2\n", "fragen.csv")
    assert read_folder(folder).queries["query_id"].tolist() == ["bees-1", "bees-2"]
    write(folder, "question,file\nWer?,bees\n", "mehr fragen.csv")
    assert load_collection(f"folder:{folder}#mehr fragen.csv").queries["text"].tolist() == ["Wer?"]
    with pytest.raises(InputError, match=r"which of them\? say folder:.*#fragen.csv"):
        read_folder(folder)


def test_blank_texts_and_hidden_files_are_left_out(folder):
    (folder / "blank.txt").write_text(" \n")
    (folder / "._bees.txt").write_bytes(b"\x00\xff")
    found = read_folder(write(folder, "question,file\nWo?,bees\n"))
    assert found.docs["doc_id"].tolist() == ["bees.txt", "mehr/vögel.txt"]
    assert found.counts == {"files without a text": 1}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("frage;datei\nWo?;bees\n", r"line 1: no column question and file; .* it has: frage, datei"),
        ("question;file\nWo?;beez\n", r"line 2: unknown file 'beez'; did you mean 'bees.txt'\?"),
        ("question;file\n\nWo?;\n", r"line 3: the column file is blank"),
        ("question;file\n;bees\n", r"line 2: the column question is blank"),
        ('question,file\n"Wo\nda?",bees\nWo, bitte?,bees\n', r"line 4: 3 cells, but 2 columns .* double quotes"),
        ('question,file\n"Wo?,bees\n', r"line 2: not a table that can be read"),
        ("question;file\n", r"no question below the line of names"),
        ("id;question;file\n1;Wo?;bees\n1;Wer?;bees\n", r"line 3: the id '1' stands for another question"),
        ("question;file\nWo?;blank\n", r"line 2: there is no text in blank"),
    ],
)
def test_errors_name_the_line_and_the_remedy(folder, table, message):
    (folder / "blank.txt").write_text("")
    with pytest.raises(InputError, match=rf"questions\.csv(, |: ){message}"):
        read_folder(write(folder, table))


def test_other_errors_name_the_place(folder, tmp_path):
    with pytest.raises(InputError, match=r"elsewhere: no such folder; expected .txt files and questions.csv"):
        read_folder(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"a table of questions is needed, and none is there"):
        read_folder(folder)
    write(folder, "question;file\nWo wächst Öl?;bees\n", encoding="cp1252")
    with pytest.raises(InputError, match=r"questions.csv, line 2: not UTF-8; convert the file to UTF-8"):
        read_folder(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no .txt file in it"):
        read_folder(write(tmp_path / "empty", "question;file\nWo?;bees\n"))


def test_the_example_is_such_a_folder_and_is_never_written_over(tmp_path):
    place = example_folder(tmp_path / "texts")
    found = load_collection(f"folder:{place}", document_language="en", query_language="de")
    demo = load_collection("demo/en/de")
    assert len(found.docs) == 20 and set(found.docs["text"]) < set(demo.docs["text"])
    assert set(found.queries["text"]) < set(demo.queries["text"])
    assert found.with_queries("human_translation").query_language == "en"
    (place / "questions.csv").write_text("question,file\nWo?,text-01\n")
    assert len(read_folder(example_folder(place)).queries) == 1
