"""A review as data for its pages: what was found beside what the customer will see, and what waits for a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from requests_app.collection.models import Part
from requests_app.console.searched import title
from requests_app.console.shapes import said
from requests_app.officers.models import Officer
from requests_app.review.applying import Edit, Member, Redactor, members
from requests_app.review.detectors import Kind
from requests_app.review.grounds import GROUNDS
from requests_app.review.models import Answer, Extent, Flag, Proposal, Ruling
from requests_app.review.ruled import redactor
from requests_app.review.services import Hinders, Standing, is_reviewed, unseen
from requests_app.review.summary import Withheld, withheld
from requests_app.sources.models import Source
from requests_app.sources.services import Described, described
from requests_app.workflow.models import SubjectRequest

_LONGEST: Final = 20_000  # characters of one value on a page
KINDS: Final[Mapping[str, Promise]] = {
    Kind.BOTH: gettext_lazy("The description says that it may be about others too"),
    Kind.FREE: gettext_lazy("Somebody wrote it in own words"),
    Kind.NAME: gettext_lazy("Names behind a title"),
    Kind.EMAIL: gettext_lazy("E-mail addresses that are not the customer’s"),
    Kind.PHONE: gettext_lazy("Telephone numbers that are not the customer’s"),
    Kind.IBAN: gettext_lazy("Bank accounts (IBAN)"),
    Kind.CARD: gettext_lazy("Card numbers"),
}
_ONE: Final[Mapping[str, Promise]] = {
    Kind.NAME: gettext_lazy("Name behind a title"),
    Kind.EMAIL: gettext_lazy("E-mail address that is not the customer’s"),
    Kind.PHONE: gettext_lazy("Telephone number that is not the customer’s"),
    Kind.IBAN: gettext_lazy("Bank account (IBAN)"),
    Kind.CARD: gettext_lazy("Card number"),
}
_WHY_NOT: Final[Mapping[Hinders, Promise]] = {
    Hinders.SCANNING: gettext_lazy("The records are still being looked through for what may be about others."),
    Hinders.NOT_SCANNED: gettext_lazy(
        "Some records could not be looked through. Have that tried again, on the page of the review."
    ),
    Hinders.STALE: gettext_lazy("The data has changed since something was withheld from it. Look at it again."),
    Hinders.UNSEEN: gettext_lazy("Nobody has looked yet at fields that may be about other people."),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a value. `look`: "" as it is, `open` proposed, `withheld`."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one record: what was found, and what the customer will see instead where that differs."""

    label: str
    found: tuple[Piece, ...]
    shown: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal, in words."""

    pk: UUID
    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record side by side."""

    number: int
    lines: tuple[Line, ...]
    proposals: tuple[Proposed, ...]

    @property
    def position(self) -> int:
        return self.number + 1


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag, in words. `left` of what was found wait for a decision; `beyond` more are only counted."""

    flag: Flag
    system: str
    collection: str
    label: str
    why: str
    found: str
    left: int
    beyond: int
    is_kind: bool


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling, in words."""

    ruling: Ruling
    where: str
    what: str
    ground: str


