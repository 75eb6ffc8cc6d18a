"""Installing, with a package of one module that lies in a folder: no network is needed, nor used."""

import hashlib
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from dsar.launch.failure import CannotStart
from dsar.launch.launch import Launch
from dsar.launch.packages import RUN, Venv

NO_UV = "/usr/bin:/bin"


def _wheel(folder: Path, version: str) -> str:
    """Write a wheel of that version and return the line of a lock file that names it."""
    file = folder / f"pearl-{version}-py3-none-any.whl"
    about = f"pearl-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("pearl.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: pearl\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return f"pearl=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One virtual environment for all tests of this file, as making one takes seconds. It begins as a broken one."""
    folder = tmp_path_factory.mktemp("venv")
    for part in ("requirements", ".venv/bin"):
        (folder / part).mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to("/nowhere")
    return folder


@pytest.fixture
def venv(made: Path, launch: Launch, monkeypatch: pytest.MonkeyPatch) -> Venv:
    (made / "wheels").mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", NO_UV)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made / "wheels"))
    return Venv(made, launch.processes)


def _lock(venv: Venv, line: str) -> None:
    (venv.path.parent / "requirements" / RUN).write_text(line, encoding="utf-8")


def _installed(venv: Venv) -> str:
    return next(venv.site_packages.glob("pearl.py")).read_text(encoding="utf-8")


def test_the_lock_is_installed_although_the_virtual_environment_was_broken_and_a_changed_lock_again(venv: Venv) -> None:
    wheels = venv.path.parent / "wheels"
    _lock(venv, _wheel(wheels, "1.0"))
    venv.install(RUN)
    first = _installed(venv)
    _lock(venv, _wheel(wheels, "2.0"))
    venv.install(RUN)

    assert (first, _installed(venv)) == ("VERSION = '1.0'\n", "VERSION = '2.0'\n")


def test_an_unchanged_lock_is_not_installed_again(venv: Venv) -> None:
    _lock(venv, _wheel(venv.path.parent / "wheels", "3.0"))
    venv.install(RUN)
    shutil.rmtree(venv.path.parent / "wheels")

    venv.install(RUN)

    assert venv.has(RUN)


def test_a_package_that_is_not_the_named_one_is_refused(venv: Venv) -> None:
    line = _wheel(venv.path.parent / "wheels", "4.0")
    _lock(venv, re.sub(r"sha256:....", "sha256:0000", line))

    with pytest.raises(CannotStart, match=r"not the one that requirements/ names \(its hash differs\)"):
        venv.install(RUN)

    assert not venv.has(RUN)


def test_a_machine_without_network_is_told_so(venv: Venv) -> None:
    _lock(venv, "pearl==5.0 --hash=sha256:" + "0" * 64 + "\n")

    with pytest.raises(CannotStart, match="could not be downloaded: the first start needs the network") as caught:
        venv.install(RUN)

    assert "\n" not in str(caught.value)


def test_a_python_without_its_venv_module_is_told_what_brings_it(
    venv: Venv, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / RUN).write_text("", encoding="utf-8")

    with pytest.raises(CannotStart, match="venv module is missing: on Debian or Ubuntu, `apt-get install python3-venv`"):
        Venv(tmp_path, venv._processes).install(RUN)

    assert not (tmp_path / ".venv").exists()
