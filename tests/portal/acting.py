"""Two people with a browser each: one acts for the other."""

from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase

from requests_app.portal.forms import stamp
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Party
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.customer import ANSWERS, SEE_OTHER, Customer, words
from tests.running import run_all_due

AGENT: Final = "agent@office.example"
PDF: Final = b"%PDF-1.7 a mandate with a signature"


def a_paper(content: bytes = PDF, name: str = "mandate.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@dataclass(slots=True)
class Agent:
    """Whoever acts, with a browser, and the request that they filed."""

    browser: Customer
    part: str = "agent"

    def asks(self, right: str = "access", **changes: Any) -> HttpResponseBase:
        said = ANSWERS | {
            "your_name": "Mia Agent",
            "your_email": AGENT,
            "opened": stamp("a form"),
            "step": "send",
            "postcode": "75001",
        }
        return self.browser.post(f"for-others/{right}/{self.part}/", **(said | changes))

    def files(self, **changes: Any) -> SubjectRequest:
        answer = self.asks(**changes)
        assert answer.status_code == SEE_OTHER, words(answer)
        run_all_due()
        return SubjectRequest.objects.select_related("brand").get()

    def proves(self, post: Post) -> HttpResponseBase:
        self.browser.opens(links(post, AGENT)[0])
        return self.browser.post("party/")

    def sends(self, dsr: SubjectRequest, **file: Any) -> HttpResponseBase:
        return self.browser.post(f"requests/{dsr.reference}/acting/", paper=a_paper(**file))

    @property
    def party(self) -> Party:
        return Party.objects.select_related("dsr__brand").get()


def links(post: Post, address: str) -> list[str]:
    """Return the links of the last letter to `address`, in their order."""
    letter = post.to(address)[-1]
    return [f"/o-jewels/en/letter/{token}/" for token in letter.tokens]


def agrees(person: Customer, post: Post, *, signed: str = "Ada Example", address: str = ADDRESS) -> HttpResponseBase:
    person.opens(links(post, address)[0])
    return person.post("agree/", signed=signed)
