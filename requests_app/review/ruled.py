"""From the rulings of a request to what is withheld of one collection."""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256

from django.utils.translation import override

from requests_app.connectors.base import CollectionInfo
from requests_app.keys import store
from requests_app.review.applying import Digests, Pattern, Redactor, Rule
from requests_app.review.detectors import Kind, Known
from requests_app.review.grounds import marker
from requests_app.review.models import Answer, Extent, Proposal, Ruling
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


def digests_of(dsr: SubjectRequest) -> Digests:
    """Raises: KeyGone: the request was forgotten."""
    return Digests(hmac.new(store.get(dsr.pk), b"review", sha256).digest())


def known_of(dsr: SubjectRequest) -> Known:
    """Return what is the person's own, as far as the request says it, and the shop's."""
    said = dsr.facts or {}
    emails = [dsr.email or "", dsr.brand.privacy_email]
    return Known.of(emails=emails, phones=[said.get("phone_number", ""), dsr.brand.privacy_phone], names=[dsr.name or ""])


def redactor(
    dsr: SubjectRequest, source: Source, info: CollectionInfo, rulings: Sequence[Ruling], language: str,
) -> Redactor | None:  # fmt: skip
    """Return what is withheld of a collection, with its marks in `language`; None where nothing is."""
    if not rulings:
        return None
    with override(language):
        marks = {one.ground: marker(one.ground) for one in rulings}
    rules: dict[bytes, list[Rule]] = defaultdict(list)
    for one in rulings:
        if one.record is not None:
            rules[bytes(one.record)].append(_rule(one, marks[one.ground]))
    columns = {one.field: marks[one.ground] for one in rulings if one.extent == Extent.COLUMN}
    patterns: dict[str, list[Pattern]] = defaultdict(list)
    for one in rulings:
        if one.extent == Extent.KIND:
            kept = _kept(dsr, source, info.name, one.field, one.kind)
            patterns[one.field].append(Pattern(Kind(one.kind), marks[one.ground], kept))
    return Redactor(
        names=tuple(field.name for field in info.fields), keys=keys_of(info), digests=digests_of(dsr), known=known_of(dsr),
        rules={record: tuple(those) for record, those in rules.items()}, columns=columns,
        patterns={name: tuple(those) for name, those in patterns.items()},
    )  # fmt: skip


def keys_of(info: CollectionInfo) -> tuple[str, ...]:
    return tuple(field.name for field in info.fields if field.is_key)


def by_collection(rulings: Iterable[Ruling]) -> dict[tuple[int, str], list[Ruling]]:
    """Group rulings by system and collection."""
    grouped: dict[tuple[int, str], list[Ruling]] = defaultdict(list)
    for one in rulings:
        grouped[one.source_id, one.collection].append(one)
    return grouped


def _rule(one: Ruling, marker: str) -> Rule:
    place = one.place or {}
    span = (place["start"], place["end"]) if one.extent == Extent.PASSAGE else None
    return Rule(marker, one.field, span, bytes(one.seen or b""))


def _kept(dsr: SubjectRequest, source: Source, collection: str, field: str, kind: str) -> frozenset[tuple[bytes, tuple[int, int]]]:
    """Return the passages that somebody decided to keep: as many as there are proposals, of which the number is limited."""
    kept = Proposal.objects.filter(
        dsr=dsr, answer=Answer.DISMISSED, flag__kind=kind, flag__field=field,
        flag__part__collection=collection, flag__part__pull__source=source,
    )  # fmt: skip
    return frozenset((bytes(one.record), (one.place["start"], one.place["end"])) for one in kept if one.place)
