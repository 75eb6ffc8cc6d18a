"""What a customer does with a browser."""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.test import Client

from requests_app.brands.models import Brand
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import Sealed, keep
from requests_app.portal.forms import stamp
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.rows import Kind
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance

SEE_OTHER: Final = 303
GONE: Final = 410
UNPROCESSABLE: Final = 422
ANSWERS: Final = {
    "name": "Ada Example", "email": "ada@example.com", "postcode": "69002", "order_number": "", "birth_date_0": "27",
    "birth_date_1": "3", "birth_date_2": "1984", "phone_number": "", "details": "", "website": "",
}  # fmt: skip


def words(answer: HttpResponseBase) -> str:
    """Return what a page says, without its tags and folds."""
    page = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@dataclass(slots=True)
class Customer:
    """A person at one shop, with one browser."""

    client: Client
    brand: Brand
    language: str = "en"

    def path(self, path: str = "") -> str:
        return f"/{self.brand.slug}/{self.language}/{path}"

    def get(self, path: str = "") -> HttpResponseBase:
        return self.client.get(self.path(path))

    def post(self, path: str, **fields: Any) -> HttpResponseBase:
        return self.client.post(self.path(path), fields)

    def sends(self, step: str = "send", right: str = "access", **changes: Any) -> HttpResponseBase:
        return self.post(f"{right}/", **(ANSWERS | {"opened": stamp("a form"), "step": step} | changes))

    def files(self, **changes: Any) -> SubjectRequest:
        """File a request and let the journey ask for proof."""
        answer = self.sends(**changes)
        assert answer.status_code == SEE_OTHER, words(answer)
        dsr = SubjectRequest.objects.get(reference=answer["Location"].split("/")[-2])
        advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
        return dsr

    def opens(self, link: str) -> HttpResponseBase:
        """Open a mailed link and arrive at the page with the button."""
        return self.client.get(urlsplit(link).path, follow=True)

    def proves(self, dsr: SubjectRequest) -> None:
        self.opens(confirm_link(dsr))
        answer = self.post("confirm/")
        assert answer.status_code == SEE_OTHER, words(answer)
        dsr.refresh_from_db()

    def code(self, dsr: SubjectRequest) -> str:
        return self.client.cookies[f"code-{dsr.reference}"].value

    def key(self, dsr: SubjectRequest) -> str:
        return self.client.cookies[f"claim-{dsr.reference}"].value

    def loses_key(self, dsr: SubjectRequest) -> None:
        del self.client.cookies[f"claim-{dsr.reference}"]


def link(dsr: SubjectRequest, purpose: Purpose, *, lasts: timedelta = timedelta(hours=1)) -> str:
    return verification.link(dsr, purpose, lasts)


def confirm_link(dsr: SubjectRequest) -> str:
    return link(dsr, Purpose.CONFIRM)


def walk(dsr: SubjectRequest, *moves: Move) -> None:
    for move in moves:
        dsr.refresh_from_db()
        advance(dsr, move, by=SYSTEM)


def a_copy(dsr: SubjectRequest, content: bytes = b"PK the copy", **fields: Any) -> Bundle:
    """Let the search be over, the officer have approved, and a copy be ready."""
    walk(dsr, Move.SEARCH, Move.FINISH_COLLECTION, Move.APPROVE)
    with vault.writing(dsr, Kind.FILE, level=0) as draft:
        draft.writer.write(content)
    keep(dsr, draft.file, Sealed(digest=sha256(content).hexdigest(), size=len(content), records=1204))
    Bundle.objects.filter(dsr=dsr).update(**fields) if fields else None
    dsr.refresh_from_db()
    return Bundle.objects.get(dsr=dsr)
