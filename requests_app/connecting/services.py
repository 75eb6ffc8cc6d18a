"""Configuring a system in versions: somebody proposes one, and it counts when somebody who may says so."""

from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.text import slugify

from requests_app.audit.services import record
from requests_app.brands.models import SOLO_DELAY, Brand
from requests_app.connecting import judging
from requests_app.connecting.judging import Fault, Wanted
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.sources.coverage import told_of
from requests_app.sources.models import Source
from requests_app.sources.sameness import needs_second
from requests_app.sources.versions import SourceVersion
from requests_app.values import SYSTEM, Actor, Side


class NotAcceptable(Exception):
    """What somebody wants to connect cannot be: `faults` by field."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(f"{one.field}:{one.code}" for one in faults))
        self.faults = faults


class NotYours(Exception):
    """This officer may not, or wrote the version and another must let it count."""


class Overtaken(Exception):
    """Somebody made, or let count, a newer version meanwhile: `newer` is it."""

    def __init__(self, newer: SourceVersion) -> None:
        super().__init__(f"version {newer.number} is newer")
        self.newer = newer


class CountsAlready(Exception):
    """Somebody let the version count before."""


@transaction.atomic
def connect(brand: Brand, side: Side, wanted: Wanted, *, reason: str, by: Officer) -> SourceVersion:
    """Write a new system with its first version, which does not count yet: nothing is asked of it but trials.

    Raises:
        NotYours: `by` may connect nothing there.
        NotAcceptable: with every fault.
    """
    if not policy.may(by, Action.CONNECT, brand, side):
        raise NotYours
    name = slugify(wanted.title.get("en", ""))[:50] or f"system-{brand.sources.count() + 1}"
    taken = [Fault("name", "taken")] if Source.objects.filter(brand=brand, name=name).exists() else []
    if found := (*taken, *judging.faults(brand, name, wanted)):
        raise NotAcceptable(*found)
    try:
        with transaction.atomic():
            source = Source.objects.create(brand=brand, name=name, side=side, enabled=False, connector=wanted.connector,
                                           title=wanted.title)  # fmt: skip
    except IntegrityError:
        raise NotAcceptable(Fault("name", "taken")) from None
    return _write(source, wanted, _Origin(reason, by))


@transaction.atomic
def change(source: Source, wanted: Wanted, *, seen: int, reason: str, by: Officer) -> SourceVersion:
    """Write another version of a system; it does not count yet. `seen`: the newest version that its author saw, 0 for none.

    Raises:
        NotYours: `by` may not change it.
        Overtaken: somebody made another version meanwhile.
        NotAcceptable: with every fault.
    """
    source = _locked(source)
    if not policy.may(by, Action.CONNECT, source.brand, Side(source.side)):
        raise NotYours
    if (last := newest(source)) is not None and last.number != seen:
        raise Overtaken(last)
    former = source if last is None else last.as_source()
    if found := judging.faults(source.brand, source.name, wanted, former=former):
        raise NotAcceptable(*found)
    return _write(source, wanted, _Origin(reason, by))


@transaction.atomic
def let_count(version: SourceVersion, *, by: Officer) -> SourceVersion:
    """Let a version count from now on. Where it erases, a second person does; with one officer alone, a day later.

    Raises:
        NotYours: `by` may not, or wrote it and somebody else must.
        Overtaken: a newer version counts already.
        CountsAlready: this one does, or will.
    """
    source = _locked(version.source)
    version = SourceVersion.objects.select_related("author").get(pk=version.pk)
    action = Action.APPROVE_SYSTEM if version.needs_second else Action.CONNECT
    if not policy.may(by, action, source.brand, Side(source.side)):
        raise NotYours
    if version.approved_at or version.counts_at:
        raise CountsAlready
    _refuse_overtaken(source, version)
    alone = version.needs_second and version.author_id == by.pk
    if alone and not source.brand.solo_mode:
        raise NotYours
    SourceVersion.objects.filter(pk=version.pk).update(approved_by=by, approved_at=Now(), alone=alone)
    record("source.version_approved", by=by.actor, brand=source.brand.slug, source=source.name, number=version.number, alone=alone)
    if alone:
        enqueue("connecting.take_effect", key=f"counts:{version.pk}", source=source, delay=SOLO_DELAY.total_seconds(),
                version=version.pk)  # fmt: skip
    else:
        take_effect(version)
    version.refresh_from_db()
    return version


def _refuse_overtaken(source: Source, version: SourceVersion) -> None:
    """Raises: Overtaken: a newer version counts, or one beside which this one would erase, which its author could not know."""
    now = counting(source)
    if now and (now.number > version.number or (needs_second(version, now) and not version.needs_second)):
        raise Overtaken(now)


@transaction.atomic
def take_effect(version: SourceVersion, by: Actor = SYSTEM) -> bool:
    """Write into the system's row what an approved version says, unless a newer one counts; return whether it counts now."""
    source = _locked(version.source)
    if source.version >= version.number:
        return False
    SourceVersion.objects.filter(pk=version.pk).update(counts_at=Now())
    Source.objects.filter(pk=source.pk).update(**version.said)
    record("source.version_counts", by=by, brand=source.brand.slug, source=source.name, number=version.number)
    return True


