"""A mistake in a description is told where it stands, before anybody is asked."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from requests_app.connectors.base import BadDescription
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.deeds import BLANK, DELETE, ERASE, PENDING, READ
from requests_app.connectors.rest.description import CLAIMS, ENDPOINT, FEED, SYSTEM
from requests_app.connectors.rest.parts import AUTHS, OAUTH2_MORE, PAGING, PAGINGS
from requests_app.connectors.rest.templates import FILTERS
from requests_app.connectors.rest.way import OPTIONS
from tests.connectors.rest.scripted import Script, described, scripted
from tests.connectors.rest.test_rest_ways import FIELDS, PEOPLE


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


WRONG: Final[dict[str, dict[str, Any]]] = {
    "no endpoint": {"endpoints": {"people": PEOPLE}},
    "a collection nobody described": {"endpoints": {"people": PEOPLE, "things": {"within": "people.things"}, "more": PEOPLE}},
    "everybody": {"endpoints": {"people": PEOPLE, "things": {"path": "/things"}}},
    "round": {"endpoints": {"people": PEOPLE, "things": {"path": "/{x}", "with": {"x": "things.id"}}}},
    "an unknown gap": {"endpoints": {"people": PEOPLE, "things": {"path": "/{nonsense}"}}},
    "an unknown filter": {"endpoints": {"people": PEOPLE, "things": {"path": "/{email|rot13}"}}},
    "an unknown key": {"endpoints": {"people": PEOPLE, "things": {"path": "/{email}", "pages": 1}}},
    "persons without a claim": {
        "endpoints": {"people": {"path": "/p/{x}", "with": {"x": "things.id"}}, "things": {"path": "/{email}"}}
    },
    "a path that is none": {"endpoints": {"people": PEOPLE, "things": {"path": "{email}"}}},
    "a cursor without a mark": {
        "endpoints": {"people": PEOPLE, "things": {"path": "/{email}", "paging": {"kind": "cursor", "param": "x"}}}
    },
    "a value that is not asked for": {
        "endpoints": {"people": PEOPLE, "things": {"path": "/{email}"}},
        "auth": {"kind": "bearer", "token": "{t}"},
    },
    "a field that is none": {"endpoints": {"people": PEOPLE, "things": {"path": "/{email}", "fields": {"x": "y"}}}},
    "a gap nothing belongs to": {"endpoints": {"people": PEOPLE, "things": {"path": "/{email}", "belongs": {"x": "owner"}}}},
    "nothing": {},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_told_with_its_place(what: str, script: Script, tmp_path: Path) -> None:
    config = described(
        tmp_path, script, WRONG[what].get("endpoints", {}), FIELDS, **{k: v for k, v in WRONG[what].items() if k != "endpoints"}
    )

    with pytest.raises(BadDescription) as caught:
        ENTRY.inventory(config)

    assert all("described.yaml:" in problem.where for problem in caught.value.problems)
    assert not ENTRY.check(config).usable
    assert script.asked == []


GUIDE: Final = Path(__file__).parents[3] / "docs" / "how-to" / "describe-a-rest-source.md"
KNOWN: Final[dict[str, Collection[str]]] = {
    "A REST system described": SYSTEM,
    "An endpoint": ENDPOINT,
    "What leads to it": FEED,
    "Credentials": {*AUTHS, *OAUTH2_MORE, *(name for names in AUTHS.values() for name in names)},
    "Paging": {*PAGINGS, *PAGING},
    "Erasing": {*ERASE, *DELETE, *BLANK, *READ, *PENDING},
    "Gaps": {*FILTERS, *(f"{{{claim}}}" for claim in CLAIMS)},
    "Options": OPTIONS,
}


@pytest.mark.parametrize("what", KNOWN)
def test_every_key_that_is_known_stands_in_the_guide(what: str) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    told = set(re.findall(r"\{?[a-z_0-9]+\}?", code)) | set(re.findall(r"[a-z_0-9]+", code))

    assert set(KNOWN[what]) - told == set()
