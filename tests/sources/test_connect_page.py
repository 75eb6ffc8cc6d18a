"""The commands of the page are run as they stand there, one after the other, against a real shop."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.sources.shop_of_oscar import OscarShop
from tests.sources.terminal import ROOT, Told, typed

PAGE = (ROOT / "docs" / "how-to" / "connect-your-shop.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run(line: str, url: str) -> Told:
    words = shlex.split(line)
    if words[:3] == ["python3", "manage.py", "source"]:
        return typed(*words[3:], SHOP_URL=url)
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_every_command_of_the_page_does_what_the_page_says(
    oscar: OscarShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = ""
    commands = 0
    for kind, text in BLOCKS:
        for line in text.splitlines():
            if kind == "sh":
                done = run(line, oscar.url)
                assert done.returncode == 0, f"{line}: {done.stderr}"
                told, commands = done.stdout, commands + 1
            if kind == "text":
                assert line in told
    assert commands >= 8
    assert (tmp_path / "found" / "order_order.json").read_text(encoding="utf-8").count('"id"') == 2


def test_it_takes_ten_steps() -> None:
    assert re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_what_is_quoted_of_messages_is_what_they_say() -> None:
    rooms = ROOT / "requests_app"
    said = " ".join(
        path.read_text(encoding="utf-8")
        for path in [*rooms.rglob("sources/*.py"), *rooms.rglob("sql/**/*.py"), *rooms.rglob("source.py")]
    )
    for quoted in re.findall(r"“([^”]+)”", PAGE):
        assert quoted in said
