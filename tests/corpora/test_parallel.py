"""Every form of parallel text, whole and broken: pairs, or one error that names file and line."""

import gzip
import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clirlab.corpora import load_bitext, read_bitext
from clirlab.corpora.parallel import column_pairs, json_pairs, line_pairs, moses_files, tmx_pairs, tsv_pairs
from clirlab.errors import InputError

TSV = "Water is life.\tMaji ni uhai.\nThank you.\tAsante.\n"
PAIRS = [("Water is life.", "Maji ni uhai."), ("Thank you.", "Asante.")]
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def write(path, content):
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def tmx(units, head='<?xml version="1.0" encoding="UTF-8"?>', lang="xml:lang"):
    body = "".join(
        "<tu>" + "".join(f'<tuv {lang}="{code}"><seg>{text}</seg></tuv>' for code, text in unit) + "</tu>\n"
        for unit in units
    )
    return f'{head}\n<tmx version="1.4"><header srclang="en"/><body>\n{body}</body></tmx>\n'


SAMPLE = tmx([[("en", english), ("sw", foreign)] for english, foreign in PAIRS])


class TestTsv:
    @pytest.mark.parametrize("name", ["pairs.tsv", "pairs.tsv.gz"])
    def test_lines_in_file_order(self, tmp_path, name):
        path = write(tmp_path / name, "\ufeff" + TSV.replace("\n", "\r\n") + "\n   \n")
        assert list(tsv_pairs(path)) == PAIRS

    def test_columns_can_be_chosen_and_further_ones_do_not_matter(self, tmp_path):
        path = write(tmp_path / "verses.tsv", "MAT 1:1\tThe book\tKitabu\textra\n")
        assert list(tsv_pairs(path, 1, 2)) == [("The book", "Kitabu")]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("one\tmoja\n\ntwo mbili\n", r"bad.tsv, line 3: 1 column\(s\), expected 2 separated by tabs"),
            (b"one\tmoja\ntwo\t\xff\xfe\n", "bad.tsv, line 2: not UTF-8"),
            ("one\tmoja\n".encode("utf-16"), "bad.tsv, line 1: not UTF-8"),
            ("", r"bad.tsv: no sentence pairs \(nothing read\)"),
            ("\n\n", r"bad.tsv: no sentence pairs \(nothing read\)"),
            ("one\t\n\tmbili\n", r"bad.tsv: no sentence pairs \(2 read, 2 empty\)"),
            ("one\x00\tmoja\n", r"bad.tsv: no sentence pairs \(1 read, 1 damaged\)"),
        ],
    )
    def test_a_bad_file_is_named_with_the_line(self, tmp_path, content, message):
        with pytest.raises(InputError, match=message):
            read_bitext(write(tmp_path / "bad.tsv", content), "sw")

    def test_a_missing_file_and_a_folder(self, tmp_path):
        for name in ("missing.tsv", "missing.tsv.gz"):
            with pytest.raises(InputError, match=f"{name}: no such file"):
                load_bitext(str(tmp_path / name))
        (tmp_path / "folder.tsv").mkdir()
        with pytest.raises(InputError, match=r"folder.tsv: no such file"):
            load_bitext(str(tmp_path / "folder.tsv"))

    @pytest.mark.parametrize("content", [gzip.compress(TSV.encode())[:-9], TSV.encode(), b"", b"\x1f\x8b"])
    def test_what_is_no_whole_gzip_file(self, tmp_path, content):
        path = tmp_path / "cut.tsv.gz"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"cut.tsv.gz: (not a whole gzip file|no sentence pairs)"):
            read_bitext(path, "sw")


