"""A letter lacks what its passages do not say, names it, and is not written; what is typed stays words."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.template import engines
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.correspondence import denials
from requests_app.correspondence.composing import LetterLacks, drafted, on_the_page
from requests_app.correspondence.denials import NoEarlierRequest, NoSuchGround, Rests
from requests_app.correspondence.kinds import ON_THE_PAGE
from requests_app.correspondence.models import Denial, Letter
from requests_app.correspondence.services import forget, write
from requests_app.jurisdictions.tables import content
from requests_app.ledger.models import Step
from requests_app.rights import RIGHTS
from requests_app.workflow.parties import Party
from requests_app.workflow.services import MoveNotAllowed
from requests_app.workflow.states import State
from tests.contracts.test_letters import ASKED, LAWS, LINKS, RESTS, a_request, letters
from tests.filing import an_officer, file
from tests.mail import HEADERS, Post, words
from tests.making import a_brand, a_dsr
from tests.running import run_all_due

SAYS = Path(settings.BASE_DIR) / "templates" / "letters" / "en" / "says"
CODES = sorted(path.stem for path in SAYS.glob("*.txt"))
FEW: Final = 4  # laws of those that want a passage: the rest are asked for it all at once

CORRECTED: Final[Mapping[str, Any]] = {
    "gone": [{"title": "Your name", "said": "corrected"}], "parts": [{"title": "Your fax", "why": "It is right."}], "told": [],
    "ground": "We did not do a part.", "reason": "- Your fax: It is right.", "provision": "The Act, s. 1", "may_state": True,
}  # fmt: skip
DENIED: Final[Mapping[str, Any]] = {"reply": {"text": "These are our words.", "outcome": "denied"}, "concerns": None}
REPLIED: Final[Mapping[str, Any]] = {"reply": {"text": "These are our words.", "outcome": "replied"}, "concerns": None}


@pytest.fixture
def emptied(tmp_path: Path, settings: Settings) -> Callable[..., None]:
    """Let these passages alone say nothing, in a copy of the templates that is looked into first."""
    [engine] = settings.TEMPLATES

    def empty(*codes: str) -> None:
        folder = tmp_path / str(len(codes))
        for language, code in product(("en", "fr"), codes):
            place = folder / "letters" / language / "says"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{code}.txt").write_text("{# nothing #}\n", encoding="utf-8")
        settings.TEMPLATES = [engine | {"DIRS": [folder, *engine["DIRS"]]}]
        engines.__dict__.pop("templates", None)
        vars(engines)["_engines"].clear()

    return empty


def test_every_passage_is_a_content_of_the_catalogue_and_stands_in_both_languages() -> None:
    assert set(CODES) <= content().keys()
    assert {path.stem for path in (SAYS.parents[1] / "fr" / "says").glob("*.txt")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_passage_that_says_nothing_is_missed_by_name(code: str, emptied: Callable[..., None]) -> None:
    emptied(*CODES)
    laws = [law for law in LAWS if code in _lacking(law)] or LAWS
    emptied(code)

    lacking = {one.key for law in laws[:FEW] for letter in _of_every_way(law) for one in letter.lacks}
    asked = [about for about, codes in ON_THE_PAGE.items() if code in codes]
    assert lacking == (set() if asked else {code})
    for about in asked:
        with pytest.raises(LetterLacks, match=f"question: {code}"):
            on_the_page(a_request("eu-gdpr", "access", "en"), about, **ASKED)


@cache
def _lacking(law: str) -> frozenset[str]:
    """Return what the letters under `law` lack when no passage says anything: all that they must say."""
    return frozenset(one.key for letter in _of_every_way(law) for one in letter.lacks)


def _of_every_way(law: str) -> Iterator[Any]:
    """Draft what a person may be written under `law`: of a copy, an erasure, a correction, and in an officer's words."""
    for right in ("access", "erasure"):
        yield from (letter for _kind, letter in letters(a_request(law, right, "en"), "en"))
    told = {"rectification": ("corrected_in_part", CORRECTED), "complaint": ("denied", DENIED), "appeal": ("denied", DENIED)}
    told |= {name: ("replied", REPLIED) for name, right in RIGHTS.items() if right.fulfilment == "replies" and name not in told}
    for right, (kind, facts) in told.items():
        dsr = a_request(law, right, "en")
        yield drafted(dsr.brand, kind, language="en", dsr=dsr, links=LINKS, **facts)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_date_a_reason_or_a_part_that_is_missing_is_named(language: str) -> None:
    dsr = a_request("eu-gdpr", "access", language)
    dsr.due_safe_on = None
    bundle = {"records": 1, "available_until": datetime(2026, 12, 6, tzinfo=UTC)}

    def lacks(kind: str, **told: object) -> list[str]:
        return [code.key for code in drafted(dsr.brand, kind, language=language, dsr=dsr, links=LINKS, bundle=bundle, **told).lacks]

    assert lacks("proven") == ["expected_response_date"]
    assert lacks("extension") == ["extension_reason", "new_deadline"]
    assert lacks("refused") == ["refusal_reason", "provision_relied_on"]
    assert lacks("refused", denial=Rests("unfounded", "", "why")) == ["provision_relied_on"]
    assert lacks("refused", denial=Rests("unfounded", "Art. 12(5)", "")) == ["refusal_reason"]
    assert lacks("refused", denial=Rests("made_up", "Art. 12(5)", "why")) == ["refusal_reason"]
    assert lacks("answered_in_part") == ["refusal_reason", "provision_relied_on", "parts_refused"]
    assert lacks("question", about="clarification") == ["clock_effect"]


