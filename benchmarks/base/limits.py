"""What a goal is measured against: the same rows by COPY, streamed through `zip -1`."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import psycopg

CSV: Final = "COPY ({}) TO STDOUT (FORMAT csv)"
JSON: Final = "COPY (SELECT row_to_json(r) FROM ({}) r) TO STDOUT"


def copied(url: str, queries: Sequence[str], folder: Path) -> float:
    """Return the seconds that it takes to write each query's rows as CSV and as JSON into a ZIP: the better of two runs."""
    return min(sum(_zipped(url, form.format(query), folder) for query in queries for form in (CSV, JSON)) for _ in range(2))


def _zipped(url: str, statement: str, folder: Path) -> float:
    target = folder / "limit.zip"
    target.unlink(missing_ok=True)
    began = perf_counter()
    with subprocess.Popen([_zip(), "-1", "-q", target, "-"], stdin=subprocess.PIPE) as packer:
        if psql := shutil.which("psql"):
            subprocess.run([psql, "-X", "-q", "-d", url, "-c", statement], stdout=packer.stdin, check=True)
        else:
            _copy(url, statement, packer)
        assert packer.stdin is not None  # noqa: S101  # PIPE was asked for
        packer.stdin.close()
    return perf_counter() - began


def _copy(url: str, statement: str, packer: "subprocess.Popen[bytes]") -> None:
    assert packer.stdin is not None  # noqa: S101  # PIPE was asked for
    with psycopg.connect(url) as connection, connection.cursor().copy(statement.encode()) as copy:
        for row in copy:
            packer.stdin.write(row)


def _zip() -> str:
    if found := shutil.which("zip"):
        return found
    raise SystemExit("The limit is measured with the program `zip`: install it.")
