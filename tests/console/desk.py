"""Officers of every kind, and a browser in which one of them has signed in."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from requests_app.brands.models import Brand
from requests_app.collection.models import Part, Pull, PullState
from requests_app.collection.services import keep
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Membership, Officer, Role
from requests_app.sources.models import Source
from requests_app.vault import services as vault
from requests_app.vault.rows import Kind
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand

PASSWORD: Final = "five words nobody would guess"
TYPING: Final = 8  # seconds
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def an_officer(
    email: str = "ada@desk.example", *, brand: Brand | None = None, role: Role = Role.OFFICER, factor: bool = True,
) -> Officer:  # fmt: skip
    officer = Officer.objects.create_user(email, PASSWORD)
    Membership.objects.create(officer=officer, brand=brand or a_brand(), role=role)
    if factor:
        TOTP.activate(officer, SECRET)
    return officer


def at_the_desk(officer: Officer, *, fresh: bool = False) -> Client:
    """Return a browser in which `officer` has signed in; `fresh`: has typed the password again just now."""
    client = Client()
    client.force_login(officer)
    session = client.session
    now = time.time()
    session["account_authentication_methods"] = [{"method": "password", "at": now}, {"method": "mfa", "at": now}]
    if fresh:
        session["account_authentication_methods"].append({"method": "password", "at": now, "reauthenticated": True})
    session["account_authentication_methods_user"] = str(officer.pk)
    session["clicked_at"] = now
    session.save()
    return client


def code_of(secret: str = SECRET) -> str:
    """Return what an authenticator app with `secret` shows, with time enough left to type it on a busy machine."""
    left = 30 - time.time() % 30
    if left < TYPING:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def has_factor(officer: Officer) -> bool:
    return bool(Authenticator.objects.filter(user_id=officer.pk).exists())


def a_match(dsr: SubjectRequest, source: Source, state: MatchState = MatchState.CLEAR, **fields: Any) -> Match:
    return Match.objects.create(dsr=dsr, source=source, state=state, **fields)


def a_candidate(number: int = 1, *, name: str = "Ada Example", postcode: str = "75001", **verdict: Any) -> dict[str, Any]:
    """Return a record that may be the person, as matching keeps it."""
    said = {"matched": ["email"], "agrees": ["name"], "differs": ["postcode"]} | verdict
    return {"root": ["customers", [str(number)]], "evidence": {"name": [name], "postcode": [postcode]}} | said


def searched(dsr: SubjectRequest, source: Source, collections: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> Pull:
    """Let `source` have answered with `collections`: records by the collection's name."""
    found = {"customers": [{"id": 1, "email": dsr.email}]} if collections is None else collections
    Match.objects.get_or_create(dsr=dsr, source=source, defaults={"state": MatchState.CLEAR, "candidates": [a_candidate()]})
    pull = Pull.objects.create(dsr=dsr, source=source)
    parts = []
    for name, records in found.items():
        with vault.writing(dsr, Kind.JSON) as draft:
            text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            draft.writer.write(text.encode(), len(records))
        parts.append((Part(collection=name, form="json", records=len(records)), draft.file))
    keep(pull, parts, records=sum(len(records) for records in found.values()), digest="0" * 64)
    return pull


def failed(dsr: SubjectRequest, source: Source, fault: str = "unreachable") -> Pull:
    a_match(dsr, source)
    return Pull.objects.create(dsr=dsr, source=source, state=PullState.FAILED, fault=fault)
