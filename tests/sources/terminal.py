"""A terminal in which `manage.py source` is typed."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Final
from unittest.mock import patch

from sqlalchemy import URL

from requests_app.management.commands.source import Command

ROOT: Final = Path(__file__).parents[2]
Told = subprocess.CompletedProcess[str]


def typed(*words: str | Path, **variables: str) -> Told:
    """Run the command here and return what it told."""
    arguments = ["manage.py", "source", *map(str, words)]
    out, err = io.StringIO(), io.StringIO()
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with patch.dict(os.environ, variables), patch.object(sys, "stdin", io.StringIO()), streams[0], streams[1]:
        code = _code(arguments)
    return Told(arguments, code, out.getvalue(), err.getvalue())


def _code(arguments: list[str]) -> int:
    try:
        Command(stdout=sys.stdout, stderr=sys.stderr).run_from_argv(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def typed_by_a_newcomer(*words: str | Path, folder: Path | None = None, **variables: str) -> Told:
    """Run the command in a process of its own, with no environment of the product."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), **variables}
    command = [sys.executable, ROOT / "manage.py", "source", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def in_one_sentence(told: Told) -> str:
    """Insist that it failed with one clear sentence on stderr, and return that."""
    assert told.returncode != 0, told.stdout
    assert "Traceback" not in told.stderr + told.stdout
    lines = [line for line in told.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, told.stderr
    return lines[0].removeprefix("CommandError: ")