@transaction.atomic
def from_file(source: Source, wanted: Wanted, file_digest: str, *, first: bool) -> SourceVersion | None:
    """Make a version of what the shop's file says, unless it says what it said last time; return it.

    The first one counts at once: whoever installs the product wrote it. So does a later one, unless it changes how is erased.
    """
    source = _locked(source)
    known = source.versions.exclude(file_digest="").order_by("-number").values_list("file_digest", flat=True).first()
    if known == file_digest:
        return None
    reason = "The shop’s file says so." if first else "The shop’s file was changed."
    version = _write(source, wanted, _Origin(reason, file_digest=file_digest, first=first))
    if not version.needs_second:
        take_effect(version)
    return version


def newest(source: Source) -> SourceVersion | None:
    """Return the newest version of a system, whether it counts or waits."""
    return source.versions.select_related("author").order_by("-number").first()


def counting(source: Source) -> SourceVersion | None:
    """Return the version that counts now."""
    return source.versions.select_related("author").filter(number=source.version).first()


def wanted_of(version: SourceVersion) -> Wanted:
    """Return what a version says, to be changed or said again."""
    return Wanted(
        version.title, version.connector, version.dataset, version.address, version.secret, version.erase_secret, version.files,
        version.paused, version.may_erase, version.file,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Origin:
    """Who makes a version, and why: an officer, or the shop's file, whose digest it then bears."""

    reason: str
    author: Officer | None = None
    file_digest: str = ""
    first: bool = False

    @property
    def actor(self) -> Actor:
        return self.author.actor if self.author else SYSTEM


def _write(source: Source, wanted: Wanted, origin: _Origin) -> SourceVersion:
    number = (source.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = SourceVersion(
        source=source, number=number, reason=origin.reason, author=origin.author, file_digest=origin.file_digest, **_kept(wanted),
        digest=sha256(wanted.dataset.encode()).hexdigest(),
    )  # fmt: skip
    version.coverage = told_of(source.name, version.connector, version.dataset)
    version.needs_second = not origin.first and needs_second(version, counting(source))
    version.save(force_insert=True)
    record(
        "source.version_made", by=origin.actor, brand=source.brand.slug, source=source.name, number=number,
        needs_second=version.needs_second, dataset=version.digest,
    )  # fmt: skip
    return version


def _kept(wanted: Wanted) -> dict[str, Any]:
    return {one.name: getattr(wanted, one.name) for one in fields(wanted)}


def _locked(source: Source) -> Source:
    return Source.objects.select_for_update(no_key=True, of=("self",)).select_related("brand").get(pk=source.pk)
