"""What a person is told of a correction or a restriction, and who else is told of it (GDPR Art. 16, 18, 19)."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import override

from requests_app.changes import phrases
from requests_app.changes.asking import RESTRICTION
from requests_app.changes.models import Deed, Entry, Stand
from requests_app.changes.showing import Known
from requests_app.correspondence import facts, recipients
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.correspondence.services import write
from requests_app.holds.restrictions import Restriction
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest

_LETTERS: Final = {False: ("corrected", "corrected_in_part"), True: ("restricted", "restricted_in_part")}
_LEFT: Final = (Stand.REFUSED, Stand.GIVEN_UP)


def offer(dsr: SubjectRequest) -> None:
    """Tell the person that the fields can be seen, or that there is a question about what was proposed. No value stands there."""
    asked = dsr.entries.filter(stand=Stand.ASKED).exists()
    write(dsr, "fields_asked" if asked else "fields_ready", links=verification.links(dsr))


@transaction.atomic
def end(dsr: SubjectRequest) -> None:
    """Tell recipients of what was changed, and the person of what became of each field.

    Raises:
        LetterLacks: the letter does not say all that the laws of the request want of it.
    """
    entries = list(dsr.entries.asked().exclude(deed=Deed.LIFT).select_related("source"))
    if dsr.right == RESTRICTION and any(entry.stand == Stand.DONE for entry in entries):
        Restriction.objects.update_or_create(dsr=dsr, defaults={"began_at": Now()})
    _tell(dsr, entries)
    said = spoken(dsr, entries)
    kind = _LETTERS[dsr.right == RESTRICTION][bool(said["parts"])]
    write(dsr, kind, links=verification.links(dsr), **said)


def spoken(dsr: SubjectRequest, entries: Iterable[Entry]) -> dict[str, Any]:
    """Return what the letter says, in the person's language: by field what became of it, never a value; and who was told."""
    with override(dsr.language):
        lines = result(dsr, entries)
        done = [{"title": one["title"], "said": one["said"]} for one in lines if one["done"]]
        parts = [{"title": one["title"], "why": one["said"]} for one in lines if not one["done"]]
        none = phrases.nothing_to_restrict() if dsr.right == RESTRICTION else phrases.nothing_found()
        return {
            "gone": done if done or parts else [{"title": phrases.all_systems(), "said": none}],
            "parts": parts,
            "ground": phrases.some_refused() if parts else "",
            "reason": "\n".join(f"- {one['title']}: {one['why']}" for one in parts),
            "provision": "; ".join(law.provision for law in facts.laws(dsr)) if parts else "",
            "told": list(RecipientNotice.objects.filter(dsr=dsr).exclude(state=NoticeState.FAILED).values_list("name", flat=True)),
            "may_state": any(entry.stand == Stand.REFUSED for entry in entries),
        }


def result(dsr: SubjectRequest, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return what became of each field, each said once, in the language that is spoken now."""
    known = Known({entry.source for entry in entries})
    lines = {}
    for entry in entries:
        title = known.title(entry, dsr.language, counts=dsr.right != RESTRICTION).whole
        lines[title, phrases.outcome(entry)] = {
            "title": title, "said": phrases.outcome(entry), "done": entry.stand == Stand.DONE,
        }  # fmt: skip
    return list(lines.values())


def _tell(dsr: SubjectRequest, entries: Iterable[Entry]) -> None:
    changed: dict[str, set[str]] = {}
    for entry in entries:
        if entry.stand == Stand.DONE and entry.collection:
            changed.setdefault(entry.source.name, set()).add(entry.collection)
    if changed:
        what = recipients.What.RESTRICTED if dsr.right == RESTRICTION else recipients.What.CORRECTED
        named = recipients.received(dsr.brand, changed)
        recipients.tell(dsr, recipients.companies(dsr.brand, named, dsr.brand.default_language), what)