class TestMoses:
    @pytest.mark.parametrize("ending", ["", ".gz"])
    def test_either_file_finds_the_other(self, tmp_path, ending):
        english = write(tmp_path / f"news.en{ending}", "Water is life.\nThank you.\n")
        foreign = write(tmp_path / f"news.swh{ending}", "Maji ni uhai.\nAsante.\n")
        write(tmp_path / "news.txt", "something else\n")
        assert list(line_pairs(english, foreign)) == PAIRS
        for name, language in ((foreign, "und"), (english, "sw"), (english, "swahili"), (english, "und")):
            bitext = load_bitext(str(name), language=language)
            assert (bitext.source, bitext.language) == (("Maji ni uhai.", "Asante."), "sw")

    def test_unequal_files_are_an_error_with_both_counts(self, tmp_path):
        english = write(tmp_path / "news.en", "one\ntwo\nthree\nfour\n")
        foreign = write(tmp_path / "news.sw", "moja\nmbili\n")
        with pytest.raises(InputError, match=r"news.en has 4 lines, .*news.sw 2; the two must be parallel"):
            load_bitext(str(foreign))
        with pytest.raises(InputError, match=r"news.sw has 2 lines, .*news.en 4"):
            list(line_pairs(foreign, english))

    def test_a_blank_line_is_a_pair_that_is_counted(self, tmp_path):
        write(tmp_path / "news.en", "one\n\nthree\n")
        write(tmp_path / "news.sw", "moja\nmbili\ntatu\n")
        assert load_bitext(str(tmp_path / "news.sw")).counts["empty"] == 1

    def test_which_file_belongs_to_it_must_be_clear(self, tmp_path):
        english = write(tmp_path / "news.en", "one\n")
        with pytest.raises(InputError, match=r"news.en: give the foreign file or its language; beside it are: none"):
            moses_files(english, "und")
        write(tmp_path / "news.sw", "moja\n")
        write(tmp_path / "news.de", "eins\n")
        with pytest.raises(InputError, match="beside it are: de, sw"):
            moses_files(english, "und")
        with pytest.raises(InputError, match=r"unknown language in .*news.{} 'ha'.* known: de, en, sw"):
            moses_files(english, "ha")
        with pytest.raises(InputError, match=r"other.sw: no such file"):
            moses_files(tmp_path / "other.sw", "und")
        write(tmp_path / "alone.sw", "moja\n")
        with pytest.raises(InputError, match=r"alone.sw: no English file beside it \(alone.en"):
            moses_files(tmp_path / "alone.sw", "und")
        with pytest.raises(InputError, match=r"not a .tsv, .tmx or .jsonl file, and no Moses pair"):
            load_bitext(str(tmp_path / "news.xlsx"))

    def test_columns_of_two_files(self, tmp_path):
        english = write(tmp_path / "dev-en.tsv", "one\ttwo\tneutral\r\n")
        foreign = write(tmp_path / "dev-sw.tsv", "moja\tmbili\tneutral\r\n")
        assert list(column_pairs(english, foreign, 2)) == [("one", "moja"), ("two", "mbili")]
        write(foreign, "moja\r\n")
        with pytest.raises(InputError, match=r"dev-sw.tsv, line 1: 1 column\(s\), expected 2"):
            list(column_pairs(english, foreign, 2))


