"""``clirlab train`` and ``clirlab evaluate`` as a user meets them, on an encoder that needs no download."""

import json

import pytest

import clirlab.training
from clirlab.cli import main
from clirlab.models import load_encoder
from clirlab.retrieval import read_run

BITEXT = "the cat sleeping\tcats sleep under\na dog barked\tthe dogs bark\non the roof\tunder a roof\n"
LEXICON = "cat\tdog\nroof\tcats\ndog\tsleep\n"


@pytest.fixture
def clirlab_(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder; exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "pairs.tsv").write_text(BITEXT)
    (tmp_path / "words.tsv").write_text(LEXICON)
    (tmp_path / "english.txt").write_text("the cat\n\non the roof\n")
    (tmp_path / "empty.txt").write_text("\n")

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["clirlab", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as error:
            status = error.code
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def quick(tiny_folder):
    return ["--encoder", tiny_folder, "--set", "steps=2", "--set", "batch_size=2", "--set", "dtype=float32"]


def test_a_bitext_becomes_an_encoder_with_its_card(clirlab_, quick, tmp_path):
    status, out, err = clirlab_("train", "--bitext", "pairs.tsv", "--language", "swa", *quick, "--out", "sw")
    assert status == 0, err
    rows = {line[:12].strip(): line[12:].strip() for line in out.splitlines() if line.strip()}
    assert (rows["out"], rows["data"], rows["language"], rows["pairs"], rows["steps"]) == (
        "sw", "pairs.tsv", "sw", "3", "2",
    )  # fmt: skip
    assert "2/2" in err  # the progress bar
    assert load_encoder(tmp_path / "sw").dim == 32
    record = json.loads((tmp_path / "sw/training.json").read_text())
    assert (record["data"], record["language"], record["config"]["steps"]) == (["pairs.tsv"], "sw", 2)
    assert "Swahili" in (tmp_path / "sw/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("english", [["--english", "english.txt"], ["--bitext", "pairs.tsv"]])
def test_a_lexicon_switches_the_words_of_english_sentences(clirlab_, quick, tmp_path, english):
    arguments = ["train", "--lexicon", "words.tsv", *english, "--language", "sw", "--probability", "1", *quick]
    status, out, err = clirlab_(*arguments, "--budget", "1", "--out", "bought", "--json")
    assert status == 0, err
    summary = json.loads(out)
    assert summary["language"] == "sw"
    assert summary["pairs"] == 1  # cat and roof are each in one sentence, and one of them could be paid for
    config = json.loads((tmp_path / "bought/training.json").read_text())["config"]
    assert (config["budget"], config["words"], config["probability"]) == (1, 1, 1.0)


def test_the_same_command_gives_the_same_weights(clirlab_, quick, tmp_path):
    for name in ("first", "second"):
        assert clirlab_("train", "--bitext", "pairs.tsv", *quick, "--out", name)[0] == 0
    for file in ("model.safetensors", "training.json", "config.json"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_a_weighted_sum_is_handed_to_the_loop(clirlab_, quick, monkeypatch, tmp_path):
    given = {}
    plain = clirlab.training.train

    def watched(encoder, pairs, objective, **rest):
        given["objective"] = objective
        return plain(encoder, pairs, "ot", **rest)

    monkeypatch.setattr(clirlab.training, "train", watched)
    arguments = ["--objective", "{ot: 1, infonce: .1}", "--out", "sum"]
    assert clirlab_("train", "--bitext", "pairs.tsv", *quick, *arguments)[0] == 0
    assert given["objective"] == {"ot": 1, "infonce": 0.1}


MISTAKES = {
    "nothing": ([], "nothing to train on: give --bitext, or --lexicon with --bitext or --english"),
    "lexicon alone": (["--lexicon", "words.tsv"], "give --english FILE, or --bitext"),
    "english alone": (["--bitext", "pairs.tsv", "--english", "english.txt"], "--english is for --lexicon"),
    "missing file": (["--bitext", "nowhere.tsv"], "nowhere.tsv: no such file"),
    "no sentences": (["--lexicon", "words.tsv", "--english", "empty.txt"], "empty.txt: no sentences"),
    "nothing switched": (
        ["--lexicon", "words.tsv", "--english", "english.txt", "--probability", "0"],
        "words.tsv: not one word of the 2 English sentences was switched",
    ),
    "folder": (["--bitext", "pairs.tsv", "--out", "."], ". exists; give another name"),
    "no value": (["--bitext", "pairs.tsv", "--set", "steps"], "--set 'steps': expected KEY=VALUE"),
    "unknown key": (["--bitext", "pairs.tsv", "--set", "step=1"], "unknown setting 'step'; did you mean 'steps'?"),
    "twice": (["--bitext", "pairs.tsv", "--set", "clip=1", "--set", "clip=2"], "--set clip: given twice"),
    "bad value": (["--bitext", "pairs.tsv", "--set", "clip=-1"], "clip: "),
    "not YAML": (["--bitext", "pairs.tsv", "--objective", "{ot"], "--objective '{ot': neither a name nor YAML"),
    "objective": (["--bitext", "pairs.tsv", "--objective", "otp"], "did you mean 'ot'?"),
    "budget": (["--bitext", "pairs.tsv", "--budget", "5000"], "budget"),
    "encoder": (["--bitext", "pairs.tsv", "--encoder", "e5-smal"], "did you mean 'e5-small'?"),
    "language": (["--bitext", "pairs.tsv", "--language", "qqqqq"], "unknown language 'qqqqq'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_wrong_input_is_one_message_and_status_2(clirlab_, tiny_folder, tmp_path, mistake):
    given, message = MISTAKES[mistake]
    before = sorted(tmp_path.iterdir())
    defaults = ["--encoder", tiny_folder, "--out", "out"]
    status, out, err = clirlab_("train", *defaults, *given)
    assert (status, out) == (2, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_means_with_intervals_of_several_collections(clirlab_, tiny_folder):
    arguments = ["evaluate", "--encoder", tiny_folder, "--collection", "demo/en/en", "--collection", "demo/en/sw"]
    status, out, err = clirlab_(*arguments, "--measure", "RR@10", "--scorer", "pooled")
    assert status == 0, err
    head, first, second = out.splitlines()[:3]
    assert head.split() == ["collection", "queries", "documents", "measure", "mean", "95", "%", "interval"]
    assert first.split()[:4] == ["demo/en/en", "168", "128", "RR@10"]
    assert second.split()[0] == "demo/en/sw"
    mean, interval = first.split()[4:]
    low, high = map(float, interval.split("–"))
    assert 0 < low < float(mean) < high < 1


def test_a_run_file_and_json(clirlab_, tiny_folder, tmp_path):
    arguments = ["evaluate", "--encoder", tiny_folder, "--collection", "demo/en/en", "--json", "--k", "5"]
    status, out, err = clirlab_(*arguments, "--run-file", "run.txt")
    assert status == 0, err
    rows = json.loads(out)
    assert [row["measure"] for row in rows] == ["RR@10", "nDCG@10"]
    assert all(row["low"] <= row["mean"] <= row["high"] for row in rows)
    run = read_run(tmp_path / "run.txt")
    assert len(run) == 168 * 5
    qrels = clirlab.corpora.load_collection("demo/en/en").qrels
    again = clirlab.evaluation.evaluate(run, qrels, ["RR@10"])["value"].mean()
    assert again == pytest.approx(rows[0]["mean"])


def test_a_trained_encoder_is_not_meant_for_documents(clirlab_, quick, tiny_folder):
    clirlab_("train", "--bitext", "pairs.tsv", *quick, "--out", "sw")
    arguments = ["evaluate", "--encoder", "sw", "--collection", "demo/en/en", "--measure", "RR@10"]
    _, alone, err = clirlab_(*arguments)
    assert f"sw was trained for queries; documents are for --document-encoder {tiny_folder.name}" in err
    status, both, err = clirlab_(*arguments, "--document-encoder", tiny_folder)
    assert status == 0
    assert "trained for queries" not in err
    assert alone.splitlines()[1] != both.splitlines()[1]


SEARCH_MISTAKES = {
    "collection": (["--collection", "demo/en/sv"], "did you mean 'sw'?"),
    "measure": (["--collection", "demo/en/sw", "--measure", "RR@"], "unknown measure 'RR@'"),
    "scorer": (["--collection", "demo/en/sw", "--scorer", "maxsin"], "did you mean 'maxsim'?"),
    "run file": (
        ["--collection", "demo/en/sw", "--collection", "demo/en/so", "--run-file", "x"],
        "--run-file holds the run of one collection; 2 are given",
    ),
    "width": (
        ["--collection", "demo/en/sw", "--document-encoder", "e5-small"],
        "queries of 32 dimensions cannot be compared with documents of 384",
    ),
}


@pytest.mark.parametrize("mistake", SEARCH_MISTAKES)
def test_what_cannot_be_searched_is_one_message_and_status_2(clirlab_, tiny_folder, tmp_path, mistake):
    given, message = SEARCH_MISTAKES[mistake]
    before = sorted(tmp_path.iterdir())
    status, out, err = clirlab_("evaluate", "--encoder", tiny_folder, *given)
    assert (status, out) == (2, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before
