"""`python -m demo.headless`: do the main job as a person would, over HTTP only, and judge what comes back.

A customer of the example shop asks for her data, an officer approves, the customer downloads; then the bundle is compared with what
the generator planted. Ends with 0 only if every record planted for that customer came, and no other.

Environment: DSAR_BASE_URL (where the product answers), DSAR_DEMO_HOME (the folder in which officer.json lies).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit
from zipfile import ZipFile

from demo.browser import Browser, NotThere, Page
from demo.expected import expected
from demo.people import BY_NAME, CLAIRE, Person
from demo.verdict import Verdict, judge

# What a person recognises on the pages: names of fields, words on buttons, parts of addresses. Adjust them here.
CONTINUE, SEND = "Continue", "Send my request"
LETTER: Final = "/letter/"
YES: Final = "Yes, this is my address"
LOGIN, PASSWORD, CODE = "login", "password", "code"
APPROVE: Final = "Approve"
OPEN, FETCH, DOWNLOAD, CLAIM = "Open my request", "Fetch my copy", "Download my copy", "claim"
CLAIM_CODE: Final = re.compile(r"\b[0-9a-z]{4}(?:-[0-9a-z]{4}){6}\b")
SIX_DIGITS: Final = re.compile(r"\b\d{6}\b")
FACTS: Final = ("postcode", "order_number")

FILL_DELAY: Final = 3.0  # seconds: no person types quicker
PATIENCE: Final = 120.0  # seconds until something that must come is said to be missing
LOOK_AGAIN: Final = 0.5  # seconds

T = TypeVar("T")


class WentWrong(Exception):
    """Something that a person would have expected did not happen."""


@dataclass(slots=True)
class Trip:
    """The whole way of one request, and how long its parts took (seconds)."""

    base: str
    brand: str
    person: Person
    right: str = "access"
    took: dict[str, float] = field(default_factory=dict)
    reference: str = ""
    status: str = ""
    claim: str = ""
    proven_at: float = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        except (NotThere, WentWrong, URLError, TimeoutError) as fault:
            raise WentWrong(f"{name}: {fault}") from fault
        self.took[name] = time.monotonic() - start

    def file(self, customer: Browser) -> None:
        """Fill in the form and send it."""
        form_page = customer.open(customer.open(f"/{self.brand}/en/").link(f"/{self.right}/"))
        known = {name: value for name, value in self.person.facts.items() if name in FACTS}
        answers = {"name": self.person.full_name, "email": self.person.typed} | known
        time.sleep(FILL_DELAY)
        check = customer.submit(form_page, form_page.form(*answers), answers, CONTINUE)
        filed = customer.submit(check, check.form(button=SEND), button=SEND)
        self.status, self.reference = filed.url, urlsplit(filed.url).path.rstrip("/").rpartition("/")[2]
        claim = CLAIM_CODE.search(filed.words)
        if claim is None:
            raise WentWrong(f"{filed.path} ({filed.status}) shows no claim code. It says: {filed.words[:300]}")
        self.claim = claim.group()

    def prove(self, customer: Browser) -> None:
        """Open the link of the letter, in the browser that filed, and press the button."""
        page = customer.open(
            eventually("the letter that asks for a proof (an address gets one in ten minutes)", lambda: self.links(customer)[:1])[0]
        )
        self.proven_at = time.time()
        customer.submit(page, page.form(button=YES), button=YES)

    def links(self, browser: Browser) -> list[str]:
        """Return the first link of each letter to the customer about this request, the newest first."""
        mailbox = browser.open("/demo/mail/")
        letters = [browser.open(address) for address, _ in mailbox.links if re.search(r"/demo/mail/[^/#?]+/$", address)]
        known = {self.person.email.casefold(), self.person.typed.casefold()}
        mine = [page for page in letters if self.reference in page.words and any(one in page.words.casefold() for one in known)]
        return [letter.link(LETTER) for letter in mine]

    def approve(self, officer: Browser) -> None:
        """Sign in, wait until the systems have been searched, look, approve."""
        password = sign_in(officer)
        page = eventually("the request among those to approve", lambda: self.found(officer))
        address = page.link("/approve/")
        page = officer.open(address)
        form = page.form(button=APPROVE)
        answers = {PASSWORD: password} if PASSWORD in form.names else {}
        done = officer.submit(page, form, answers, APPROVE)
        if urlsplit(address).path == done.path:
            raise WentWrong(f"the approval was not taken: {done.words[:300]}")

    def found(self, officer: Browser) -> Page | None:
        """Return the page of the request once it can be approved.

        Raises:
            WentWrong: an officer must first say who it is, which this customer should not need.
        """
        queue = officer.open("/console/")
        address = next((link for link, _ in queue.links if self.reference in link), None)
        page = officer.open(address) if address else None
        links = [link for link, _ in page.links] if page else []
        if any(urlsplit(link).path.endswith("/match/") and "Decide" in words for link, words in (page.links if page else ())):
            raise WentWrong("the search did not find one clear person")
        return page if any("/approve/" in link for link in links) else None

    def download(self, customer: Browser, into: Path) -> Path:
        """Fetch the copy with the link of the last letter and the claim code."""
        links = eventually("the letter that offers the copy", lambda: self.offered(customer))
        page = customer.open(links[0])
        if any(OPEN in words for form in page.forms for _, _, words in form.buttons):
            page = customer.submit(page, page.form(button=OPEN), button=OPEN)
        page = customer.open(page.link(FETCH))
        form = page.form(button=DOWNLOAD)
        answer = customer.submit(page, form, {CLAIM: self.claim} if CLAIM in form.names else {}, DOWNLOAD)
        if answer.headers.get_content_type() != "application/zip":
            raise WentWrong(f"{answer.path} ({answer.status}) is no bundle. It says: {answer.words[:300]}")
        path = into / f"{self.reference}.zip"
        path.write_bytes(answer.body)
        return path

    def offered(self, customer: Browser) -> list[str]:
        ready = any(FETCH in words for _, words in customer.open(self.status).links)
        return self.links(customer)[:1] if ready else []


def sign_in(officer: Browser, file: str = "officer.json", code: str = "/demo/code/") -> str:
    """Take an officer through password and second factor; return the password, which deciding asks for again."""
    home = Path(os.environ.get("DSAR_DEMO_HOME", ".dsar"))
    kept = json.loads((home / file).read_text(encoding="utf-8"))
    page = officer.open("/console/")
    page = officer.submit(page, page.form(LOGIN, PASSWORD), {LOGIN: kept["email"], PASSWORD: kept["password"]})
    refused: set[str] = set()
    eventually("a second factor that is accepted", lambda: _second_factor(officer, page, refused, code))
    return str(kept["password"])


def _second_factor(officer: Browser, page: Page, refused: set[str], code: str) -> bool:
    """Type the code that is shown now. One that was used before is refused, and not tried again."""
    shown = SIX_DIGITS.search(officer.open(code).words)
    if shown is None:
        raise WentWrong(f"{code} shows no code")
    if shown.group() in refused:
        return False
    signed_in = officer.submit(page, page.form(CODE), {CODE: shown.group()})
    refused.add(shown.group())
    return not any(CODE in form.names for form in signed_in.forms)


def eventually(what: str, look: Callable[[], T | None]) -> T:
    """Return the first answer of `look` that is something.

    Raises:
        WentWrong: it did not come in time.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(LOOK_AGAIN)
    raise WentWrong(f"waited {PATIENCE:.0f} seconds in vain for {what}")


