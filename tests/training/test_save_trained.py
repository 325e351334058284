"""A trained encoder saved with its card: what the card says, that it reads as it stands, nothing half done."""

import json

import pandas as pd
import pytest
import torch
import yaml
from markdown_it import MarkdownIt

from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.training import Trained, save_trained
from clirlab.training.card import escaped

CONFIG = {"objective": {"ot": 1.0, "infonce": 0.1}, "budget": 1000, "seed": 3, "steps": 2, "learning_rate": 1e-4}
NASTY = "a|b <script>alert(1)</script> [x](http://y) `c` **d** _e_ $f$ &amp; # g\n| h | \x00 ~~i~~"


@pytest.fixture
def trained(tiny):
    history = pd.DataFrame({"step": [0, 1], "loss": [0.75, 0.123456], "seconds": [0.1, 0.1]})
    return Trained(tiny, history, dict(CONFIG))


def card_of(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


def rendered(body):
    """The text that a reader sees, and the HTML tags that a browser gets."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body)


def test_the_folder_holds_encoder_card_settings_and_history(trained, tiny, tmp_path):
    folder = save_trained(trained, tmp_path / "sw", ["tico19/en/sw", "muse/en/sw+freedict/en/sw"])
    texts = ["the cats sleep"]
    assert (
        load_encoder(folder).encode(texts, dtype="float32").vectors.equal(tiny.encode(texts, dtype="float32").vectors)
    )
    front, body = card_of(folder)
    assert front["language"] == ["sw", "en"]
    assert front["license"] == "other"
    assert "base_model" not in front
    assert "1,000 translated words of it (seed 3)" in body
    assert "2 steps; the loss was 0.7500 at the first and 0.1235 at the last" in body
    assert "| tico19/en/sw | Covid and health, 2,100 sentences a language | CC0 |" in body
    assert "**Not for commercial use**: muse/en/sw may not" in body
    assert "freedict/en/sw: GPL-2.0-or-later" in body
    assert "Nothing was measured yet" in body
    record = json.loads((folder / "training.json").read_text())
    assert record["config"] == CONFIG
    assert record["data"] == ["tico19/en/sw", "muse/en/sw", "freedict/en/sw"]
    assert record["versions"]["torch"] == torch.__version__
    pd.testing.assert_frame_equal(pd.read_csv(folder / "history.csv"), trained.history)


def test_data_of_all_may_use_is_not_called_non_commercial(trained, tmp_path):
    _, body = card_of(save_trained(trained, tmp_path / "sw", ["tico19/en/sw"], base="e5-small"))
    assert "commercial" not in body
    assert "not known" not in body
    assert "trained from, e5-small: MIT" in body


def test_the_base_of_a_base_is_told(trained, tmp_path):
    first = save_trained(trained, tmp_path / "first", ["demo/en/sw"], base="e5-small")
    front, body = card_of(save_trained(trained, tmp_path / "second", ["demo/en/so"], base=first))
    assert front["base_model"] == "intfloat/multilingual-e5-small"
    assert front["language"] == ["so", "en"]
    assert "trained from, first: not known" in body
    assert "Where a licence is not known, find it out" in body
    assert str(tmp_path) not in body


def test_the_encoder_of_the_documents_is_named(trained, tmp_path):
    trained.config["encoder"] = trained.config["teacher"] = str(tmp_path / "student")
    _, body = card_of(save_trained(trained, tmp_path / "own"))
    assert f"documents with what it learnt from, {trained.encoder.name.rpartition('/')[2]}" in body
    trained.config["teacher"] = str(tmp_path / "colbert")
    _, body = card_of(save_trained(trained, tmp_path / "others"))
    assert "documents with what it learnt from, colbert." in body
    assert str(tmp_path) not in body


def test_the_measured_table_stands_in_the_card(trained, tmp_path):
    measured = pd.DataFrame({"system": ["zero-shot", NASTY], "RR@10": [0.5, float("nan")], "queries": [1200, 3]})
    _, body = card_of(save_trained(trained, tmp_path / "sw", measured=measured))
    table = rendered(body)
    assert "<td>zero-shot</td>" in table
    assert '<td style="text-align:right">0.500</td>' in table
    assert '<td style="text-align:right">1,200</td>' in table
    assert '<td style="text-align:right"></td>' in table
    assert json.loads((tmp_path / "sw/training.json").read_text())["measured"][1]["RR@10"] is None


def test_no_text_from_outside_is_taken_for_markup(trained, tmp_path):
    measured = pd.DataFrame({NASTY: [NASTY]})
    notes = f"- no list\n\n1. nor this\n\n# {NASTY}\n\n---"
    trained.config["objective"] = NASTY
    _, body = card_of(save_trained(trained, tmp_path / "sw", [NASTY], measured=measured, notes=notes, base=NASTY))
    page = rendered(body)
    assert "<script" not in page and "<a " not in page and "<li>no list" not in page and "<ol" not in page
    for tag in ("<strong>d", "<em>e", "<s>i", "<code>c", "<hr"):
        assert tag not in page
    assert page.count("<tr>") == body.count("\n| ") - body.count("\n| ---")


@pytest.mark.parametrize("text", [NASTY, "plain", "a\\|b", "*", "1. x_y"])
def test_escaped_text_reads_as_it_stands(text):
    shown = MarkdownIt("commonmark").parseInline(escaped(f"x {text}"))[0].children
    assert "".join(part.content for part in shown) == " ".join(f"x {text}".replace("\x00", " ").split())


def test_an_existing_folder_or_file_is_left_alone(trained, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        with pytest.raises(InputError, match=f"{name} exists; give another name or move it away"):
            save_trained(trained, tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"
    assert list((tmp_path / "folder").iterdir()) == []


def test_nothing_is_left_of_what_fails(trained, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="unknown language"):
        save_trained(trained, tmp_path / "sw", language="qqqqq")
    monkeypatch.setattr(pd.DataFrame, "to_csv", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(InputError, match="the disk is full; nothing was overwritten"):
        save_trained(trained, tmp_path / "sw")
    assert list(tmp_path.iterdir()) == []
