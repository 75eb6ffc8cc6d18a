"""Markup for every place in which words from outside are kept, and requests that show all of them."""

import re
from html.parser import HTMLParser
from typing import Any, Final
from uuid import uuid4

from django.apps import apps
from django.db import models
from django.db.models.functions import Now

from requests_app.changes.models import Stand
from requests_app.collection.models import Part
from requests_app.correspondence.models import Denial, Message, RecipientNotice, Statement
from requests_app.correspondence.services import write
from requests_app.erasure.models import Plan
from requests_app.errands.models import Errand, Record
from requests_app.holds.models import Hold
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.matching.models import MatchState
from requests_app.officers.models import Officer
from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.sources.versions import SourceVersion
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.scene import a_rehearsal, an_agent, entries
from tests.console import test_access as access
from tests.console.desk import a_candidate, a_match, searched
from tests.console.plans import an_erasure
from tests.doors.crawl import paths
from tests.making import a_dsr, a_source

SHORT: Final = "'\"--></title></textarea><img data-live src=//evil.example/x onerror=live=1>"
LONG: Final = SHORT + (
    "</style></script><script data-live>live=1</script><svg data-live onload=live=1><a data-live href=javascript:live=1>x</a>"
    "<iframe data-live srcdoc='<script>parent.live=1</script>'></iframe><math><style></math><img data-live onerror=live=1 src>"
    "<base data-live href=//evil.example><meta data-live http-equiv=refresh content='600;url=//evil.example'>"
    "<!--><form data-live action=//evil.example><button data-live formaction=javascript:live=1>"
    "' autofocus onfocus=live=1 data-live='"
    "{{ 7007007|add:70 }}{% now 'Y' %}&lt;b&gt;\\u003cscript data-live\\u003e';live=1;'\u202e\u2066"
)
TYPED: Final = f"at-typed-{SHORT}"
ADDRESS: Final = "javascript:live=1//"
JUDGE: Final = """() => [
  ...(window.live ? ['it ran'] : []), ...(document.documentElement.innerHTML.includes('7007077') ? ['a template ran'] : []),
  ...[...document.querySelectorAll('[data-live], [onfocus], [onerror], base, iframe')].map(one => one.outerHTML.slice(0, 120)),
  ...[...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(one => ['href', 'src', 'action', 'formaction']
    .map(name => one.getAttribute(name) || '').filter(to => /^\\s*(javascript|data|vbscript):|^\\/\\/|evil/i.test(to)))]"""
DEEDS: Final = ("again", "keep")
DOORS: Final = ("console:", "portal:", "mfa_")
ROOMY: Final = 400  # signs: a field that takes more takes all of the markup
MARK: Final = re.compile(r"at-(\w+)-")  # where a text was put
CODE: Final = re.compile(r"[a-z][a-z_.:-]*|\d{4}-\d\d.*|")
# Plain fields whose words are somebody else's all the same: a system's, a colleague's, another tool's.
OUTSIDE: Final = {
    "Source": ("title", "last_fault_text"), "Stop": ("reason",), "Keeper": ("name",),
    "Officer": ("name",), "RecipientNotice": ("name",), "SeenPurpose": ("title", "words"), "Plan": ("problems",),
    "Trial": ("fault_text",),
}  # fmt: skip


def hostile(place: str, old: Any, room: int | None) -> Any:
    """Return markup of at most `room` signs in place of `old`; without `room`, of every text in it that is no code."""
    if isinstance(old, dict):
        return {key: hostile(place, value, room) for key, value in old.items()}
    if isinstance(old, list | tuple):
        return [hostile(place, value, room) for value in old]
    if not isinstance(old, str) or (room is None and CODE.fullmatch(old)):
        return old
    return f"at-{place}-{LONG if room is None or room > ROOMY else SHORT}"[:room]


def poison() -> set[str]:
    """Fill every field of every row that holds words from outside; return the places."""
    filled = set()
    for model in apps.get_app_config("requests_app").get_models():
        chosen = [one for one in model._meta.concrete_fields if _is_outside(model.__name__, one)]
        for row in model._default_manager.all() if chosen else ():
            for one in chosen:
                old = getattr(row, one.name) or ("empty" if isinstance(one, SealedTextField) else None)
                if old:
                    place = f"{model.__name__}_{one.name}"
                    setattr(row, one.name, hostile(place, old, _room(one)))
                    filled.add(place)
            row.save(update_fields=[one.name for one in chosen])
    return filled


def _is_outside(model: str, field: Any) -> bool:
    sealed = isinstance(field, SealedTextField | SealedJSONField) and field.name != "scope"  # a code of ours
    return sealed or field.name in OUTSIDE.get(model, ())


