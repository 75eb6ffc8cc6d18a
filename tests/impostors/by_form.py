"""Nineteen ways to ask on the portal for what is somebody else's."""

from contextlib import suppress

from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from requests_app.portal.forms import stamp
from requests_app.values import SYSTEM
from requests_app.verification.models import Challenge, Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from tests.impostors.attacking import Attack, waved_through
from tests.running import run_all_due

_TWINS = str.maketrans("aeiopcxs", "аеіорсхѕ")  # Cyrillic
_ROUTES = ("{},{}", "{}\r\nBcc: {}", "<{}>{}", "{};{}", "{}\0{}", "{}%{}", "{} {}", "{}\u200b,{}", "{}\u2028{}", '"{}" <{}>')


def an_unknown_address(attack: Attack) -> None:
    attack.files(("access", "portability", "erasure")[attack.variant % 3], email=attack.mine)
    attack.steals(attack.mine)


def a_look_alike(attack: Attack) -> None:
    local, _at, domain = attack.victim.email.rpartition("@")
    twin = attack.owns(f"{local.translate(_TWINS)}@{domain}" if attack.variant % 2 else f"{local}@{domain.translate(_TWINS)}")
    attack.files(email=twin)
    attack.steals(twin)


def a_tag_or_a_dot(attack: Attack) -> None:
    local, _at, domain = attack.victim.email.rpartition("@")
    near = attack.owns(
        (f"{local[:-1]}.{local[-1]}", f"{local}+x", local.replace("+shop", "") + "-")[attack.variant % 3] + f"@{domain}"
    )
    attack.files(email=near)
    attack.steals(near)


def the_victims_address_that_nobody_confirms(attack: Attack) -> None:
    dsr = attack.files()
    assert dsr is not None
    for page in ("resend/", "code/", "confirm/", "open/", "more/", "say/", "stop/", "waive/", "acting/resend/"):
        attack.browser.post(page if page in ("confirm/", "open/") else f"requests/{dsr.reference}/{page}", text="Send it here.")


def a_customer_in_the_victims_name(attack: Attack) -> None:
    attack.shop.customer(attack.victim.number + 500_000, attack.mine, "Mallory Other", "99999")
    attack.shop.subscriber(attack.victim.number + 500_000, attack.mine)
    attack.files(email=attack.mine)
    attack.steals(attack.mine)


def an_erasure_of_the_victims_address(attack: Attack) -> None:
    dsr = attack.files("erasure", copy_first="on")
    assert dsr is not None
    for page in ("waive/", "stop/", "certificate/", "download/"):
        attack.browser.post(f"requests/{dsr.reference}/{page}")


def two_addresses_in_one(attack: Attack) -> None:
    way = _ROUTES[attack.variant % len(_ROUTES)]
    for pair in ((attack.victim.email, attack.mine), (attack.mine, attack.victim.email)):
        assert attack.files(email=way.format(*pair)) is None


def corrected_to_the_own(attack: Attack) -> None:
    dsr = attack.files()
    assert dsr is not None
    attack.browser.post(f"requests/{dsr.reference}/address/", email=attack.mine)
    run_all_due()
    attack.steals(attack.mine)


def corrected_to_the_victims_with_a_link_in_hand(attack: Attack) -> None:
    dsr = attack.files(email=attack.mine)
    assert dsr is not None
    attack.opens(attack.mine)
    attack.browser.post(f"requests/{dsr.reference}/address/", email=attack.victim.email)
    attack.browser.post("confirm/")
    run_all_due()
    attack.steals(attack.mine)
    late = attack.files(email=attack.mine)
    attack.proves(attack.mine)
    attack.browser.post(f"requests/{late.reference if late else ''}/address/", email=attack.victim.email)
    attack.gets_answers()


def figures_on_the_page_for_letters(attack: Attack) -> None:
    dsr = attack.files()
    assert dsr is not None
    for code in (attack.browser.code(dsr), attack.browser.key(dsr), attack.browser.key(dsr)[:19]):
        attack.browser.post("code/", reference=dsr.reference, code=code)


def figures_and_key_of_another_request(attack: Attack) -> None:
    """The victim's link is in the impostor's hands; what stands beside it is of a request of their own."""
    _browser, dsr = attack.the_victim()
    mine = attack.files(email=attack.mine)
    assert mine is not None
    attack.opens(attack.victim.email)
    for name, value in (("claim", attack.browser.key(mine)), ("code", attack.browser.code(mine))):
        attack.browser.client.cookies[f"{name}-{dsr.reference}"] = value
    attack.browser.post("confirm/", code=attack.browser.code(mine))
    attack.browser.post("confirm/")
    attack.honest.discard(dsr.pk)


