"""Material and a mapping of words in, the same material in the language of the mapping out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from clirlab.corpora import Bitext, Collection, Lexicon
from clirlab.corpora.words import WORD
from clirlab.errors import InputError
from clirlab.supervision.pairs import ENGLISH, TextPairs, word_tags

Material = TypeVar("Material", str, Bitext, TextPairs, Lexicon, Collection)
WordMap = Callable[[str], str]


def map_words(material: Material, word: WordMap, language: str) -> Material:
    """Map every word of a text, or of the foreign side of what has two; all between words stays.

    Parameters
    ----------
    material : str, Bitext, TextPairs, Lexicon or Collection
        Of a bitext the sources, of code-switched pairs the source words that are not English, of a lexicon the
        translations, of a collection the queries.
    word : callable
        From a word, see `clirlab.corpora.words`, to one that has neither blanks nor punctuation of its own.
    language : str
        Code of the language that comes out; it is added to names.

    Raises
    ------
    InputError
        If the material is of another kind.

    Examples
    --------
    >>> map_words(Bitext("toy", "sw", ("maji, maji!",), ("water",)), str.title, "sw-x-title").source
    ('Maji, Maji!',)
    """
    for kind, function in _KINDS.items():
        if isinstance(material, kind):
            mapped: Material = function(material, word, language)
            return mapped
    raise InputError(f"words are mapped in a text, bitext, text pairs, lexicon or collection, not in {material!r}")


def _text(text: str, word: WordMap, language: str) -> str:
    return WORD.sub(lambda match: word(match.group()), text)


def _bitext(bitext: Bitext, word: WordMap, language: str) -> Bitext:
    source = tuple(_text(text, word, language) for text in bitext.source)
    return replace(bitext, name=f"{bitext.name} ({language})", language=language, source=source)


def _pairs(pairs: TextPairs, word: WordMap, language: str) -> TextPairs:
    source = []
    for text, tags in zip(pairs.source, word_tags(pairs), strict=True):
        foreign = iter([tag != ENGLISH for tag in tags])
        source.append(_text(text, lambda own, foreign=foreign: word(own) if next(foreign) else own, language))  # type: ignore[misc]
    tagged = pairs.tags
    if tagged is not None:
        tagged = tuple(tuple(tag if tag == ENGLISH else language for tag in tags) for tags in tagged)
    name = f"{pairs.name} ({language})"
    return replace(pairs, name=name, language=language, source=tuple(source), tags=tagged)


def _lexicon(lexicon: Lexicon, word: WordMap, language: str) -> Lexicon:
    entries = {key: tuple(_text(text, word, language) for text in found) for key, found in lexicon.entries.items()}
    return replace(lexicon, name=f"{lexicon.name} ({language})", language=language, entries=entries)


def _collection(collection: Collection, word: WordMap, language: str) -> Collection:
    queries = collection.queries.assign(text=[_text(text, word, language) for text in collection.queries["text"]])
    if "language" in queries:
        queries["language"] = language
    name = f"{collection.name} ({language})"
    return replace(collection, name=name, queries=queries, query_language=language)


_KINDS: dict[type, Callable[[Any, WordMap, str], Any]] = {
    str: _text,
    Bitext: _bitext,
    TextPairs: _pairs,
    Lexicon: _lexicon,
    Collection: _collection,
}
