import pytest

from clirlab.supervision import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ng'ombe, ng’ombe; ba'", ["Ng'ombe", "ng’ombe", "ba"]),  # an apostrophe joins only between letters
        ("Wa-tatu - 24 siku.", ["Wa-tatu", "24", "siku"]),
        ("पानी कहाँ है?", ["पानी", "कहाँ", "है"]),  # combining marks belong to their word
        ("?! …", []),
    ],
)
def test_worked_examples(text, found):
    assert words(text) == found
