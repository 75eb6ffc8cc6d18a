"""Everything that a customer or an officer reads is there in every language that is offered."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from dsar.launch.messages import read

ROOT: Final = Path(__file__).resolve().parent.parent.parent
LANGUAGES: Final = sorted(code for code, _name in settings.LANGUAGES if code != "en")
LETTERS: Final = ROOT / "templates" / "letters"
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TAG: Final = re.compile(r"<[^>]*>")
_FILLED: Final = re.compile(r"\{\{ [\w.]+")  # what a letter says of its request


def _translations(language: str) -> Mapping[str, str]:
    catalogue = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    return {key: text for key, text in read(catalogue).items() if key}


@pytest.fixture(scope="module", params=LANGUAGES)
def translations(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The catalogue of each language in turn."""
    return _translations(request.param)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Every text that code and templates mark for translation, as gettext's own tools find them."""
    if not shutil.which("xgettext") and not os.environ.get("CI"):
        pytest.skip("there is no gettext on this machine")
    place = tmp_path_factory.mktemp("strings")
    for folder in ("requests_app", "templates", "dsar"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", "migrations", "demo", "launch"))
    (place / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "fr", "--no-location", "-e", "html,txt,py"]
    made = subprocess.run(command, cwd=place, env=_bare(), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    text = (place / "locale" / "fr" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    return frozenset(_keys(text)) - {""}


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _keys(catalogue: str) -> Iterator[str]:
    for entry in catalogue.split("\n\n"):
        parts = dict.fromkeys(("msgctxt", "msgid", "msgid_plural"), "")
        part = ""
        for line in entry.splitlines():
            named = re.match(r"(msg\w+)(?:\[\d\])? ", line)
            part = named[1] if named else part
            if part in parts and line.endswith('"'):
                parts[part] += line[line.index('"') + 1 : -1].encode().decode("unicode_escape").encode("latin-1").decode()
        plural = f"\0{parts['msgid_plural']}" if parts["msgid_plural"] else ""
        context = f"{parts['msgctxt']}\4" if parts["msgctxt"] else ""
        yield f"{context}{parts['msgid']}{plural}"


@pytest.mark.promise("S1")
def test_every_text_is_translated(translations: Mapping[str, str], written: frozenset[str]) -> None:
    assert written - translations.keys() == frozenset()


def test_no_translation_outlives_its_text(translations: Mapping[str, str], written: frozenset[str]) -> None:
    assert translations.keys() - written == frozenset()


def test_translations_fill_in_the_same_places(translations: Mapping[str, str]) -> None:
    wrong = [
        key
        for key, text in translations.items()
        if not _places(text) <= _places(key) or set(TAG.findall(text)) != set(TAG.findall(key))
    ]
    assert wrong == []


def _places(text: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text))


def test_french_signs_stand_apart_as_the_language_wants() -> None:
    wrong = [
        text
        for text in _translations("fr").values()
        if re.search(r" [:;?!»]|« ", text) or "'" in re.sub(r" '[ ,.]|d'\.|'\)", "", text)
    ]
    assert wrong == []


@pytest.mark.promise("S1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_written_in_each_language(language: str) -> None:
    english, theirs = (_letters(LETTERS / code) for code in ("en", language))
    assert english
    assert theirs.keys() == english.keys()
    assert [name for name, text in theirs.items() if set(_FILLED.findall(text)) != set(_FILLED.findall(english[name]))] == []


def _letters(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.txt")}
