"""What the launcher says before anything is started."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launch.conftest import ROOT, Terminal

OLD = """
import sys, runpy
sys.version_info, sys.argv = {version!r}, ["manage.py", "demo"]
runpy.run_path("manage.py", run_name="__main__")
"""
PROGRAMS_OF_THEIR_OWN = {"provision.py"}  # run by .venv's Python


@pytest.mark.parametrize("version", [(2, 7, 18, "final", 0), (3, 6, 15, "final", 0), (3, 10, 13, "final", 0)])
def test_an_old_python_is_told_what_is_needed(version: tuple[int, ...]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", OLD.format(version=version)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert told.returncode == 1
    wanted = f"This needs Python 3.11 or newer; you started it with Python {version[0]}.{version[1]}.\n"
    assert told.stderr == wanted


@pytest.mark.parametrize("file", ["manage.py", "dsar/__init__.py", "dsar/launch/__init__.py"])
def test_an_old_python_can_read_the_files_that_speak_first(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 4))

    new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, new)]
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and (node.returns or node.args.args[0].annotation)
    ]


def test_the_launcher_works_without_any_package() -> None:
    modules = [f"dsar.launch.{file.stem}" for file in (ROOT / "dsar/launch").glob("*.py") if file.name not in PROGRAMS_OF_THEIR_OWN]
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(modules)}; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)

    assert not loaded.stderr
    assert {name.partition(".")[0] for name in loaded.stdout.split()} <= {*sys.stdlib_module_names, "dsar", "__main__"}


def test_a_port_in_use_is_named_and_nothing_is_begun(terminal: Terminal) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        port = int(other.stdout.readline())
        code, said, complained = terminal.run("demo", "--port", str(port))
        other.kill()

    assert (code, said) == (1, "")
    assert complained == f"Port {port} is in use by another program: end that, or choose another with --port {port + 1}.\n"
    assert not terminal.processes()


def test_one_database_url_without_the_other_is_refused(terminal: Terminal) -> None:
    code, _, complained = terminal.run("test", DATABASE_URL="postgresql://dsar_app@127.0.0.1/dsar")

    assert code == 1
    assert complained.startswith("DATABASE_OWNER_URL is missing")
    assert complained.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "dsar").symlink_to(ROOT / "dsar")
    (tmp_path / ".dsar").write_text("in the way", encoding="utf-8")
    (tmp_path / "manage.py").write_text((ROOT / "manage.py").read_text(encoding="utf-8"), encoding="utf-8")
    program = f"from pathlib import Path; from dsar.launch.home import Home; Home(Path({str(tmp_path)!r}) / '.dsar').open()"

    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert f"CannotStart: The folder {tmp_path}/.dsar cannot be written (File exists)" in told.stderr
