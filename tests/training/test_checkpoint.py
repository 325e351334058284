"""A run that was stopped goes on as if it never had been, bit for bit; what is no checkpoint of it is refused."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from training_runs import BITEXT, same, same_run, trained, weights

from clirlab.errors import InputError
from clirlab.training import checkpoint, optimise
from clirlab.training.checkpoint import read_checkpoint, write_checkpoint

KINDS = {
    "plain": {},
    "accumulated tokens": {"batch_tokens": 14, "accumulate": 2},
    "mean and cosine": {"ema": 0.8, "decay": "cosine"},
    "low rank": {"learn": "lora", "lora_rank": 2},
    "projection": {"projection": "learn", "learn": "last", "last_layers": 1},
    "drawn": {"objective": {"random": 1.0, "mse": {"both": True}}},
}


class Stop(Exception):
    """What ends a run from outside."""


def stopped(encoder, monkeypatch, after, **arguments):
    """A run that ends at the beginning of a step."""
    take = optimise._step

    def breaks(task, optimiser, course, batches):
        if course.step == after:
            raise Stop
        return take(task, optimiser, course, batches)

    with monkeypatch.context() as patched:
        patched.setattr(optimise, "_step", breaks)
        with pytest.raises(Stop):
            trained(encoder, **arguments)


def measure(encoder):
    """Rises and falls with the weights, so that the best is on the way."""
    return float(encoder.encode(["the cat sleeps"], dtype="float32").vectors.sum()) % 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_stopped_at_any_step_goes_on_bit_for_bit(tiny, monkeypatch, tmp_path, kind):
    arguments = {"steps": 5, "seed": 3, "checkpoint_every": 2, "dev": measure, "dev_every": 1} | KINDS[kind]
    whole = trained(tiny, **arguments)
    for after in range(5):
        folder = tmp_path / str(after)
        stopped(tiny, monkeypatch, after, checkpoint=folder, **arguments)
        torch.manual_seed(after)  # the state of torch does not matter
        again = trained(tiny, checkpoint=folder, **arguments)
        assert same_run(again, whole)
        assert again.config == whole.config
        assert [path.name for path in folder.iterdir()] == ["step-00000005"]


def test_a_run_stopped_several_times_and_asked_for_again_when_done_is_the_same(tiny, monkeypatch, tmp_path):
    arguments = {"steps": 6, "checkpoint_every": 1, "ema": 0.5}
    whole = trained(tiny, **arguments)
    for after in (2, 3, 5):
        stopped(tiny, monkeypatch, after, checkpoint=tmp_path, **arguments)
    assert same_run(trained(tiny, checkpoint=tmp_path, **arguments), whole)
    calls = []
    monkeypatch.setattr(optimise, "_step", lambda *_: calls.append(0))
    assert same_run(trained(tiny, checkpoint=tmp_path, **arguments), whole)
    assert not calls


def test_early_stopping_is_remembered(tiny, tmp_path):
    values = iter([0.5, 0.4, 0.3])
    arguments = {"steps": 9, "dev_every": 1, "patience": 2, "checkpoint": tmp_path}
    one = trained(tiny, dev=lambda _: next(values), **arguments)
    again = trained(tiny, dev=lambda _: next(values), **arguments)
    assert len(again.history) == 3
    assert same_run(again, one)


def in_a_process(folder, body):
    """Run lines of Python that train the encoder of a folder in a process of its own."""
    script = f"""
