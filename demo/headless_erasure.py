"""`python -m demo.headless_erasure`: an erasure as people do it, over HTTP only, judged in the shop's systems themselves.

A customer asks for erasure and proves the address, two officers read the plan and approve it, the customer reads the letter and
fetches the certificate, which is checked offline. Then every row of the shop is compared with what French law makes of it. Ends
with 0 only if what must be gone is gone, what must be kept is kept, and nobody else's row changed.

Environment: as `demo.headless`, and DSAR_SOURCE_…_URL (the shop's systems, to read), DEMO_STOCK (the account service's own log).
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit
from zipfile import ZipFile

from demo.aftermath import Aftermath, census, judge
from demo.browser import Browser, Page
from demo.fates import fates
from demo.headless import CLAIM, PASSWORD, PATIENCE, Trip, WentWrong, eventually, sign_in
from demo.people import BY_NAME, CLAIRE

APPROVE_PLAN: Final = "/plan/approve/"
APPROVE: Final = "Approve"
CERTIFICATE, DOWNLOAD, ALL, AGREED = "/certificate/", "Download the signed certificate", "everything", "scope"
OFFICERS: Final = (("officer.json", "/demo/code/"), ("second-officer.json", "/demo/code/?who=second"))
SCRIPT: Final = "check.py"


@dataclass(slots=True)
class Erasure(Trip):
    """The whole way of one erasure."""

    right: str = "erasure"

    def agree(self, file: str, code: str) -> None:
        """Sign in as one of the two officers, read the plan, approve it with the password."""
        officer = Browser(self.base)
        password = sign_in(officer, file, code)
        page = eventually("the plan among what is to be approved", lambda: self.planned(officer))
        form = page.form(button=APPROVE)
        done = officer.submit(page, form, {PASSWORD: password} if PASSWORD in form.names else {}, APPROVE)
        if APPROVE_PLAN in done.path:
            raise WentWrong(f"the approval was not taken: {done.words[:300]}")

    def planned(self, officer: Browser) -> Page | None:
        """Return the page on which the plan is approved, once every system has planned."""
        address = next((link for link, _ in officer.open("/console/").links if self.reference in link), None)
        if address is None:
            return None
        page = officer.open(urlsplit(address).path.partition(self.reference)[0] + self.reference + APPROVE_PLAN)
        return page if any(APPROVE in words for form in page.forms for _, _, words in form.buttons) else None

    def certificate(self, customer: Browser, into: Path) -> Path:
        """Fetch the certificate with the link of the last letter."""
        customer.open(eventually("the letter that says what was erased", lambda: self.told(customer))[0])
        page = customer.open(self.status)
        page = customer.open(page.link(CERTIFICATE))
        form = page.form(button=DOWNLOAD)
        answer = customer.submit(page, form, {CLAIM: self.claim} if CLAIM in form.names else {}, DOWNLOAD)
        if answer.headers.get_content_type() != "application/zip":
            raise WentWrong(f"{answer.path} ({answer.status}) is no certificate. It says: {answer.words[:300]}")
        path = into / "certificate.zip"
        path.write_bytes(answer.body)
        return path

    def told(self, customer: Browser) -> list[str]:
        ready = any(CERTIFICATE in link for link, _ in customer.open(self.status).links)
        return self.links(customer)[:1] if ready else []


def verified(certificate: Path, folder: Path) -> str:
    """Run the check that lies in the certificate's own archive, offline; return what is wrong, or nothing."""
    with ZipFile(certificate) as archive:
        archive.extractall(folder)
    command = [sys.executable, str(folder / SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env={})  # noqa: S603  # its own
    return "" if done.returncode == 0 else f"{SCRIPT}: {(done.stdout + done.stderr).strip()[:300]}"


def run(trip: Erasure, environment: dict[str, str]) -> Aftermath:
    """Do the whole job, and judge it.

    Raises:
        WentWrong: a part of it did not come about.
    """
    urls = {name: environment[f"DSAR_SOURCE_{name.upper()}_URL"] for name in ("orders", "marketing")}
    stock, meant = Path(environment["DEMO_STOCK"]), fates(trip.person)
    customer = Browser(trip.base)
    with TemporaryDirectory() as name:
        with trip.part("Every row of the shop is read"):
            before = census(urls, meant, stock)
        with trip.part("The customer asks for erasure"):
            trip.file(customer)
        with trip.part("The customer proves the address"):
            trip.prove(customer)
        for number, (file, code) in enumerate(OFFICERS, 1):
            with trip.part(f"Officer {number} reads the plan and approves"):
                trip.agree(file, code)
        with trip.part("It is erased, read back, certified and told"):
            certificate = trip.certificate(customer, Path(name))
        with trip.part("The certificate is checked offline"):
            wrong = verified(certificate, Path(name) / "unpacked")
        with trip.part("Every row is compared"):
            aftermath = judge(before, census(urls, meant, stock), meant, environment["DSAR_SOURCE_ACCOUNTS_URL"])
    return Aftermath(aftermath.lines, (*aftermath.wrong, *filter(None, [wrong])))


def table(trip: Erasure, aftermath: Aftermath) -> Iterator[str]:
    yield f"{'system':<12}{'collection':<18}{'deleted':>9}{'blanked':>9}{'kept':>9}"
    for line in aftermath.lines:
        yield f"{line.system:<12}{line.collection:<18}{line.deleted:>9}{line.blanked:>9}{line.kept:>9}"
    sums = (sum(getattr(line, name) for line in aftermath.lines) for name in ("deleted", "blanked", "kept"))
    yield f"{'together':<30}" + "".join(f"{count:>9}" for count in sums)
    yield ""
    yield from (f"{name:<52}{seconds:>6.1f} s" for name, seconds in trip.took.items())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m demo.headless_erasure", description="Have a customer erased, as people would.")
    parser.add_argument("--brand", default="o-jewels")
    parser.add_argument("--person", default=CLAIRE.name, choices=sorted(BY_NAME))
    chosen = parser.parse_args(arguments)
    trip = Erasure(os.environ.get("DSAR_BASE_URL", "http://127.0.0.1:8000"), chosen.brand, BY_NAME[chosen.person])
    try:
        aftermath = run(trip, dict(os.environ))
    except WentWrong as fault:
        print(f"It went wrong. {fault}", file=sys.stderr)
        return 1
    print("\n".join(table(trip, aftermath)))
    for sentence in aftermath.wrong:
        print(f"WRONG  {sentence}", file=sys.stderr)
    right = "What must be gone is gone, what must stay stayed, nobody else was touched."
    print(f"\n{'It is not right.' if aftermath.wrong else right}")
    return 1 if aftermath.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
