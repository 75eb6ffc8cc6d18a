"""The project points to nothing outside itself: no path of a machine, no registry's host."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.house.tree import ROOT, named, tracked

TEXT: Final = re.compile(r"(\.(py|md|toml|txt|html|ya?ml|sh|cfg|css|js|json|po|ini|svg|conf|xml))?")
# Written in two halves, so that this file does not hold what it looks for.
OUTSIDE: Final = {
    "a path of one machine": re.compile(r"(?<![\w./{}$:])/(?:work|root|home|farm|Users)/" + r"[\w.]"),
    "a folder beside the project": re.compile(r"\.\./" + r"(?:shared|plan|\.library)|\.lib" + r"rary/"),
    "a registry's host": re.compile(
        r"(?:py" + r"pi\.org|python" + r"hosted\.org|registry\.npm" + r"js|npm" + r"js\.org|docker\.io|ghcr\.io)"
    ),
    "an option that names a registry": re.compile(r"--(?:extra-)?index" + r"-url|--find" + r"-links|--regis" + r"try[ =]"),
    "a mirror": re.compile(r"(?:deb\.deb" + r"ian\.org|archive\.ubuntu)"),
}


def texts() -> list[Path]:
    return [path for path in tracked() if TEXT.fullmatch(path.suffix) and path.stat().st_size < 2_000_000]


@pytest.mark.parametrize("what", OUTSIDE)
def test_nothing_points_outside_the_project(what: str) -> None:
    found = [
        f"{named(path)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if OUTSIDE[what].search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "open('/" + "root/data')"),
        ("a folder beside the project", "see ../" + "shared/x"),
        ("a registry's host", "https://py" + "pi.org/simple"),
        ("an option that names a registry", "pip install --index" + "-url x"),
        ("a mirror", "http://deb.deb" + "ian.org"),
    ],
)
def test_the_rule_sees_what_it_looks_for(what: str, line: str) -> None:
    assert OUTSIDE[what].search(line)


def test_no_link_of_the_project_leads_nowhere() -> None:
    links = [
        (path, target)
        for path in texts() if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
    ]  # fmt: skip

    assert [f"{named(path)}: {target}" for path, target in links if not (path.parent / target).exists()] == []


def test_every_file_is_text_that_git_shows_or_small() -> None:
    big = {named(path): path.stat().st_size for path in tracked() if path.stat().st_size > 1_500_000}

    assert big == {}
    assert (ROOT / ".gitignore").exists()