def guessed_figures(attack: Attack) -> None:
    browser, dsr = attack.the_victim()
    attack.opens(attack.victim.email)
    right = int(browser.code(dsr))
    for guess in range(1, 8):
        attack.browser.post("confirm/", code=f"{(right + guess) % 10**6:06}")
    attack.browser.post("confirm/", code=f"{right:06}")  # too late: five were looked at
    attack.honest.discard(dsr.pk)


def a_forged_link(attack: Attack) -> None:
    _browser, dsr = attack.the_victim()
    challenge = Challenge.objects.get(dsr=dsr, purpose=Purpose.CONFIRM)
    for forged in (str(challenge.pk), f"{challenge.pk}:{'A' * 43}", bytes(challenge.digest).hex()):
        attack.browser.client.cookies["link"] = forged
        attack.browser.post("confirm/")
        attack.browser.opens(attack.browser.path(f"letter/{forged}/"))
        attack.browser.post("open/")
    attack.honest.discard(dsr.pk)


def an_old_mail(attack: Attack) -> None:
    """The victim has confirmed, and the copy is ready; the impostor opens each of the old letters."""
    browser, dsr = attack.the_victim()
    browser.opens(attack.letter(attack.victim.email))
    browser.post("confirm/")
    used = attack.letter(attack.victim.email)
    run_all_due()
    dsr.refresh_from_db()
    waved_through(dsr, attack.officers)
    assert dsr.bundles.exists()
    attack.browser.opens(used)
    for page in ("confirm/", "open/", f"requests/{dsr.reference}/download/"):
        attack.browser.post(page, claim="0000-" * 7)


def another_kind_in_the_fields(attack: Attack) -> None:
    """An access of one's own that shall become an erasure."""
    dsr = attack.files(email=attack.mine, right="access", kind="erasure", extent="everything", ground="consent")
    assert dsr is not None
    attack.proves(attack.mine)
    for page in ("waive/", "stop/", "object/erasure/", "fields/", "erasure/"):
        attack.browser.post(f"requests/{dsr.reference}/{page}", right="erasure", extent="everything")
    attack.gets_answers()


def another_kind_in_the_database(attack: Attack) -> None:
    """Whoever has the application's role and a request to see cannot make it one to erase."""
    _browser, dsr = attack.the_victim()
    for change in ({"right": "erasure"}, {"state": "erasing"}, {"right": "erasure", "state": "cooling_off"}):
        with suppress(IntegrityError, InternalError, ProgrammingError), transaction.atomic():
            SubjectRequest.objects.filter(pk=dsr.pk).update(**change)
    attack.honest.discard(dsr.pk)


def one_form_sent_twice(attack: Attack) -> None:
    """A proven request and a second filing with the mark of the same form inherit nothing from one another."""
    form = stamp("one form")
    attack.files(email=attack.mine, opened=form)
    attack.proves(attack.mine)
    attack.files(opened=form)
    attack.opens(attack.mine)
    attack.browser.post("confirm/")
    attack.gets_answers()


def more_fields_than_the_form_has(attack: Attack) -> None:
    proven = attack.files(email=attack.mine)
    assert proven is not None
    attack.proves(attack.mine)
    attack.files(
        before=str(proven.pk), concerns=str(proven.pk), before_id=str(proven.pk), customer_id=str(attack.victim.number),
        channel="account", state="matching", verified_at="2026-01-01", key=str(proven.pk), postal_address="99 Evil Lane",
    )  # fmt: skip
    attack.gets_answers()


def a_request_that_lapsed(attack: Attack) -> None:
    _browser, dsr = attack.the_victim()
    dsr.refresh_from_db()
    advance(dsr, Move.LAPSE, by=SYSTEM)
    run_all_due()
    attack.browser.post("revive/")
    attack.opens(attack.victim.email)  # the letter that says so, read by somebody else
    attack.browser.post("revive/")
    run_all_due()
    attack.opens(attack.victim.email)
    attack.browser.post("confirm/")
    attack.honest.discard(dsr.pk)


FORMS = (
    an_unknown_address, a_look_alike, a_tag_or_a_dot, the_victims_address_that_nobody_confirms, a_customer_in_the_victims_name,
    an_erasure_of_the_victims_address, two_addresses_in_one, corrected_to_the_own, corrected_to_the_victims_with_a_link_in_hand,
    figures_on_the_page_for_letters, figures_and_key_of_another_request, guessed_figures, a_forged_link,
    an_old_mail, another_kind_in_the_fields, another_kind_in_the_database, one_form_sent_twice, more_fields_than_the_form_has,
    a_request_that_lapsed,
)  # fmt: skip
