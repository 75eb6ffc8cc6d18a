"""An outside judge of the code: bandit. What it is told to leave alone stands here by file, with the reason."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.launch.conftest import ROOT

_OURS: Final = "put together from names of our own or quoted by the driver; values travel as parameters"
_MARKED: Final = "made of our own words; what comes from data goes through format_html"
_SAFE: Final = "the loader makes plain values and nothing else"
LEFT_ALONE: Final = {
    ("B308", "requests_app/bundle/pages.py"): _MARKED,
    ("B703", "requests_app/bundle/pages.py"): _MARKED,
    ("B308", "requests_app/console/queue_forms.py"): _MARKED,
    ("B308", "requests_app/correspondence/linking.py"): _MARKED,
    ("B703", "requests_app/correspondence/linking.py"): _MARKED,
    ("B506", "requests_app/schema.py"): _SAFE,
    ("B506", "requests_app/sources/rehearsal.py"): _SAFE,
    ("B506", "requests_app/sources/sameness.py"): _SAFE,
}
BUILT: Final = {  # B608: statements that are put together
    "requests_app/audit/entries.py", "requests_app/connectors/sql/erasing/hands.py",
    "requests_app/connectors/sql/erasing/mariadb_hand.py", "requests_app/connectors/sql/erasing/postgres_hand.py",
    "requests_app/connectors/sql/erasing/sqlite_hand.py", "requests_app/connectors/sql/generic.py",
    "requests_app/connectors/sql/mariadb.py", "requests_app/connectors/sql/postgres.py", "requests_app/connectors/sql/sqlite.py",
    "requests_app/deadlines/reminders.py", "requests_app/reports/effort.py", "requests_app/reports/failures.py",
    "requests_app/reports/times.py", "requests_app/workflow/guards.py", "requests_app/workflow/metrics.py",
}  # fmt: skip
KNOWN: Final = LEFT_ALONE | {("B608", name): _OURS for name in BUILT}
PLANTED: Final = {
    "B602": "import subprocess\nsubprocess.run(input(), shell=True)\n",
    "B301": "import pickle\npickle.loads(input().encode())\n",
    "B324": "import hashlib\nhashlib.md5(b'x')\n",
    "B608": "def f(c, name):\n    c.execute('SELECT * FROM t WHERE name = ' + name)\n",
    "B506": "import yaml\nyaml.load(input(), Loader=yaml.Loader)\n",
    "B501": "import requests\nrequests.get('https://a.example', verify=False, timeout=3)\n",
}


def judged(*what: str) -> Counter[tuple[str, str]]:
    """Return what bandit finds of middle or high weight: its number and the file, and how often."""
    asked = [sys.executable, "-m", "bandit", "-q", "-ll", "-f", "json", "-x", "requests_app/migrations", "-r", *what]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["errors"] == []
    return Counter((one["test_id"], one["filename"].removeprefix("./")) for one in told["results"])


@pytest.mark.timeout(600)
def test_bandit_finds_nothing_but_what_was_looked_at() -> None:
    found = judged("requests_app", "dsar", "tools", "manage.py")

    assert {one for one in found if one not in KNOWN} == set()
    assert {one for one in KNOWN if one not in found} == set(), "what is found no more is struck from the list"


def test_bandit_is_not_blind(tmp_path: Path) -> None:
    for name, text in PLANTED.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")

    assert {(number, Path(file).stem) for number, file in judged(str(tmp_path))} == {(name, name) for name in PLANTED}
