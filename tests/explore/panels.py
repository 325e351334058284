"""What a panel shows, for tests: its controls, its figure and its HTML; and a text that must be shown as text."""

import json
import re

from clirlab.explore.panel import MIME

# mark-up, quotes, a line break, direction marks and an override, an emoji, a formula
HOSTILE = "<script>alert(1)</script> \"q\" 'q'\n\u200fماء\u202e 水 👩‍🔬 $x^2$ <b>x</b> &amp; " + "w" * 3000


def drawn(box):
    """The figure that a panel shows, as the browser gets it."""
    (output,) = box.children[-1].outputs
    json.dumps(output)
    return output["data"][MIME]


def strings(value):
    """Every text in a figure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ("meta", "bdata", "template", "font"):
                yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def assert_all_text(figure):
    """No mark-up of the text reaches plotly, and the text is there nevertheless."""
    found = list(strings(figure))
    for text in found:
        for forbidden in ("<script", "<b>x", "\u202e", "\n"):
            assert forbidden not in text, text
        assert not re.search(r"\$[^$]+\$", text)
    assert any("&lt;script" in text or "script&gt;" in text for text in found)


def control(box, name):
    """The control of a panel with this description, wherever it lies."""
    for child in box.children:
        if getattr(child, "description", None) == name:
            return child
        if hasattr(child, "children") and (found := control(child, name)) is not None:
            return found
    return None


def html_of(box):
    """All HTML that a panel shows."""
    values = []
    for child in box.children:
        if type(child).__name__ == "HTML":
            values.append(child.value)
        elif hasattr(child, "children"):
            values.append(html_of(child))
    return " ".join(values)
