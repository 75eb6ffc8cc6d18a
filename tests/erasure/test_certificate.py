"""The certificate: what it says, that it names nobody, and that anybody can check it without us."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fontTools.ttLib import TTFont

from requests_app.audit import export
from requests_app.correspondence.models import Letter
from requests_app.correspondence.sheet import FONTS
from requests_app.erasure import certifying, letters
from requests_app.erasure.account import account
from requests_app.erasure.certificates import Certificate
from requests_app.erasure.models import Plan, PlanState
from requests_app.erasure.paper import paper
from requests_app.erasure.sealing import sealed
from requests_app.erasure.telling import told
from requests_app.vault import services as vault
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import forget
from requests_app.workflow.states import State
from tests.audit.forging import genuine
from tests.erasure.planned import an_erasure
from tests.making import ADDRESS, a_brand
from tests.running import run_all_due
from tools import verify

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def said_of(dsr: SubjectRequest) -> dict[str, Any]:
    return account(dsr, told(dsr), number=1, made_at=NOW)


def unpacked(archive: bytes, folder: Path) -> Path:
    with ZipFile(BytesIO(archive)) as zipped:
        zipped.extractall(folder)
    return folder


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, folder / "check.py"], check=False, capture_output=True, text=True)


@pytest.mark.promise("O5")
@pytest.mark.promise("A10")
def test_it_says_by_system_and_class_what_went_what_stays_until_when_and_why() -> None:
    said = said_of(an_erasure())
    (system,) = said["systems"]
    classes = {(line["class"], line["became"]): line for line in system["classes"]}

    assert system["title"] == "Orders and repairs"
    assert said["records"] == {"deleted": 2, "overwritten": 1, "kept": 5}
    assert classes["addresses", "deleted"] == {"class": "addresses", "title": "Your addresses", "became": "deleted", "records": 2}
    assert classes["customers", "overwritten"]["overwritten"] == ["E-mail address", "Telephone number"]
    kept = classes["invoices", "kept"]
    assert (kept["records"], kept["kept_from"], kept["kept_until"]) == (4, "2034-12-31", "2036-12-31")
    assert kept["law"] == "Code de commerce Art. L123-22"
    assert said["approvers"] == 2
    assert re.fullmatch(r"[0-9a-f]{64}", said["plan_sha256"])


def test_it_is_in_the_customers_language() -> None:
    (system,) = said_of(an_erasure(language="fr"))["systems"]
    kept = next(line for line in system["classes"] if line["class"] == "invoices")

    assert system["title"] == "Commandes et réparations"
    assert kept["why"] == "La loi nous oblige à conserver les factures, les commandes et les paiements."


def test_it_names_nobody_and_no_matter() -> None:
    dsr = an_erasure(scope="order:1007", name="Ada Example", details="private words")
    text = json.dumps(said_of(dsr)) + str(paper(said_of(dsr), "Europe/Paris"))

    for secret in (ADDRESS, "Ada", "1007", "private words", "secret-matter"):
        assert secret not in text
    assert said_of(dsr)["scope"] == "order"


def test_a_system_that_could_not_erase_is_said_not_to_have() -> None:
    dsr = an_erasure()
    Plan.objects.filter(dsr=dsr).update(state=PlanState.GIVEN_UP)
    said = said_of(dsr)

    assert not said["complete"]
    assert said["systems"][0]["state"] == "not_erased"
    assert said["records"] == {"deleted": 0, "overwritten": 0, "kept": 0}


def test_the_script_of_the_archive_says_that_it_is_as_it_was_signed(tmp_path: Path) -> None:
    said = said_of(an_erasure())
    folder = unpacked(sealed(said, paper(said, "Europe/Paris"), {}, KEY), tmp_path)
    done = checked(folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GOOD: 5 files")
    assert json.loads((folder / "certificate.json").read_text()) == said


@pytest.mark.parametrize("name", ["certificate.json", "certificate.pdf", "manifest.json", "public-key.pem"])
def test_the_script_says_that_it_was_changed(tmp_path: Path, name: str) -> None:
    said = said_of(an_erasure())
    folder = unpacked(sealed(said, paper(said, "Europe/Paris"), {}, KEY), tmp_path)
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"2", b"3").replace(b"M", b"N"))

    assert checked(folder).returncode != 0


def test_the_same_certificate_is_the_same_bytes() -> None:
    said = said_of(an_erasure())

    assert sealed(said, b"%PDF", {}, KEY) == sealed(said, b"%PDF", {}, KEY)


@pytest.mark.parametrize("text", ["Ελληνικά Κοσμήματα", "Σωκράτης, ᾠδή", "Œuvre à façon – « été »", "Ювелир", "Żółć ő", "₣ € №"])
def test_the_font_of_the_product_prints_brands_in_latin_greek_and_cyrillic(text: str) -> None:
    for name in ("DejaVuSans", "DejaVuSans-Bold"):
        known = TTFont(FONTS / f"{name}.ttf").getBestCmap()
        assert [sign for sign in text if ord(sign) not in known and sign != "₣"] == []


def test_the_paper_of_a_greek_shop_is_a_pdf(caplog: pytest.LogCaptureFixture) -> None:
    dsr = an_erasure(brand=a_brand("a-jewels", name="Α Κοσμήματα"), language="fr")
    printed = paper(said_of(dsr), "Europe/Athens")

    assert printed.startswith(b"%PDF-")
    assert not [record for record in caplog.records if "missing" in record.getMessage()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("state", "kind"), [(State.ANSWERED, "erased"), (State.ERASED_IN_PART, "erased_in_part")])
def test_it_is_made_when_the_erasure_is_over_and_the_letter_follows(state: State, kind: str) -> None:
    dsr = an_erasure(state)
    run_all_due()

    made = Certificate.objects.get(dsr=dsr)
    with certifying.handed_over(made) as archive:
        assert len(b"".join(archive)) == made.size
    assert Letter.objects.filter(dsr=dsr, officer=None).latest("written_at").kind == kind


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("11.01")
def test_it_proves_that_the_deeds_are_in_the_trail_and_makes_its_keeper_a_witness(tmp_path: Path) -> None:
    dsr = an_erasure()
    run_all_due()
    with certifying.handed_over(Certificate.objects.get(dsr=dsr)) as archive:
        (tmp_path / "certificate.zip").write_bytes(b"".join(archive))
    with ZipFile(tmp_path / "certificate.zip") as zipped:
        trail = json.loads(zipped.read("trail.json"))
        said = list(verify.check_archive(zipped, verify.Keys(), verify.Anchors()))
    keys = verify.Keys()
    witness = verify.anchors_of([tmp_path / "certificate.zip"], keys)

    entries = [json.loads(one["entry"].partition(" ")[2]) for one in trail["proofs"]]
    assert {one["dsr"] for one in entries} == {str(dsr.pk)}
    assert {one["actor"] for one in entries} == {"system"}
    assert [one["action"] for one in entries][-1] == "request.moved"
    assert said[0] == "5 files are as they were signed"
    assert verify.check_trail(export.lines(NOW), verify.Trail(keys, witness)).endswith("2 anchored heads")
    other = verify.Trail(verify.Keys(), witness)
    with pytest.raises(verify.Wrong, match="were anchored"):
        verify.check_trail([json.dumps(line) for line in genuine([])], other)


@pytest.mark.django_db(transaction=True)
def test_when_its_time_is_over_it_is_not_handed_over_any_more() -> None:
    dsr = an_erasure()
    run_all_due()
    made = Certificate.objects.get(dsr=dsr)
    vault.forget([dsr.pk])

    assert certifying.latest(dsr) is None
    with pytest.raises(certifying.NotAvailable), certifying.handed_over(made):
        pass
    forget([dsr.pk])
    assert Certificate.objects.get(dsr=dsr).said["reference"] == dsr.reference, "what names nobody stays with the record"


@pytest.mark.django_db(transaction=True)
def test_a_certificate_made_twice_is_numbered_and_the_newest_counts() -> None:
    dsr = an_erasure()
    run_all_due()
    certifying.keep(dsr, certifying.make(dsr, NOW))

    latest = certifying.latest(dsr)
    assert latest is not None
    assert latest.number == 2


def test_what_letters_say_is_nothing_that_names_the_matter() -> None:
    said = letters.spoken(an_erasure())

    assert "secret-matter" not in json.dumps(said)
    assert {one["why"] for one in said["kept"]} == {
        "The law orders us to keep invoices, orders and payments.",
        "It is needed to establish, exercise or defend legal claims.",
    }
