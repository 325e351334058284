"""Texts that try to be something else than text."""

SCRIPT = "<script>alert(1)</script>"
LONG = "word" * 750
HOSTILE = {
    "script": SCRIPT,
    "mark-up": '<b>bold</b> <a href="https://x.y">link</a> &amp; &lt;',
    "quotes": "\"double\" 'single' `back`",
    "newline": "two\nlines\r\nand\ttab",
    "right to left": "\u200fماء\u200e \u202eabc",
    "emoji": "🙂👩🏽‍🚀",
    "long": LONG,
    "formula": r"$a_1$ \alpha {x} %{y} 50 % #1 ~ ^",
    "control": "nul\x00bell\x07 \ufffe",
    "underscore": "_hidden",
}
