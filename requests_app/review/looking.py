"""Looking through a collection for what may be about others: one pass over its records, whatever their number."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from requests_app.audit.services import record
from requests_app.collection.models import Part
from requests_app.connectors.base import CollectionInfo, FieldInfo
from requests_app.ledger.claims import Claim
from requests_app.review.applying import Digests, Member, members
from requests_app.review.detectors import FOUND, Kind, Known, detect, is_free
from requests_app.review.models import Flag, Proposal, Ruling, Scan, ScanState
from requests_app.review.ruled import digests_of, keys_of, known_of
from requests_app.sources.services import described
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.workflow.models import SubjectRequest

KEPT: Final = 300
"""Proposals that stand for one kind in one field; what is found beyond is counted, and can be withheld all together."""
_AT_ONCE: Final = 500  # records between two looks at the clock
_OWN: Final = ("user.contact", "user.name", "user.unique_id", "user.financial", "user.payment", "system")
"""Categories of data: what a description calls the person's own name, address or account is not proposed as somebody else's."""
_Key = tuple[str, Kind]


@dataclass
class Pass:
    """What one pass over some records has found so far."""

    dsr: SubjectRequest
    info: CollectionInfo
    digests: Digests
    known: Known
    rulings: Mapping[bytes, list[Ruling]]
    kept: Counter[_Key]
    counts: Counter[_Key] = field(default_factory=Counter)
    proposals: list[tuple[_Key, Proposal]] = field(default_factory=list)
    unchanged: set[UUID] = field(default_factory=set)

    def look(self, number: int, text: str) -> None:
        """Look at one record."""
        fields = list(members(text))
        known_by = self.digests.of_record(text, fields, keys_of(self.info))
        for ruling in self.rulings.get(known_by, ()):
            now = next((text[one.start : one.end] for one in fields if one.name == ruling.field), text if not ruling.field else "")
            if self.digests.of(now) == bytes(ruling.seen or b""):
                self.unchanged.add(ruling.pk)
        values = {one.name: one for one in fields}
        for described_as in self.info.fields:
            one = values.get(described_as.name)
            if one is not None and one.value not in (None, "", [], {}):
                self._field(described_as, one, text, (number, known_by))

    def _field(self, info: FieldInfo, one: Member, text: str, where: tuple[int, bytes]) -> None:
        if info.about == "both":
            self.counts[info.name, Kind.BOTH] += 1
        if not _is_read(info):
            return
        is_text = isinstance(one.value, str)
        told = str(one.value) if is_text else text[one.start : one.end]
        if is_text and info.about != "both" and is_free(told):
            self.counts[info.name, Kind.FREE] += 1
        for kind in FOUND:
            for start, end in detect(kind, told, self.known):
                place = {"start": start, "end": end} if is_text else None
                self._propose((info.name, kind), where, self.digests.of(text[one.start : one.end]), place)

    def _propose(self, key: _Key, where: tuple[int, bytes], seen: bytes, place: dict[str, int] | None) -> None:
        self.counts[key] += 1
        if self.kept[key] < KEPT:
            self.kept[key] += 1
            number, known_by = where
            self.proposals.append((key, Proposal(dsr=self.dsr, number=number, record=known_by, seen=seen, place=place)))


def _is_read(info: FieldInfo) -> bool:
    """Whether something about others may stand in a field: not in numbers of records, and not in what is described as the own."""
    if (
        info.is_key
        or info.is_file
        or info.data_type in {"integer", "float", "decimal", "boolean", "date", "datetime", "time", "uuid"}
    ):
        return False
    return info.about == "both" or not any(category.startswith(_OWN) for category in info.categories)


@dataclass(frozen=True, slots=True)
class Looked:
    """A pass that has ended: up to which record, whether that was the last, and what it found."""

    scan: Scan
    first: int
    until: int
    found: Pass

    @property
    def is_whole(self) -> bool:
        return self.until >= self.scan.part.records


def look(scan: Scan, claim: Claim) -> Looked:
    """Look through the records of a scan from where it stands, until their end or until others wait.

    Raises:
        Unreadable, Missing, Away: what was collected cannot be read.
        LeaseLost: another worker has taken over.
    """
    part, at = scan.part, scan.records
    found = _begun(scan)
    with vault.reading(part.file) as reader:
        while at < part.records and not (claim.hurried and at > scan.records):
            claim.hold()
            for text in reader.records(at, _AT_ONCE):
                found.look(at, text.decode())
                at += 1
    return Looked(scan, scan.records, at, found)


def _begun(scan: Scan) -> Pass:
    dsr, part = scan.dsr, scan.part
    info = described(part.pull.source).get(part.collection) or CollectionInfo(
        part.collection, {"en": part.collection}, "", (), (), (), (), (), "", {"en": ""}
    )
    kept: Counter[_Key] = Counter({(flag.field, Kind(flag.kind)): flag.kept for flag in part.flags.all()})
    rulings: dict[bytes, list[Ruling]] = {}
    for one in _rulings(dsr, part):
        rulings.setdefault(bytes(one.record or b""), []).append(one)
    return Pass(dsr, info, digests_of(dsr), known_of(dsr), rulings, kept)


def _rulings(dsr: SubjectRequest, part: Part) -> Iterator[Ruling]:
    yield from dsr.rulings.live().filter(source=part.pull.source_id, collection=part.collection, record__isnull=False)


@transaction.atomic
def keep(looked: Looked) -> None:
    """Keep what a pass has found, once. With the first of a scan, rulings on the collection are stale until their record is met."""
    scan, found = looked.scan, looked.found
    state = ScanState.DONE if looked.is_whole else ScanState.WAITING
    at_start = Scan.objects.filter(pk=scan.pk, state=ScanState.WAITING, records=looked.first)
    if not at_start.update(records=looked.until, state=state):
        return
    if not looked.first:
        Ruling.objects.filter(pk__in=[one.pk for one in _rulings(scan.dsr, scan.part)]).update(stale=True)
    Ruling.objects.filter(pk__in=found.unchanged).update(stale=False)
    flags = {key: _flag(scan, key, count, found.kept[key]) for key, count in found.counts.items()}
    for key, proposal in found.proposals:
        proposal.flag = flags[key]
    Proposal.objects.bulk_create([proposal for _key, proposal in found.proposals], batch_size=200)
    if looked.is_whole:
        record(
            "review.scanned", by=SYSTEM, dsr_id=scan.dsr_id, source=scan.part.pull.source.name, collection=scan.part.collection,
            records=looked.until,
        )  # fmt: skip


def _flag(scan: Scan, key: _Key, count: int, kept: int) -> Flag:
    name, kind = key
    flag, _made = Flag.objects.get_or_create(dsr=scan.dsr, part=scan.part, field=name, kind=kind)
    Flag.objects.filter(pk=flag.pk).update(found=F("found") + count, kept=kept)
    return flag


def progress(dsr: SubjectRequest) -> tuple[int, int]:
    """Return how many records were looked through, and of how many."""
    done = list(dsr.scans.values_list("records", "part__records"))
    return sum(records for records, _of in done), sum(of for _records, of in done)