def own_check(bundle: Path, folder: Path) -> str:
    """Run the check that lies in the bundle itself, on the unpacked bundle; return what is wrong, or nothing."""
    with ZipFile(bundle) as archive:
        archive.extractall(folder)
    command = [sys.executable, str(folder / "check.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603  # its digest was compared
    return "" if done.returncode == 0 else f"check.py: {(done.stdout + done.stderr).strip()[:300]}"


def run(trip: Trip) -> Verdict:
    """Do the whole job; return the verdict.

    Raises:
        WentWrong: a part of it did not come about.
    """
    customer, officer = Browser(trip.base), Browser(trip.base)
    with TemporaryDirectory() as name:
        with trip.part("The customer files the request"):
            trip.file(customer)
        with trip.part("The customer proves the address"):
            trip.prove(customer)
        with trip.part("The systems are searched and the officer approves"):
            trip.approve(officer)
        with trip.part("The bundle is built and downloaded"):
            bundle = trip.download(customer, Path(name))
        with trip.part("The bundle is judged"):
            verdict = judge(bundle, expected(trip.person), trip.person.canaries)
            wrong = verdict.wrong or tuple(filter(None, [own_check(bundle, Path(name) / "unpacked")]))
    return Verdict(verdict.lines, verdict.files, wrong)


def table(trip: Trip, verdict: Verdict) -> Iterator[str]:
    """Yield the lines of the table. Seconds count from the proof of the address until the system had answered."""
    yield f"{'system':<12}{'collection':<18}{'records':>8}{'planted':>9}{'seconds':>9}"
    for line in verdict.lines:
        mark = "" if line.planted == line.came else "  WRONG"
        yield f"{line.system:<12}{line.collection:<18}{line.came:>8}{line.planted:>9}{_seconds(trip, line.answered_at):>9}{mark}"
    came, planted = sum(line.came for line in verdict.lines), sum(line.planted for line in verdict.lines)
    yield f"{'together':<30}{came:>8}{planted:>9}{sum(trip.took.values()):>9.1f}"
    yield f"{'files':<30}{verdict.files:>8}{len(expected(trip.person).files):>9}"
    yield ""
    yield from (f"{name:<52}{seconds:>6.1f} s" for name, seconds in trip.took.items())


def _seconds(trip: Trip, answered_at: str) -> str:
    return f"{datetime.fromisoformat(answered_at).timestamp() - trip.proven_at:.1f}" if answered_at else "-"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m demo.headless", description="Do the main job once, as a person would.")
    parser.add_argument("--brand", default="o-jewels")
    parser.add_argument("--person", default=CLAIRE.name, choices=sorted(BY_NAME))
    chosen = parser.parse_args(arguments)
    trip = Trip(os.environ.get("DSAR_BASE_URL", "http://127.0.0.1:8000"), chosen.brand, BY_NAME[chosen.person])
    try:
        verdict = run(trip)
    except WentWrong as fault:
        print(f"It went wrong. {fault}", file=sys.stderr)
        return 1
    print("\n".join(table(trip, verdict)))
    for sentence in verdict.wrong:
        print(f"WRONG  {sentence}", file=sys.stderr)
    print(f"\n{'Every record planted came, and no other.' if not verdict.wrong else 'The bundle does not hold.'}")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