@dataclass(frozen=True)
class Look:
    """One collection under review, for a reader's language."""

    part: Part
    language: str
    info: Described | None = None
    withheld: Redactor | None = None
    proposals: Mapping[int, list[Proposal]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return in_language(self.info.title, self.language) if self.info else self.part.collection

    @property
    def system(self) -> str:
        return title(self.part.pull.source)

    @property
    def labels(self) -> dict[str, str]:
        return labels(self.info, self.language)

    def records(self, found: Iterable[tuple[int, bytes]]) -> list[Record]:
        return [self._record(number, text) for number, text in found]

    def _record(self, number: int, text: bytes) -> Record:
        edits = self.withheld.edits(text) if self.withheld else {}
        open_here = self.proposals.get(number, [])
        fields = {one.name: one for one in members(text.decode())}
        lines = [self._line(one, edits.get(one.name), open_here) for one in fields.values()]
        shown = [self._proposed(one, fields.get(one.flag.field)) for one in open_here]
        return Record(number, tuple(lines), tuple(shown))

    def _line(self, one: Member, edit: Edit | None, proposals: Sequence[Proposal]) -> Line:
        spans = [(place["start"], place["end"]) for each in proposals if each.flag.field == one.name and (place := each.place)]
        if edit is None:
            text = _whole(one.value)
            return Line(self.labels.get(one.name, one.name), _pieces(text, spans, "open"), text, changed=False)
        value = one.value if isinstance(one.value, str) else ""
        taken = [span for span, _marker in edit.spans] or [(0, _LONGEST)]
        return Line(
            self.labels.get(one.name, one.name), _pieces(_whole(one.value), taken, "withheld"), edit.of(value), changed=True
        )

    def _proposed(self, one: Proposal, where: Member | None) -> Proposed:
        text = where.value if where and isinstance(where.value, str) else ""
        place = one.place or {"start": 0, "end": 0}
        label = self.labels.get(one.flag.field, one.flag.field)
        return Proposed(one.pk, str(_ONE.get(one.flag.kind, "")), label, text[place["start"] : place["end"]])


def look(dsr: SubjectRequest, part: Part, language: str, rulings: Sequence[Ruling], numbers: Sequence[int]) -> Look:
    """Return what it takes to lay out some records of `part`, in two or three queries."""
    info = described(part.pull.source).get(part.collection)
    proposals: dict[int, list[Proposal]] = defaultdict(list)
    waiting = Proposal.objects.filter(flag__part=part, number__in=numbers, answer=Answer.OPEN).select_related("flag", "dsr")
    for one in waiting:
        proposals[one.number].append(one)
    held = redactor(dsr, part.pull.source, info, rulings, dsr.language) if info else None
    return Look(part, language, info, held, proposals)


def flagged(dsr: SubjectRequest, language: str) -> list[Flagged]:
    """Return the flags at which nobody has looked yet."""
    waiting = unseen(dsr).select_related("part__pull__source").annotate(
        left=Count("proposals", filter=Q(proposals__answer=Answer.OPEN))
    )  # fmt: skip
    return [_flagged(flag, language) for flag in waiting]


def _flagged(flag: Flag, language: str) -> Flagged:
    info = described(flag.part.pull.source).get(flag.part.collection)
    is_kind, left = flag.kind not in (Kind.BOTH, Kind.FREE), int(flag.left)  # type: ignore[attr-defined]
    return Flagged(
        flag, title(flag.part.pull.source), in_language(info.title, language) if info else flag.part.collection,
        labels(info, language).get(flag.field, flag.field), str(KINDS[flag.kind]), number_format(flag.found, force_grouping=True),
        left, flag.found - flag.kept if is_kind else 0, is_kind,
    )  # fmt: skip


def ruled(rulings: Iterable[Ruling], language: str) -> list[Ruled]:
    return [_ruled(one, language) for one in rulings]


def _ruled(one: Ruling, language: str) -> Ruled:
    info = described(one.source).get(one.collection)
    where = f"{title(one.source)} · {in_language(info.title, language) if info else one.collection}"
    label = labels(info, language).get(one.field, one.field)
    position = number_format((one.number or 0) + 1, force_grouping=True)
    records = number_format(one.records, force_grouping=True)
    what = {
        Extent.RECORD: _("record %(n)s, whole"),
        Extent.FIELD: _("“%(field)s” of record %(n)s"),
        Extent.PASSAGE: _("a passage of “%(field)s” of record %(n)s"),
        Extent.COLUMN: _("“%(field)s” of every record (%(records)s)"),
        Extent.KIND: _("in “%(field)s”: %(kind)s (%(records)s)"),
    }[Extent(one.extent)]
    kind = KINDS.get(one.kind, "")
    return Ruled(
        one, where, what % {"n": position, "field": label, "records": records, "kind": kind}, str(GROUNDS[one.ground].short)
    )


def why_not(standing: Standing) -> list[str]:
    """Say what is in the way of an approval."""
    return [str(_WHY_NOT[why]) for why in standing.hinders]


def kept_back(dsr: SubjectRequest, language: str) -> list[dict[str, str]]:
    """Return what is withheld as lines of a table: where, how much, on which ground."""
    found = withheld(dsr) if is_reviewed(dsr) else ()
    sources = Source.objects.in_bulk({one.source for one in found}) if found else {}
    return [_counted(one, sources[one.source], language) for one in found]


def _counted(one: Withheld, source: Source, language: str) -> dict[str, str]:
    info = described(source).get(one.collection)
    where = f"{title(source)} · {in_language(info.title, language) if info else one.collection}"
    return {"where": where, "what": one.said, "ground": str(GROUNDS[one.ground].short)}


def decided_by(by: Officer | None, at: datetime | None, moment: str) -> str:
    return _("%(who)s decided on it already: %(at)s.") % {"who": by or "–", "at": moment if at else "–"}


def in_language(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]


def labels(info: Described | None, language: str) -> dict[str, str]:
    return {one.name: in_language(one.title, language) for one in info.fields} if info else {}


def values_said(count: int) -> str:
    return ngettext("%(n)s record", "%(n)s records", count) % {"n": number_format(count, force_grouping=True)}


def _whole(value: object) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else said(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _pieces(text: str, spans: Iterable[tuple[int, int]], look: str) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += [Piece(text[at:start]), Piece(text[start:end], look)]
            at = end
    return tuple(one for one in (*pieces, Piece(text[at:])) if one.text)