class TestJson:
    @pytest.mark.parametrize(
        "form",
        [
            lambda english, foreign: {"en": english, "sw": foreign, "id": 7},
            lambda english, foreign: {"swh_Latn": foreign, "eng_Latn": english},
            lambda english, foreign: {"english": english, "source": foreign},
            lambda english, foreign: {"id": "1", "translation": {"en": english, "sw": foreign}},
        ],
    )
    def test_the_usual_forms(self, tmp_path, form):
        lines = "".join(json.dumps(form(*pair)) + "\n" for pair in PAIRS)
        assert list(json_pairs(write(tmp_path / "pairs.jsonl", "\ufeff" + lines + "\n"), "sw")) == PAIRS

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"en": "a", "sw": "b"', r"bad.jsonl, line 2: not JSON"),
            ('{"en": "a"}', r"line 2: expected texts under 'en' and 'sw', or 'english' and 'source'; the keys are en"),
            ('{"en": "a", "sw": null}', "line 2: expected texts"),
            ('{"en": "a", "sw": ["b"]}', "line 2: expected texts"),
            ('{"translation": {"en": "a", "de": "b"}}', "line 2: expected texts .*; the keys are en, de"),
            ('["a", "b"]', "line 2: expected texts .*; it is no object"),
            ("{}", "the keys are none"),
            ("[" * 100_000, "line 2: not JSON"),
            ('{"en": ' + "9" * 5000 + "}", "line 2: not JSON"),
        ],
    )
    def test_a_bad_line_is_named(self, tmp_path, line, message):
        path = write(tmp_path / "bad.jsonl", '{"en": "a", "sw": "b"}\n' + line + "\n")
        with pytest.raises(InputError, match=message):
            read_bitext(path, "sw")

    def test_a_language_must_be_given_where_keys_are_codes(self, tmp_path):
        path = write(tmp_path / "pairs.jsonl", '{"en": "a", "sw": "b"}\n')
        with pytest.raises(InputError, match=r"give language="):
            read_bitext(path)

    def test_lone_surrogates_are_damage(self, tmp_path):
        path = write(tmp_path / "pairs.jsonl", '{"en": "a", "sw": "\\ud800"}\n{"en": "a", "sw": "\\ud83d\\ude00"}\n')
        bitext = read_bitext(path, "sw")
        assert bitext.source == ("\U0001f600",)
        assert bitext.counts["damaged"] == 1


