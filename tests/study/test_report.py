import re
import shutil
from dataclasses import replace

import pytest
from browser import chromium_page

from clirlab.errors import InputError
from clirlab.files import aside
from clirlab.study import read_results, write_report


@pytest.fixture(scope="module")
def report(tiny_run, tmp_path_factory):
    return write_report(tiny_run, tmp_path_factory.mktemp("figures"))


def test_the_report_draws_offline(report):
    with chromium_page(width=1280, height=900) as page:
        requests, messages = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("dialog", lambda dialog: messages.append(f"dialog: {dialog.message}"))
        page.goto(report.as_uri())
        page.wait_for_selector("#plot-severity .main-svg")
        lines = page.locator("#plot-budget .scatterlayer .trace path.js-line").evaluate_all(
            "e => e.map(p => p.getAttribute('d'))"
        )
        cells = page.locator("#plot-plan-so .heatmaplayer image").count()
        drawn = page.evaluate("document.getElementById('plot-plan-so')._fullLayout.yaxis.ticktext.length")
        wide = page.evaluate("document.documentElement.scrollWidth")
    assert requests == [report.as_uri()]
    assert messages == []
    assert len([d for d in lines if d and "L" in d]) >= 4, "a line for each arm"
    assert cells == 2, "a heatmap before and one after"
    assert drawn > 5, "with the rows of a sentence"
    assert wide <= 1280, "no horizontal scrolling"


def test_the_report_says_what_was_run(report, tiny_run):
    html = report.read_text(encoding="utf-8")
    assert "does &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;all&#34; of it run?" in html
    assert "<script>alert" not in html
    assert tiny_run.config.hash in html
    assert "Somali (so): with 120 translated words" in html
    for arm in tiny_run.config.arms:
        assert f'<td class="text">{arm}</td>' in html
    assert report.stat().st_size < 8 * 2**20


def test_each_entry_of_the_contents_leads_somewhere(report):
    html = report.read_text(encoding="utf-8")
    contents = html.partition("<nav")[2].partition("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert {"shown", "budget", "severity", "gains", "tables", "languages", "plans", "run"} <= set(targets)
    assert [target for target in targets if f' id="{target}"' not in html] == []
    assert html.count('<figure role="figure" aria-label="') == html.count('class="plotly-graph-div"') == 7


def test_the_report_says_what_was_bought_and_what_of_the_questions_it_covers(report, tiny_run):
    table = report.read_text(encoding="utf-8").partition("<caption>What was bought")[2].partition("</table>")[0]
    bought = tiny_run.cells.query("arm == 'optical' and budget == 120")
    pairs, types, tokens, covered = bought[["pairs", "types", "tokens", "token_coverage"]].mean()
    assert f"<td>{pairs:,.0f}</td><td>{types:,.0f}</td><td>{tokens:,.0f}</td>\n<td>{covered:.0%}</td>" in table


def test_the_report_of_a_run_that_counted_less_has_gaps(tiny_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    earlier = tiny_run.cells.drop(columns=["types", "tokens", "token_coverage"])
    page = write_report(replace(tiny_run, folder=folder, cells=earlier), tmp_path / "figures")
    table = page.read_text(encoding="utf-8").partition("<caption>What was bought")[2].partition("</table>")[0]
    assert "<td>–</td><td>–</td>\n<td>–</td>" in table


def test_the_figures_are_written_for_the_page(tiny_run, tmp_path):
    write_report(tiny_run, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    shown = ("budget", "severity", "retention", "overview", "forest", "split", "plan-so")
    assert names == {f"tiny-{what}.{form}" for what in shown for form in ("png", "svg")}
    assert (tmp_path / "tiny-budget.png").read_bytes().startswith(b"\x89PNG")
    assert "translated words" in (tmp_path / "tiny-budget.svg").read_text()


def test_a_full_disk_keeps_the_old_report(tiny_run, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_run.folder, folder)
    (folder / "report.html").write_text("the report of yesterday")
    aside(folder / "report.html").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"report.html: the disk is full; nothing was overwritten"):
        write_report(read_results(folder), tmp_path / "figures")
    assert (folder / "report.html").read_text() == "the report of yesterday"
