"""What a person is told of an erasure: that it is approved, how it ended, and years later that the rest went too."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import override

from requests_app.correspondence import recipients
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.correspondence.services import write
from requests_app.erasure import phrases
from requests_app.erasure.cooling import cooling_off_until
from requests_app.erasure.telling import Line, System, kept, told
from requests_app.ledger.services import enqueue
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

_LETTERS: Final[Mapping[State, str]] = {State.ANSWERED: "erased", State.ERASED_IN_PART: "erased_in_part"}


def cool_off(dsr: SubjectRequest) -> None:
    """Tell the person what is going to happen, until when it can be stopped, and where; nothing where nobody waits."""
    until = cooling_off_until(dsr)
    if until is not None and until > datetime.now(UTC):
        write(dsr, "cooling_off", links=verification.links(dsr), until=until, **spoken(dsr))


@transaction.atomic
def end(dsr: SubjectRequest) -> None:
    """Tell recipients, and have the certificate made; the letter follows when it is there."""
    gone = {
        system.name: {line.collection for line in system.lines if line.is_gone} for system in told(dsr) if not system.is_missing
    }
    if any(gone.values()):
        language = dsr.brand.default_language
        recipients.tell(dsr, recipients.companies(dsr.brand, recipients.received(dsr.brand, gone), language))
    enqueue("erasure.certificate", key=f"certificate:{dsr.pk}:{dsr.transitions.count()}", dsr=dsr)


def answer(dsr: SubjectRequest) -> None:
    """Write the letter that answers `dsr`.

    Raises:
        LetterLacks: it does not say all that the laws of the request want of it.
    """
    write(dsr, _LETTERS[dsr.stage], links=verification.links(dsr), **spoken(dsr))


def spoken(dsr: SubjectRequest) -> dict[str, Any]:
    """Return what letters on an erasure say, in the person's language: what goes, what stays and why, who was told."""
    systems = told(dsr)
    stays = kept(systems)
    with override(dsr.language):
        return {
            "gone": [{"title": one.title, "said": "; ".join(_went(one))} for one in systems] if _found(systems) else [],
            "kept": [_stays(system, line) for system, line in stays],
            "temporary": any(line.is_temporary for _system, line in stays),
            "provisions": list(dict.fromkeys(line.law for _system, line in stays if line.law)),
            "parts": [{"title": one.title, "why": one.reason or phrases.not_erased()} for one in systems if one.is_missing],
            "told": list(RecipientNotice.objects.filter(dsr=dsr).exclude(state=NoticeState.FAILED).values_list("name", flat=True)),
        }


def _found(systems: Iterable[System]) -> bool:
    """Whether anything was found, or may be there and could not be asked for."""
    return any(system.lines or system.is_missing for system in systems)


def _went(system: System) -> Iterator[str]:
    """Yield what goes from one system, class by class."""
    if system.is_missing:
        yield phrases.not_erased()
        return
    gone = [line for line in system.lines if line.is_gone]
    for line in gone:
        yield phrases.gone(line.title, line.deed, line.records)
    if not gone:
        yield phrases.nothing_here()


def _stays(system: System, line: Line) -> dict[str, str]:
    return {
        "title": f"{system.title}, {line.title}: {phrases.records(line.records)}",
        "why": line.why,
        "law": line.law,
        "until": phrases.until(_day(line.first), _day(line.until)) if line.is_temporary else "",
        "fields": ", ".join(line.fields),
    }


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
