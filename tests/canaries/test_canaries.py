"""Nobody's data is where it does not belong: four requests live their whole lives with a mark in every field, and every page and
kind of work breaks on its way. T-12.01, T-12.02, T-2.07, T-10.03.
"""

import logging
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
import redis
from django.conf import settings as django
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import RequestFactory
from django.views.debug import technical_500_response
from pytest_django import Settings

from dsar.celery import app
from requests_app.audit.services import record
from requests_app.ledger.models import Step, StepState
from requests_app.sources.models import Source
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.canaries.lives import LIVES, PEOPLE, REFUSAL, Life
from tests.canaries.planting import Marks
from tests.canaries.sinks import FIGURES, Sinks, open_sinks
from tests.mail import Post
from tests.making import a_dsr
from tests.small_shop import SmallShop, shop

__all__ = ["shop"]
FAR: Final = datetime(2999, 1, 1, tzinfo=UTC)
AT_LEAST: Final = 2000
MARK: Final = Marks().mark("planted")
FORMS: Final = {
    "plain": MARK,
    "in an address": quote(MARK, safe=""),
    "in base64": b64encode(f"a{MARK}".encode()).decode(),
    "in base64, begun elsewhere": b64encode(f"ab{MARK}".encode()).decode(),
    "in hexadecimal": MARK.encode().hex(),
    "cut": MARK[:12],
}


@pytest.fixture
def sinks(shop: SmallShop, post: Post, settings: Settings, tmp_path: Path) -> Iterator[Sinks]:
    settings.METRICS_TOKEN = FIGURES
    settings.PORTAL_FILL_DELAY, settings.LEDGER_PATIENCE, settings.LEDGER_RAISES = -1, 0, False
    settings.DSAR_VAULT, settings.DSAR_KEY_STORE = tmp_path / "vault", tmp_path / "keys"
    settings.DSAR_VAULT.mkdir()
    settings.DSAR_KEY_STORE.mkdir()
    with open_sinks(post, tmp_path / "passing") as opened:
        yield opened


@pytest.mark.threat("12.01")
@pytest.mark.threat("12.02")
@pytest.mark.threat("2.07")
@pytest.mark.threat("10.03")
@pytest.mark.threat("5.06")
@pytest.mark.timeout(600)
def test_no_mark_of_anybody_is_in_any_place_where_it_does_not_belong(shop: SmallShop, sinks: Sinks) -> None:
    life = Life(shop, Marks(), sinks)
    life.furnish()
    lived = [one(life) for one in LIVES]

    assert not Step.objects.filter(state=StepState.DEAD).values_list("kind", "error")
    ended = dict(SubjectRequest.objects.filter(pk__in=[dsr.pk for dsr in lived]).values_list("right", "state"))
    assert ended == dict.fromkeys(PEOPLE, State.ANSWERED) | {REFUSAL: State.FULFILLING}, "what no system can refuse, a person does"
    assert len(life.marks.planted) >= AT_LEAST
    found = {place: life.marks.places(content) for place, content in sinks.all().items()}
    assert {place: marks for place, marks in found.items() if marks} == {}


def to_the_log(text: str, _sinks: Sinks) -> None:
    logging.getLogger("careless").warning(f"somebody is called {text}")  # noqa: G004  # it is what careless people write


def to_an_error(text: str, sinks: Sinks) -> None:
    sinks.wrong.append(technical_500_response(RequestFactory().get("/"), ValueError, ValueError(text), None).content)


def to_the_broker(text: str, _sinks: Sinks) -> None:
    app.send_task("ledger.run_step", args=[text], queue="journey", retry=False)


def to_the_results(text: str, sinks: Sinks) -> None:
    with redis.Redis(port=sinks.broker.port) as store:
        store.set("celery-task-meta-1", text)


def to_the_cache(text: str, _sinks: Sinks) -> None:
    cache.set("careless", {"name": text})


def to_the_trail(text: str, _sinks: Sinks) -> None:
    record("careless.done", by=SYSTEM, name=text)


def to_the_ledger(text: str, _sinks: Sinks) -> None:
    Step.objects.create(kind="careless", key="1", queue="journey", params_digest=b"", params={"name": text}, not_before=FAR)


def to_an_address(text: str, sinks: Sinks) -> None:
    sinks.browser().get("/nowhere/", {"name": text})


def to_a_mail(text: str, _sinks: Sinks) -> None:
    mail = EmailMultiAlternatives("Hello", f"Dear {text}", "a@shop.example", ["b@example.com"])
    mail.attach_alternative("<p>Hello</p>", "text/html")
    mail.send()


def to_a_file(text: str, sinks: Sinks) -> None:
    (sinks.folder / "left-behind").write_text(text, encoding="utf-8")


def to_the_figures(text: str, _sinks: Sinks) -> None:
    Source.objects.filter(name="orders").update(name=text[:40])


def to_a_column(text: str, _sinks: Sinks) -> None:
    a_dsr(channel=text[:20])


def to_the_vault(text: str, _sinks: Sinks) -> None:
    folded = zlib.compressobj(wbits=-15)
    (Path(str(django.DSAR_VAULT)) / "part").write_bytes(folded.compress(text.encode()) + folded.flush())


PLANTS: Final[dict[str, Callable[[str, Sinks], None]]] = {
    "log": to_the_log, "error answers": to_an_error, "broker messages": to_the_broker, "task results": to_the_results,
    "cache": to_the_cache, "audit trail": to_the_trail, "ledger": to_the_ledger, "addresses": to_an_address, "mails": to_a_mail,
    "temporary files": to_a_file, "figures": to_the_figures, "dump of the database": to_a_column, "vault and keys": to_the_vault,
}  # fmt: skip


def test_a_mark_that_is_planted_in_any_place_is_found_there(sinks: Sinks) -> None:
    """The eyes of the test above are not blind, in any of the places that it looks at."""
    marks = Marks()
    planted = {place: marks.mark(place) for place in PLANTS}
    assert {place: marks.places(content) for place, content in sinks.all().items()} == {place: [] for place in PLANTS}

    for place, plant in PLANTS.items():
        plant(planted[place], sinks)

    found = {place: marks.places(content) for place, content in sinks.all().items()}
    assert {place: place in marked for place, marked in found.items()} == dict.fromkeys(PLANTS, True)


@pytest.mark.parametrize("form", FORMS)
def test_a_mark_is_found_however_it_is_written(form: str) -> None:
    marks = Marks()
    marks.mark("planted")

    assert marks.places(f"before {FORMS[form]} after".encode()) == ["planted"]
    assert marks.places(b"nothing of the kind, cnry and 636e7279 alone") == []
