from pathlib import Path

import pytest

SCRIPT = """\
# %% [markdown]
# # A little sum

# %% tags=["parameters"]
left = 2  # one of the two, left = 2 as it comes
right: float = 0.5  # the other
word = "and"
names: list[str] | None = None  # whose
data = "none.txt"  # a file
interactive = True
pause = 0.0  # seconds

# %%
import time

import clirlab as cl

time.sleep(pause)
if left < 0:
    raise ValueError("too little: <script>alert(1)</script>")

# %%
cl.record(total=left + right, word=word, interactive=interactive)

# %%
if word != "and":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([left, right])
    cl.record(curve=figure, left=float("nan"))
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small notebook, as a script, in a folder of its own in which the test then is."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sum.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path
