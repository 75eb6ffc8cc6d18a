"""The list as a file, and new purposes."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import CommandError, call_command
from pytest_django import Settings

from requests_app.connectors.suppressing import Channel
from requests_app.optouts import announcing, lists, register
from requests_app.optouts.digests import digest_of, shown_key
from requests_app.optouts.models import Door, SeenPurpose
from requests_app.values import CUSTOMER
from tests.filing import an_officer
from tests.mail import Post
from tests.making import a_brand
from tests.optouts.refusing import EMAIL, Mailer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
NEWS = {"title": {"en": "To send you news", "fr": "Vous écrire"}, "legal_basis": "consent"}
SCORE = {"title": {"en": "To guess what you like", "fr": "Deviner vos goûts"}, "legal_basis": "legitimate_interest"}


def test_the_file_names_channels_and_digests_and_is_signed(tmp_path: Path, settings: Settings) -> None:
    settings.DSAR_LISTS = str(tmp_path)
    brand = a_brand()
    digest = digest_of(brand, EMAIL)
    register.add(brand, [digest], [Channel.SMS, Channel.EMAIL], door=Door.SHOP, by=CUSTOMER)
    lists.list_everywhere("2026-11-22")
    run_all_due()

    content = (tmp_path / "o-jewels.txt").read_bytes()
    assert content.decode().splitlines()[1:] == [f"email {digest.hex()}", f"sms {digest.hex()}"]
    key = load_pem_public_key((tmp_path / "o-jewels.pem").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    key.verify((tmp_path / "o-jewels.txt.sig").read_bytes(), sha256(content).hexdigest().encode())
    with pytest.raises(InvalidSignature):
        key.verify((tmp_path / "o-jewels.txt.sig").read_bytes(), sha256(content + b" ").hexdigest().encode())


def test_without_a_folder_no_file_is_written(settings: Settings) -> None:
    settings.DSAR_LISTS = ""
    a_brand()
    assert lists.list_everywhere("2026-11-22") == 0


def test_what_is_taken_off_the_list_is_in_the_file_no_more(tmp_path: Path) -> None:
    brand = a_brand()
    register.add(brand, [digest_of(brand, EMAIL)], [Channel.EMAIL], door=Door.SHOP, by=CUSTOMER)
    register.lift(brand, digest_of(brand, EMAIL), [Channel.EMAIL], by=CUSTOMER)

    assert lists.write(brand, "2026-11-22", tmp_path)[0] == 0


@pytest.mark.promise("S20")
def test_a_new_purpose_waits_until_people_were_told_with_a_way_out(mailer: Mailer, post: Post) -> None:
    brand = a_brand()
    officer = an_officer(brand)
    mailer.describe(purposes={"news": NEWS})
    assert announcing.look_everywhere() == 0  # what was there from the beginning is no news

    mailer.describe(purposes={"news": NEWS, "score": SCORE})
    assert announcing.look_everywhere() == 1
    assert announcing.look_everywhere() == 0
    run_all_due()
    assert "To guess what you like" in post.to(officer.email)[-1].text

    waiting = announcing.waiting_for(officer).get()
    subject, text = announcing.notice(waiting, "fr")
    assert "Deviner vos goûts" in text
    assert "/o-jewels/fr/objection/" in text
    assert announcing.settle(waiting, by=officer, told_on=date(2026, 11, 22), note="By letter to all.")
    assert not announcing.settle(waiting, by=officer, told_on=date(2026, 11, 22), note="Again.")
    assert not announcing.waiting_for(officer).exists()
    assert SeenPurpose.objects.filter(title="To guess what you like", told_on=date(2026, 11, 22)).exists()
    assert subject


def test_the_command_gives_the_key_writes_the_file_and_takes_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brand = a_brand()
    register.add(brand, [digest_of(brand, EMAIL)], [Channel.EMAIL], door=Door.SHOP, by=CUSTOMER)

    call_command("refusals", "key", "o-jewels")
    assert capsys.readouterr().out.strip() == shown_key(brand)
    call_command("refusals", "write", "o-jewels", str(tmp_path))
    assert capsys.readouterr().out.startswith("1 entries")
    call_command("refusals", "lift", "o-jewels", "ADA@example.com", "email", "sms")
    assert capsys.readouterr().out.startswith("1 entries lifted")
    assert not register.channels_refused(brand, digest_of(brand, EMAIL))


@pytest.mark.parametrize("said", [("key", "nobody"), ("lift", "o-jewels", "nothing", "email")])
def test_the_command_says_what_it_cannot_do(said: tuple[str, ...]) -> None:
    a_brand()
    with pytest.raises(CommandError):
        call_command("refusals", *said)