import os, signal
from training_runs import digest, trained
from clirlab.models import load_encoder
from clirlab.training import checkpoint
encoder = load_encoder({str(folder)!r})
{textwrap.dedent(body)}
"""
    paths = [str(Path(__file__).parent), *sys.path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_killed_process_leaves_a_checkpoint_that_goes_on_bit_for_bit(tiny_folder, tmp_path):
    done = in_a_process(
        tiny_folder,
        f"""
        save = checkpoint.save_file
        def dies(tensors, path):
            save(tensors, path)
            if "step-00000004" in str(path):
                os.kill(os.getpid(), signal.SIGKILL)
        checkpoint.save_file = dies
        trained(encoder, steps=7, checkpoint={str(tmp_path)!r}, checkpoint_every=2)
        """,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(list(tmp_path.glob(".step-00000004.*.partial"))) == 1
    assert [path.name for path in tmp_path.glob("step-*")] == ["step-00000002"]
    again = f"print(digest(trained(encoder, steps=7, checkpoint={str(tmp_path)!r}, checkpoint_every=2)))"
    resumed, whole = (in_a_process(tiny_folder, body) for body in (again, "print(digest(trained(encoder, steps=7)))"))
    assert len(whole.stdout.strip()) == 64, whole.stderr
    assert resumed.stdout == whole.stdout, resumed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000007"]


def test_a_full_disk_is_named_and_the_checkpoint_before_survives(tiny, monkeypatch, tmp_path):
    write, calls = checkpoint.save_file, []

    def full(tensors, path):
        calls.append(path)
        if len(calls) == 2:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        write(tensors, path)

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "save_file", full)
        with pytest.raises(InputError, match="the disk is full; nothing was overwritten"):
            trained(tiny, steps=6, checkpoint=tmp_path, checkpoint_every=2)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000002"]
    assert same_run(trained(tiny, steps=6, checkpoint=tmp_path, checkpoint_every=2), trained(tiny, steps=6))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"learning_rate": 1e-2}, "learning_rate: 0.001 there, 0.01 here"),
        ({"objective": "mse"}, "terms: .* there, .* here"),
        ({"pairs": BITEXT.take([0, 1, 2])}, "pairs_fingerprint: '.*' there, '.*' here"),
        ({"seed": 1, "steps": 4, "clip": 2, "ema": 0.5}, r"seed: 0 there, 1 here; steps: 3 there, .* and 1 more"),
        ({"dev": measure}, "dev: False there, True here"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_and_kept(tiny, tmp_path, changed, told):
    trained(tiny, checkpoint=tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=rf"holds a checkpoint of another training \({told}\); give another folder"):
        trained(tiny, **{"checkpoint": tmp_path} | changed)
    assert sorted(tmp_path.rglob("*")) == before


def test_another_encoder_is_another_training_and_another_pace_of_saving_is_none(tiny, tmp_path):
    one = trained(tiny, checkpoint=tmp_path)
    assert same_run(trained(tiny, checkpoint=tmp_path, checkpoint_every=1), one)
    with pytest.raises(InputError, match="encoder_fingerprint"):
        trained(one.encoder, checkpoint=tmp_path)


def test_damage_and_a_file_in_the_place_of_the_folder_are_named(tiny, tmp_path):
    trained(tiny, checkpoint=tmp_path / "run")
    file = tmp_path / "run" / "step-00000003" / "tensors.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match=r"step-00000003 is damaged .*; remove it to begin anew"):
        trained(tiny, checkpoint=tmp_path / "run")
    (tmp_path / "note").write_text("")
    with pytest.raises(InputError, match="note is a file; checkpoints need a folder of their own"):
        trained(tiny, checkpoint=tmp_path / "note")


def test_tensors_and_numbers_come_back_as_they_were(tmp_path):
    tensors = {"a": torch.randn(3, 2).T, "b": torch.tensor(7.0)}
    record = {"rows": [[0, float("nan"), 0.1 + 0.2]], "best": float("-inf")}
    write_checkpoint(tmp_path, 1, tensors, record, {"name": "Jòógùn"})
    saved = read_checkpoint(tmp_path, {"name": "Jòógùn"})
    assert all(saved.tensors[name].equal(tensor) for name, tensor in tensors.items())
    assert repr(saved.record) == repr(record)
    assert read_checkpoint(tmp_path / "none", {}) is None


def test_the_teacher_stays_as_it_was(tiny, tmp_path):
    before = weights(tiny)
    trained(tiny, checkpoint=tmp_path, dev=measure, ema=0.9, learn="lora")
    assert same(weights(tiny), before)
