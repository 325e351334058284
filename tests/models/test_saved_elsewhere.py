"""What is saved, loaded by sentence-transformers itself, in a throw-away environment (it is no dependency)."""

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

ROOT = Path(__file__).parents[2]
TEXTS = ["a cat", "the cats under the roof barked", "dogs, sleeping on a roof", "the dog"]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment that sees this one's packages, and sentence-transformers besides."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=True)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "outer.pth").write_text(sysconfig.get_path("purelib") + "\n")
    interpreter = folder / "bin" / "python"
    command = [interpreter, "-m", "pip", "install", "--retries", "1", "-c", ROOT / "constraints.txt"]
    done = subprocess.run([*command, "sentence-transformers==6.2.0"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip cannot install sentence-transformers: {done.stderr.strip().splitlines()[-1]}")
    return interpreter


@pytest.mark.slow
def test_sentence_transformers_gives_the_same_vectors(python, tiny, tmp_path):
    wanted = {}
    for name in ("plain", "projected"):
        if name == "projected":
            torch.manual_seed(0)
            tiny.projection = torch.nn.Linear(32, 8)
            torch.nn.init.normal_(tiny.projection.bias)
        tiny.save(tmp_path / name)
        for kind in ("query", "passage"):
            tokens = tiny.encode(TEXTS, kind=kind, dtype="float32")
            wanted[f"{name} {kind}"] = wanted[f"{name} {kind} as such"] = tokens.pooled(over="all")
            wanted[f"tokens {kind}"] = tokens.vectors[tokens.attended]
    (tmp_path / "texts.json").write_text(json.dumps(TEXTS))
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    command = [python, Path(__file__).with_name("elsewhere.py"), tmp_path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = load_file(tmp_path / "found.safetensors")
    assert found.keys() == wanted.keys()
    for name, vectors in wanted.items():
        torch.testing.assert_close(found[name], vectors, rtol=0, atol=1e-5)
