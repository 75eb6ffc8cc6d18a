"""The law's files are read whole before a product starts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.core.checks import Tags
from django.core.checks.registry import registry
from django.db import connection

from requests_app.deadlines.checks import law_can_be_read
from tests.house.tree import ROOT


def test_what_ships_can_be_read() -> None:
    assert law_can_be_read() == []


def test_it_is_asked_for_with_the_database_and_not_by_every_command() -> None:
    assert law_can_be_read in registry.registered_checks
    assert law_can_be_read not in [check for check in registry.registered_checks if not {Tags.database} & set(check.tags)]


def test_a_broken_law_stops_the_migration_by_name(tmp_path: Path, db: None) -> None:
    for name in ("dsar", "requests_app"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    path = tmp_path / "requests_app" / "jurisdictions" / "eu-gdpr.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("confidence: high", "confidence: sure"), encoding="utf-8")
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"

    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--plan"], cwd=tmp_path, check=False, capture_output=True, text=True,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "dsar.settings.test"},
    )  # fmt: skip

    assert done.returncode == 1
    assert "(law.E001) eu-gdpr.yaml: confidence must be one of high, medium, low" in done.stderr
