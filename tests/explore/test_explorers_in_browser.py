"""JupyterLab in a real browser: a notebook calls an explorer, the mouse moves its slider, and the heatmap changes."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import nbformat
import pytest
from browser import chromium_page

PORT = 18973
CELL = """
import clirlab as cl
from clirlab.explore import PlanSetting, plan_explorer
plan_explorer(
    cl.load_encoder("e5-small"), "maji safi ni uhai", "clean water is life", setting=PlanSetting("sinkhorn", 0.05)
)
"""
HEAT = """() => {
    const figure = document.querySelector('.js-plotly-plot');
    return figure && figure.data ? JSON.stringify(Array.from(figure.data[0].z, row => Array.from(row))) : null;
}"""


@contextmanager
def jupyterlab(folder):
    """JupyterLab on this folder, without a token and for this machine alone."""
    options = ["--no-browser", f"--port={PORT}", "--ip=127.0.0.1", "--allow-root", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
                "jupyterlab.NeverCheckForUpdate", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    settings = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | settings,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api", timeout=2)
                    break
                except (urllib.error.URLError, OSError):
                    assert server.poll() is None, (folder / "lab.log").read_text()
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{PORT}/lab/tree/explore.ipynb?reset"
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.slow
def test_the_mouse_moves_epsilon_and_the_heatmap_follows(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, tmp_path / "explore.ipynb")
    with jupyterlab(tmp_path) as address, chromium_page(width=1400, height=2000) as page:
        page.goto(address)
        page.get_by_text(re.compile(r"Python 3 \(ipykernel\) \| Idle")).wait_for(timeout=120_000)
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.keyboard.press("Control+Enter")
        page.wait_for_function(HEAT, timeout=120_000)
        before = page.evaluate(HEAT)
        handle = page.locator(".widget-hslider:has(label:text-is('ε')) .noUi-handle")
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        start = time.perf_counter()
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 120, y, steps=4)
        page.mouse.up()
        page.wait_for_function(f"before => {{ const now = ({HEAT})(); return now && now !== before; }}", arg=before)
        print(f"from the mouse to another heatmap: {1000 * (time.perf_counter() - start):.0f} ms")
        if folder := os.environ.get("CLIRLAB_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/plan_explorer.png")
        # by the keyboard as well
        before = page.evaluate(HEAT)
        handle.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(f"before => {{ const now = ({HEAT})(); return now && now !== before; }}", arg=before)
