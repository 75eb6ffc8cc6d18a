"""What the clocks let happen outside: the morning's digest, and a longer term that waits for its letter."""

from datetime import date
from typing import Final

from requests_app.brands.models import Brand
from requests_app.correspondence.models import LetterState
from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import Said, as_message, mailed
from requests_app.deadlines import extensions
from requests_app.deadlines.digest import digest, readers
from requests_app.deadlines.models import Extension
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.workflow.services import today_of

# Until the next one: after that nobody wants yesterday's.
_FOR_A_DAY: Final = Backoff(first=60, factor=2, ceiling=3600, attempts=24)


@handles("deadlines.digest", queue="mail", retry=_FOR_A_DAY)
def send_digest(claim: Claim) -> Outcome:
    """Send one officer's digest, unless the day is over, the officer gets none any more, or there is nothing to say."""
    brand = Brand.objects.filter(pk=claim.step.param("brand")).first()
    if brand is None or today_of(brand) != date.fromisoformat(claim.step.param("day")):
        return Done(proof={"day_over": True})
    officer = readers(brand).filter(pk=claim.step.param("officer")).first()
    said = digest(brand, today_of(brand), reader=officer) if officer else None
    if officer is None or said is None:
        return Done(proof={"nothing_to_say": True})
    subject, text = worded(brand, "officer_digest", language=officer.language, digest=said)
    message = as_message(brand, Said(subject, text, officer.language), to=officer.email, name=f"digest-{claim.step.pk}")
    return mailed(claim, message)


# As long as the letter itself is tried.
_AS_LONG_AS_ITS_LETTER: Final = Backoff(first=5, factor=1.5, ceiling=3600, attempts=140)


@handles("deadlines.extend", queue="housekeeping", retry=_AS_LONG_AS_ITS_LETTER)
def extend(claim: Claim) -> Outcome:
    """Let a longer term hold once its letter has gone out; take it back if the letter cannot go."""
    extension = Extension.objects.select_related("letter", "dsr__brand").filter(pk=claim.step.param("extension")).first()
    if extension is None or extension.letter is None or extension.holds_from is not None:
        return Done()
    if extension.letter.state == LetterState.WAITING:
        raise StepFailed("letter_waits")
    if extension.letter.state == LetterState.FAILED:
        return Done(proof={"void": True}, commit=lambda: extensions.void(extension))
    return Done(proof={"sent": True}, commit=lambda: extensions.hold(extension))
