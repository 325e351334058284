import pytest

from clirlab.errors import InputError
from clirlab.supervision.keyboards import DEFAULTS, INSTEAD_OF, LAYOUTS, OF_LANGUAGE, neighbours


def test_neighbours_are_the_keys_around():
    assert sorted(neighbours()["s"]) == sorted("adwezx")
    assert sorted(neighbours()["в"]) == sorted("ыаукчс")
    assert sorted(neighbours()["क"]) == sorted("रतगदस")
    assert sorted(neighbours()["ب"]) == sorted("يلقفرؤ")


@pytest.mark.parametrize("language", [None, "de", "fr", "uk", "fa", "pl"])
def test_if_a_key_is_beside_another_so_is_the_other_beside_it(language):
    table = neighbours(language)
    assert all(letter in table[key] for letter, keys in table.items() for key in keys)
    assert all(len(key) == 1 and keys for key, keys in table.items())


def test_the_language_decides_between_keyboards_of_a_script():
    assert "z" in neighbours("de")["t"]
    assert "y" in neighbours("deu_Latn")["x"]
    assert "q" in neighbours("fr")["a"]
    assert "і" in neighbours("uk")["ф"]
    assert "ک" in neighbours("fa")["گ"]
    assert neighbours("sw") == neighbours()
    assert neighbours("de-x-p50-s0") == neighbours("de")


def test_every_language_has_a_layout_and_no_layout_is_without_use():
    assert set(OF_LANGUAGE.values()) == set(INSTEAD_OF) == set(LAYOUTS) - set(DEFAULTS)
    assert set(INSTEAD_OF.values()) <= set(DEFAULTS) <= set(LAYOUTS)


def test_an_unknown_language_is_named():
    with pytest.raises(InputError, match="unknown language 'xx-klingon'"):
        neighbours("xx-klingon")
