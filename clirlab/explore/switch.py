"""A text and a lexicon in, the text with words switched out, and which word each of them was."""

from __future__ import annotations

import html
from collections.abc import Sequence

import ipywidgets
import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clirlab.corpora import Lexicon, language_name
from clirlab.explore.panel import STYLE, WIDE, Redraw, facts_html, kernel_is_live, show
from clirlab.figures import token_figure
from clirlab.figures.labels import plain, short
from clirlab.supervision import code_mixing_indices, code_switch
from clirlab.supervision.rewrite import spans


def switched_words(
    text: str, lexicon: Lexicon | Sequence[Lexicon], probability: float = 0.5, seed: int = 0, choice: str = "first"
) -> pd.DataFrame:
    """A text as it is switched, a row a word: word, origin (the English words that it stands for), language, switched.

    Parameters
    ----------
    text, lexicon, probability, seed, choice
        See `clirlab.supervision.code_switch`.

    Examples
    --------
    >>> swahili = Lexicon("tiny", "sw", {"water": ("maji",)})
    >>> switched_words("Clean water!", swahili, probability=1).values.tolist()
    [['Clean', 'Clean', 'en', False], ['maji', 'water', 'sw', True]]
    """
    pairs = code_switch([text], lexicon, probability, seed, choice)
    english = [text[start:end] for start, end in spans(text)]
    if not pairs.source:
        return pd.DataFrame({"word": english, "origin": english, "language": "en", "switched": False})
    assert pairs.alignment is not None and pairs.tags is not None
    source = pairs.source[0]
    words = [source[start:end] for start, end in spans(source)]
    links = np.array(pairs.alignment[0])
    origins = [" ".join(english[j] for j in links[links[:, 0] == i, 1]) for i in range(len(words))]
    tags = pairs.tags[0]
    switched = [tag != "en" for tag in tags]
    return pd.DataFrame({"word": words, "origin": origins, "language": list(tags), "switched": switched})


def switched_text(
    text: str, lexicon: Lexicon | Sequence[Lexicon], probability: float = 0.5, seed: int = 0, choice: str = "first"
) -> str:
    """The text as it is switched, or as it was where nothing is."""
    pairs = code_switch([text], lexicon, probability, seed, choice)
    return pairs.source[0] if pairs.source else text


def switch_facts(
    text: str, lexicon: Lexicon | Sequence[Lexicon], probability: float = 0.5, seed: int = 0, choice: str = "first"
) -> dict[str, object]:
    """How much was switched: words, switched, share, and the code-mixing index (Das & Gambäck 2014) in [0, 100]."""
    words = switched_words(text, lexicon, probability, seed, choice)
    pairs = code_switch([text], lexicon, probability, seed, choice)
    mixing = float(code_mixing_indices(pairs)[0]) if pairs.source else 0.0
    count = int(words["switched"].sum())
    share = count / max(len(words), 1)
    return {"words": len(words), "switched": count, "share": share, "code-mixing index": mixing}


def switch_figure(words: pd.DataFrame, title: str = "") -> go.Figure:
    """The words of `switched_words` as coloured cells, with their origins under the pointer."""
    notes = [
        f"{language_name(language)} for: {origin}" if switched else "as it was"
        for origin, language, switched in words[["origin", "language", "switched"]].itertuples(index=False)
    ]
    tokens = pd.DataFrame({"panel": title or "switched words are coloured", "token": words["word"], "note": notes})
    return token_figure(tokens.assign(value=words["switched"].astype(float)), most=1.0, unit="switched")