@pytest.mark.django_db
def test_a_letter_that_lacks_something_is_not_written() -> None:
    dsr = a_dsr(State.REVIEWING)

    with pytest.raises(LetterLacks, match="refused: refusal_reason, provision_relied_on") as lack:
        write(dsr, "refused", links=LINKS)

    assert lack.value.codes[0].laws == ("eu-gdpr",)
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_acknowledgement_that_lacks_its_date_fails_by_name_and_the_officers_are_told(post: Post) -> None:
    filed = file()
    officer = an_officer(filed.dsr.brand)
    run_all_due()
    filed.confirm(post)
    type(filed.dsr).objects.filter(pk=filed.dsr.pk).update(due_safe_on=None)

    run_all_due()

    assert Step.objects.get(state="dead").error == "letter_lacks:expected_response_date"
    assert not Letter.objects.filter(kind="proven").exists()
    assert Letter.objects.get(kind="officer_stuck").officer == officer


# ── refusals ──────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("ground", ["", "made_up", "law:eu-gdpr:99", "law:uk-gdpr:0"])
def test_nothing_is_refused_on_a_ground_that_no_law_of_the_request_knows(ground: str) -> None:
    with pytest.raises(NoSuchGround):
        denials.refuse(a_dsr(State.REVIEWING), Rests(ground, "Art. 12(5)", "why"), by=an_officer(a_brand()))


@pytest.mark.django_db
@pytest.mark.parametrize("rests", [Rests("unfounded", "", "why"), Rests("unfounded", "Art. 12(5)", " ")])
def test_nothing_is_refused_without_provision_and_reason(rests: Rests) -> None:
    dsr = a_dsr(State.REVIEWING)

    with pytest.raises(LetterLacks):
        denials.refuse(dsr, rests, by=an_officer(dsr.brand))

    dsr.refresh_from_db()
    assert dsr.stage == State.REVIEWING
    assert not Denial.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("ground", ["excessive", "repetitive"])
def test_excess_is_measured_by_an_earlier_request_of_the_same_mailbox_at_the_same_shop(ground: str) -> None:
    first, stranger = a_dsr(State.ANSWERED), a_dsr(State.ANSWERED, email_index=b"s" * 32)
    elsewhere, later = a_dsr(State.ANSWERED, brand=a_brand("other")), a_dsr(State.REVIEWING)
    officer = an_officer(later.brand)

    for earlier in ("", "DSR-0000-0000", stranger.reference, elsewhere.reference, later.reference):
        with pytest.raises(NoEarlierRequest):
            denials.refuse(later, Rests(ground, "Art. 12(5)", "Twice in a week.", earlier), by=officer)
    denials.refuse(later, Rests(ground, "Art. 12(5)", "Twice in a week.", first.reference), by=officer)

    run_all_due()
    assert f"The earlier request: {first.reference}" in str(Letter.objects.get(kind="refused").text)
    event = AuditEvent.objects.get(action="request.denied")
    assert event.facts == {"kind": "refusal", "ground": ground, "earlier": first.reference}


@pytest.mark.django_db
def test_who_is_refused_already_is_not_refused_again() -> None:
    dsr = a_dsr(State.REVIEWING)
    officer = an_officer(dsr.brand)
    denials.refuse(dsr, RESTS, by=officer)

    with pytest.raises(MoveNotAllowed):
        denials.refuse(dsr, RESTS, by=officer)
    assert Denial.objects.count() == 1


@pytest.mark.django_db
def test_what_a_denial_rests_on_goes_with_the_person() -> None:
    dsr = a_dsr(State.REVIEWING)
    denials.refuse(dsr, RESTS, by=an_officer(dsr.brand))

    forget([dsr.pk])

    kept = Denial.objects.get()
    assert (kept.reason, kept.provision, kept.ground) == (None, None, "unfounded")


PAYLOADS = (
    "\r\nBcc: eve@example.com", "\nSubject: You won", "\r\n.\r\nMAIL FROM:<eve@example.com>", "<script>alert(1)</script>",
    "<img src=https://evil.example/x.png>", "{{ links.disown }}", "{% include 'evil' %}", "%(evil)s", "&lt;b&gt;",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_an_officer_types_stays_words(post: Post, payload: str) -> None:
    dsr = a_dsr(State.REVIEWING)
    rests = Rests("not_covered", f"Art. 1 {payload}", f"Because {payload} so.")

    denials.refuse(dsr, rests, by=an_officer(dsr.brand))
    run_all_due()

    [sent] = post.to(str(dsr.email))
    assert set(sent.message.keys()) == HEADERS
    assert sent.subject == f"Your request {dsr.reference}"
    assert len(sent.recipients) == 1
    assert payload.split() == [word for word in payload.split() if word in sent.text]
    assert "".join(words(sent.html)) == "".join(sent.text.split())
    assert "<script" not in sent.html
    assert "<img" not in sent.html


@pytest.mark.django_db
def test_a_letter_that_an_officer_looks_at_speaks_to_whoever_will_read_it() -> None:
    """Whether it is written or only shown, it is the same letter."""
    dsr = a_dsr(State.REVIEWING)
    invented = {"records": 3, "available_until": datetime.now(UTC)}
    links = {"follow": "…", "disown": "…", "download": "…"}
    assert "for whom you act" not in drafted(dsr.brand, "answered", language="en", dsr=dsr, links=links, bundle=invented).text

    Party.objects.create(dsr=dsr, part="guardian", email="mother@example.com", email_index=b"m", claim_digest=b"", code_digest=b"")

    assert "for whom you act" in drafted(dsr.brand, "answered", language="en", dsr=dsr, links=links, bundle=invented).text
