"""Channels are switched off over HTTP, record by record, and read back; the demo's account service stands for any."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from demo.accounts_api import House
from requests_app.connectors.base import BadDescription, Config
from requests_app.connectors.rest import ENTRY as REST
from requests_app.connectors.suppressing import Channel, NotSuppressed, Stopped
from requests_app.values import Claim, Identity
from tests.connectors.rest.erasable import DESCRIPTION, config, house, lie, whom

SWITCH: Final[dict[str, Any]] = {
    "channel": ["email", "profiling"], "path": "/accounts/{id}", "json": {"interests": []},
    "read": {"path": "/accounts/{id}", "record": "data"}, "done": {"interests": []},
}  # fmt: skip


@pytest.fixture
def service() -> Iterator[House]:
    at = house()
    yield at
    at.shutdown()
    at.server_close()


def described(at: House, folder: Path, **other: Any) -> Config:
    content = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    content["rest"]["endpoints"]["accounts"]["suppress"] = [SWITCH | other]
    path = folder / "accounts.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return replace(config(at), description=path)


def test_the_records_of_the_address_are_switched_off_once_and_nobody_elses(service: House, tmp_path: Path) -> None:
    asked = described(service, tmp_path)
    rose = whom("rose").identity

    assert list(REST.suppress(asked, rose, [Channel.EMAIL])) == [Stopped("accounts", Channel.EMAIL, 1, 1)]
    assert list(REST.suppress(asked, rose, [Channel.EMAIL])) == [Stopped("accounts", Channel.EMAIL, 1, 0)]
    did = [done for call in service.calls for done in call.did]
    assert did == [f"accounts/{whom('rose').roots[0].key[0]}"]


def test_who_is_not_known_there_is_no_fault(service: House, tmp_path: Path) -> None:
    nobody = Identity((Claim("email", "nobody@example.com"),))
    assert list(REST.suppress(described(service, tmp_path), nobody, [Channel.EMAIL])) == [Stopped("accounts", Channel.EMAIL, 0, 0)]


def test_a_number_alone_finds_nobody_where_only_addresses_are_asked_for(service: House, tmp_path: Path) -> None:
    number = Identity((Claim("phone_number", "+33612345678"),))
    assert list(REST.suppress(described(service, tmp_path), number, [Channel.EMAIL])) == [Stopped("accounts", Channel.EMAIL, 0, 0)]


def test_a_system_that_says_it_is_done_and_does_nothing_is_found_out(service: House, tmp_path: Path) -> None:
    service.fault = lie
    with pytest.raises(NotSuppressed):
        list(REST.suppress(described(service, tmp_path), whom("rose").identity, [Channel.EMAIL]))


def test_what_a_description_can_switch_off_and_what_it_says_wrongly(service: House, tmp_path: Path) -> None:
    assert REST.suppressible(described(service, tmp_path)) == {Channel.EMAIL, Channel.PROFILING}
    assert REST.suppressible(replace(config(service), description=DESCRIPTION)) == frozenset()
    mistakes: tuple[dict[str, Any], ...] = ({"channel": "pigeon"}, {"done": {}}, {"path": "/accounts/{nothing}"})
    for wrong in mistakes:
        with pytest.raises(BadDescription):
            REST.suppressible(described(service, tmp_path, **wrong))