class TestTmx:
    @pytest.mark.parametrize("name", ["pairs.tmx", "pairs.tmx.gz"])
    def test_units_of_the_language(self, tmp_path, name):
        path = write(tmp_path / name, SAMPLE)
        assert list(tmx_pairs(path, "sw")) == PAIRS
        assert read_bitext(path, "swa").language == "sw"

    def test_regions_old_attributes_and_further_languages(self, tmp_path):
        units = [[("EN-US", "one"), ("de", "eins"), ("sw-TZ", "moja")], [("en-GB", "two"), ("de", "zwei")]]
        path = write(tmp_path / "many.tmx", tmx(units, lang="lang"))
        assert list(tmx_pairs(path, "sw")) == [("one", "moja")]
        assert list(tmx_pairs(path, "de")) == [("one", "eins"), ("two", "zwei")]

    def test_mark_up_is_left_out_and_white_space_is_layout(self, tmp_path):
        text = (
            "Press <bpt i='1'>&lt;b&gt;</bpt>\n  <hi>Enter</hi><ept i='1'>&lt;/b&gt;</ept> now<ph>{0}</ph>. <!-- no -->"
        )
        path = write(tmp_path / "marked.tmx", tmx([[("en", text), ("sw", "Bonyeza &amp; ngoja")]]))
        assert list(tmx_pairs(path, "sw")) == [("Press Enter now.", "Bonyeza & ngoja")]

    def test_a_document_type_without_entities_is_passed_over(self, tmp_path):
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
        assert list(tmx_pairs(write(tmp_path / "typed.tmx", tmx([[("en", "a"), ("sw", "b")]], head)), "sw"))

    def test_the_encoding_that_it_names(self, tmp_path):
        content = tmx([[("en", "bear"), ("de", "Bär")]], '<?xml version="1.0" encoding="ISO-8859-1"?>')
        assert list(tmx_pairs(write(tmp_path / "latin.tmx", content.encode("latin-1")), "de")) == [("bear", "Bär")]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (
                '<?xml version="1.0"?>\n<!DOCTYPE tmx [\n<!ENTITY lol "lol">\n<!ENTITY lol2 "&lol;&lol;&lol;">\n]>\n'
                "<tmx><body><tu><tuv xml:lang='en'><seg>&lol2;</seg></tuv></tu></body></tmx>",
                r"bad.tmx, line 3: entities are refused",
            ),
            (
                '<?xml version="1.0"?>\n<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
                "<tmx><body><tu><tuv xml:lang='en'><seg>&x;</seg></tuv></tu></body></tmx>",
                r"bad.tmx, line 2: entities are refused",
            ),
            (
                '<!DOCTYPE tmx [<!ENTITY % x SYSTEM "http://localhost:1/x.dtd"> %x;]><tmx/>',
                r"bad.tmx, line 1: entities are refused",
            ),
            (SAMPLE.removesuffix("</body></tmx>\n"), r"bad.tmx, line 5: not well-formed TMX \(no element found"),
            (SAMPLE.replace("</seg>", "", 1), r"bad.tmx, line 3: not well-formed TMX \(mismatched tag"),
            (SAMPLE.replace("life", "l\x00fe"), r"bad.tmx, line 3: not well-formed TMX"),
            (SAMPLE.replace("life", "&nbsp;"), r"bad.tmx, line 3: not well-formed TMX \(undefined entity"),
            (SAMPLE.encode().replace(b"life", b"\xff\xfe"), r"bad.tmx, line 3: not well-formed TMX"),
            (SAMPLE.replace("UTF-8", "EBCDIC-XX"), r"bad.tmx(, line 1: not well-formed TMX|: cannot be decoded)"),
            ("", r"bad.tmx, line 1: not well-formed TMX \(no element found"),
            ("Water\tMaji\n", r"bad.tmx, line 1: not well-formed TMX"),
            (tmx([[("en", "a"), ("de", "b")]]), r"bad.tmx: no translation unit in en and sw; languages there: de, en"),
            (SAMPLE.replace("life", "<hi>" * 5000 + "</hi>" * 5000), r"bad.tmx, line \d+: mark-up is nested too deep"),
            ("<html/>", r"bad.tmx: no translation unit in en and sw; languages there: none"),
        ],
    )
    def test_a_bad_file_is_one_error(self, tmp_path, content, message):
        with pytest.raises(InputError, match=message):
            read_bitext(write(tmp_path / "bad.tmx", content), "sw")

    def test_the_language_must_be_given(self, tmp_path):
        with pytest.raises(InputError, match=r"which language beside English\? give language="):
            read_bitext(write(tmp_path / "pairs.tmx", SAMPLE))

    def test_memory_does_not_grow_with_the_file(self, tmp_path):
        def peak(count):
            path = write(
                tmp_path / f"{count}.tmx", tmx([[("en", f"one {i}"), ("sw", f"moja {i}")] for i in range(count)])
            )
            tracemalloc.start()
            assert sum(1 for _ in tmx_pairs(path, "sw")) == count
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return found

        peak(10)  # what is loaded and cached once
        assert peak(8000) < 1.5 * peak(2000)


@FUZZ
@given(
    st.sampled_from(["x.tsv", "x.tsv.gz", "x.jsonl", "x.jsonl.gz", "x.tmx", "x.tmx.gz", "x.sw"]),
    st.integers(0, 400),
    st.binary(max_size=4),
    st.integers(0, 400),
)
def test_a_damaged_file_gives_pairs_or_one_input_error(tmp_path, name, place, junk, cut):
    good = {
        ".tsv": TSV,
        ".sw": "Maji ni uhai.\nAsante.\n",
        ".jsonl": "".join(json.dumps({"en": english, "sw": foreign}) + "\n" for english, foreign in PAIRS),
        ".tmx": SAMPLE,
    }
    path = tmp_path / name
    write(tmp_path / "x.en", "Water is life.\nThank you.\n")
    write(path, good["." + name.removesuffix(".gz").rpartition(".")[2]])
    content = bytearray(path.read_bytes())
    content[place % len(content) : place % len(content) + len(junk)] = junk
    path.write_bytes(bytes(content[: len(content) - cut % len(content)]))
    try:
        bitext = read_bitext(path, "sw")
    except InputError as error:
        assert "x." in str(error)
    else:
        assert len(bitext.source) == len(bitext.english) > 0
