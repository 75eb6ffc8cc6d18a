import gettext
from pathlib import Path

import pytest

from dsar.launch.failure import CannotStart
from dsar.launch.messages import compile_all

CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

# a comment
#: where.py:1
msgid "Continue"
msgstr "Continuer"

msgctxt "a state"
msgid "Open"
msgstr "Ouverte"

msgid "%(n)s record"
msgid_plural "%(n)s records"
msgstr[0] "%(n)s donnée"
msgstr[1] "%(n)s données"

msgid ""
"A long \"line\"\n"
"of two"
msgstr ""
"Une longue «ligne»\n"
"de deux"

#, fuzzy
msgid "Guess"
msgstr "Devine"

msgid "Empty"
msgstr ""

#~ msgid "Old"
#~ msgstr "Vieux"
"""


@pytest.fixture
def french(tmp_path: Path) -> Path:
    folder = tmp_path / "locale/fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    return folder


def test_gettext_reads_what_was_compiled(french: Path, tmp_path: Path) -> None:
    compile_all(tmp_path)
    with (french / "django.mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)

    assert words.gettext("Continue") == "Continuer"
    assert words.pgettext("a state", "Open") == "Ouverte"
    assert [words.ngettext("%(n)s record", "%(n)s records", number) for number in (1, 2)] == ["%(n)s donnée", "%(n)s données"]
    assert words.gettext('A long "line"\nof two') == "Une longue «ligne»\nde deux"


@pytest.mark.parametrize("key", ["Guess", "Empty", "Old"])
def test_what_nobody_confirmed_stays_english(french: Path, tmp_path: Path, key: str) -> None:
    compile_all(tmp_path)
    with (french / "django.mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext(key) == key


def test_a_catalogue_is_compiled_again_only_when_it_changed(french: Path, tmp_path: Path) -> None:
    compile_all(tmp_path)
    (french / "django.mo").write_bytes(b"as it was")
    compile_all(tmp_path)

    assert (french / "django.mo").read_bytes() == b"as it was"


def test_a_broken_catalogue_is_named(french: Path, tmp_path: Path) -> None:
    (french / "django.po").write_text('msgid "a"\nmsgst "b"\n', encoding="utf-8")

    with pytest.raises(CannotStart, match=r'django\.po: this line is none of a translation: msgst "b"'):
        compile_all(tmp_path)
