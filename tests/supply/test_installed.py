"""What runs here is what the lock says, unchanged since it was installed. T-12.07.

Known holes in packages are looked up by `pip-audit` where there is a network: no test has one.
"""

import base64
import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import Distribution, PackagePath, distributions
from pathlib import Path
from typing import Final

import pytest

from tests.launch.conftest import ROOT
from tests.launch.test_locks import PIN

LOCK: Final = ROOT / "requirements/lock-dev.txt"
INSTALLERS: Final = {"pip", "setuptools", "wheel", "uv"}
CORE: Final = ("django", "celery", "cryptography", "psycopg", "gunicorn", "httpx", "django-allauth", "pyjwt")


def named(distribution: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()


def locked(text: str) -> set[tuple[str, str]]:
    """Return every package and version of a lock; it may name several versions, each for other releases of Python."""
    found = (PIN.match(line) for line in text.splitlines())
    return {(re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2]) for pin in found if pin}


def differing(installed: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return what is installed otherwise than locked, or not locked at all."""
    return {one for one in installed - wanted if one[0] not in INSTALLERS}


def changed(distribution: Distribution) -> Iterator[str]:
    """Yield the files of `distribution` that are not what was installed."""
    for file in distribution.files or ():
        if file.hash is not None and file.hash.mode == "sha256" and digest(file) != file.hash.value:
            yield str(file)


def digest(file: PackagePath) -> str:
    content = Path(str(file.locate())).read_bytes()
    return base64.urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


@pytest.mark.threat("12.07")
def test_everything_that_is_installed_is_locked_at_its_version() -> None:
    installed = {(named(one), one.version) for one in distributions()}

    assert differing(installed, locked(LOCK.read_text(encoding="utf-8"))) == set()


def test_a_package_that_is_not_locked_or_another_version_is_seen() -> None:
    installed = {("django", "5.2.18"), ("evil", "1.0"), ("pip", "26.3")}

    assert differing(installed, locked("django==5.2.19 \\\n")) == {("django", "5.2.18"), ("evil", "1.0")}


@pytest.mark.threat("12.07")
@pytest.mark.parametrize("name", CORE)
def test_no_file_of_a_core_package_was_changed_since_it_was_installed(name: str) -> None:
    distribution = Distribution.from_name(name)

    assert distribution.files
    assert list(changed(distribution)) == []


def test_a_changed_file_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "evil-1.0.dist-info"
    folder.mkdir()
    (tmp_path / "evil.py").write_text("print('as built')", encoding="utf-8")
    built = base64.urlsafe_b64encode(sha256(b"print('as built')").digest()).rstrip(b"=").decode()
    (folder / "RECORD").write_text(f"evil.py,sha256={built},17\n", encoding="utf-8")
    distribution = Distribution.at(folder)
    assert list(changed(distribution)) == []

    (tmp_path / "evil.py").write_text("print('otherwise')", encoding="utf-8")

    assert list(changed(distribution)) == ["evil.py"]