def switch_html(text: str, words: pd.DataFrame) -> str:
    """A switched text as HTML: each switched word marked, with its origin as a tooltip; everything escaped.

    Examples
    --------
    >>> words = pd.DataFrame({"word": ["<b>"], "origin": ['"a"'], "language": ["sw"], "switched": [True]})
    >>> switch_html("<b>!", words)
    '<p dir="auto" ...><bdi title="&quot;a&quot; (sw)" style="...">&lt;b&gt;</bdi>!</p>'
    """
    parts, end = [], 0
    for word, origin, language, switched in words[["word", "origin", "language", "switched"]].itertuples(index=False):
        start = text.index(word, end)
        parts.append(html.escape(text[end:start]))
        end = start + len(word)
        if switched:
            tip = html.escape(f"{plain(origin)} ({language})")
            # underlined too, for those who do not see the colour
            mark = "background:#FFF1CC;border-bottom:2px solid #B36B00"
            parts.append(f'<bdi title="{tip}" style="{mark}">{html.escape(word)}</bdi>')
        else:
            parts.append(html.escape(word))
    parts.append(html.escape(text[end:]))
    look = "font-size:1.2em;line-height:1.6;overflow-wrap:anywhere;white-space:pre-wrap"
    return f'<p dir="auto" style="{look}">{"".join(parts)}</p>'


def switch_panel(
    texts: Sequence[str], lexicon: Lexicon | Sequence[Lexicon], probability: float = 0.5, seed: int = 0
) -> ipywidgets.VBox:
    """The widget: a text typed or chosen, probability, seed and choice; the switched text follows."""
    wide = {"layout": WIDE, "style": STYLE}
    options = [(f"{k + 1}. {short(text, 80)}", k) for k, text in enumerate(texts)]
    chosen = ipywidgets.Dropdown(options=options, description="text", **wide)
    typed = ipywidgets.Textarea(texts[0], description="English", continuous_update=False, **wide)
    share = ipywidgets.FloatSlider(probability, min=0, max=1, step=0.05, description="probability", style=STYLE)
    drawn = ipywidgets.BoundedIntText(seed, min=0, max=10**6, description="seed", style=STYLE)
    choice = ipywidgets.Dropdown(options=["first", "sampled"], description="translation", style=STYLE)
    shown, facts, message, output = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Output()

    def draw() -> None:
        asked = typed.value, lexicon, share.value, drawn.value, choice.value
        words = switched_words(*asked)
        shown.value = switch_html(switched_text(*asked), words)
        facts.value = facts_html({"text": switch_facts(*asked)})
        show(output, switch_figure(words))

    Redraw([typed, share, drawn, choice], draw, message)
    chosen.observe(lambda change: setattr(typed, "value", texts[change["new"]]), "value")
    choices = ipywidgets.HBox([share, drawn, choice])
    return ipywidgets.VBox([chosen, typed, choices, shown, facts, message, output])


def switch_explorer(
    texts: str | Sequence[str],
    lexicon: Lexicon | Sequence[Lexicon],
    probability: float = 0.5,
    seed: int = 0,
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Switch the words of a text, more or fewer of them, and see what they were.

    Parameters
    ----------
    texts : str or sequence of str
        One English text, or several to choose from; any can be typed in the panel.
    lexicon : Lexicon or sequence of Lexicon
        Several for words of several languages, see `clirlab.supervision.code_switch`.
    probability, seed
        What the controls begin with, and what the figure without a kernel is drawn by.
    interactive : bool
        False gives a plotly figure of the same words, as does a place without a kernel.

    Returns
    -------
    ipywidgets.Widget or plotly Figure

    Examples
    --------
    >>> swahili = Lexicon("tiny", "sw", {"water": ("maji",)})
    >>> switch_explorer("Clean water!", swahili, probability=1, interactive=False).data[0].text[0][:2]
    ['Clean', 'maji']
    """
    listed = [texts] if isinstance(texts, str) else list(texts)
    if interactive and kernel_is_live():
        return switch_panel(listed, lexicon, probability, seed)
    words = switched_words(listed[0], lexicon, probability, seed)
    facts = switch_facts(listed[0], lexicon, probability, seed)
    title = (
        f"{facts['switched']} of {facts['words']} words switched, code-mixing index {facts['code-mixing index']:.1f}"
    )
    return switch_figure(words, title)