def _room(field: Any) -> int | None:
    if isinstance(field, SealedJSONField | models.JSONField):
        return None
    return field.max_length or 10 * ROOMY


def furnish() -> tuple[dict[str, str], dict[SubjectRequest, str]]:
    """Make what pages are about; return the name of each page by its path, and the pages that are special to further requests."""
    first = access.a_case()
    words = access.words_of(first)
    orders, errand = first.brand.sources.get(name="orders"), Errand.objects.get()
    record = {"id": 1, "email": LONG, "name": "at-record-\0" + LONG, "first_name": ADDRESS}
    searched(first, a_source("third"), {"customers": [record], "orders": [{"id": 1, "number": ADDRESS, "status": LONG}]})
    a_rehearsal(Plan.objects.get(pk=words["plan"]), Officer.objects.latest("pk"))
    orders.failed("unreachable", "connection refused")
    SourceVersion.objects.create(source=orders, number=2, connector="sql", digest="0" * 64, reason=f"at-version-{SHORT}")
    Hold.objects.update(release_by=Officer.objects.latest("pk"), release_at=Now())
    people = a_source("archive", connector="people")
    given_up = {"keeper": errand.keeper, "deed": "look", "state": "answered", "outcome": "cannot"}
    Errand.objects.create(dsr=first, source=people, about=uuid4(), due_on=errand.due_on, answered_at=Now(), **given_up)
    Record.objects.create(errand=errand, collection="customers", values={"name": "Ada"})
    words |= {"part": Part.objects.get(pull__source__name="third", collection="customers").pk, "number": errand.pk}
    pages = {path: name for deed in DEEDS for name, path in paths(words | {"deed": deed}).items() if name.startswith(DOORS)}
    decided = a_dsr(State.DECIDING, facts={"postcode": "75001"})
    a_match(decided, orders, MatchState.DOUBTFUL, candidates=[a_candidate(), a_candidate(2)])
    corrected, proposing = a_dsr(State.REVIEWING, right="rectification"), a_dsr(State.PROPOSING)
    entries(corrected, Stand.PROPOSED, Stand.ASKED, Stand.STALE, Stand.REFUSED)
    Statement.objects.create(dsr=corrected, subject=corrected.entries.latest("position").pk)
    entries(proposing, Stand.OFFERED)
    heard = a_dsr(State.REVIEWING, right="automated_decision_review", details="Long ago.", wish={"decision": "No credit."})
    wills.keep(heard, wills.Will(Reach.SPECIFIC, "Give it to Bob.", "Bob Example"), by=CUSTOMER)
    acted, posted = a_dsr(State.REVIEWING, details="For my mother."), a_dsr(State.VERIFYING, email=None, postal_address="12 rue")
    an_agent(acted)
    write(acted, "proven", links={})
    for who in (True, False):
        Message.objects.create(dsr=acted, from_customer=who, text="Hello")
    over, refused = an_erasure(State.ERASED_IN_PART, scope=f"order:at-order-{LONG}"), a_dsr(State.REFUSED)
    RecipientNotice.objects.create(dsr=over, name="Courier", email="c@x.example", language="en")
    Denial.objects.create(dsr=refused, kind="refusal", ground="not_identified")
    return pages, {
        decided: "match", corrected: "changes fields", proposing: "fields", heard: "reply will", refused: "objecting",
        acted: "acting talk letters more", over: "plan receipts", posted: "by_post",
    }  # fmt: skip


class Typed(HTMLParser):
    """The forms of a page, with markup wherever somebody may type; `sent`: where each is posted to, and with what."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    @property
    def sent(self) -> list[tuple[str, dict[str, str]]]:
        return [(to, fields) for to, fields in self.forms if TYPED in fields.values()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append((said.get("action", ""), {}))
        elif self.forms and "name" in said and (tag == "textarea" or said.get("type") in {"text", "email", "search", "tel"}):
            self.forms[-1][1][said["name"]] = TYPED
        elif self.forms and "name" in said and said.get("type") == "hidden":
            self.forms[-1][1][said["name"]] = said.get("value", "")


def addresses() -> dict[str, str]:
    """Make what pages are about, and return the name of every page by its path."""
    pages, cases = furnish()
    found = dict(pages)
    for dsr, special in cases.items():
        wanted = {of + page for page in ("detail", "timeline", "status", *special.split()) for of in DOORS}
        found |= {re.sub(r"DSR-\w{4}-\w{4}", dsr.reference, path): name for path, name in pages.items() if name in wanted}
    return found
