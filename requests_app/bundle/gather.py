"""From the request's rows to the material of a bundle."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import translation

from requests_app.audit.models import AuditEvent
from requests_app.audit.proofs import known
from requests_app.brands import look
from requests_app.brands.models import Brand
from requests_app.brands.policies import policies
from requests_app.brands.statements import STATEMENTS, stated
from requests_app.bundle import material
from requests_app.bundle.material import CollectionPart, FilePart, Material, SystemPart, SystemState, Withholding
from requests_app.collection.models import Part, Pull, PullState
from requests_app.collection.scope import scope_of
from requests_app.connectors.base import CollectionInfo, Scope
from requests_app.correspondence import facts, statements
from requests_app.jurisdictions import REGIMES, required
from requests_app.jurisdictions.tables import Letter
from requests_app.keys.crypto import keyed_index
from requests_app.review.applying import Redactor
from requests_app.review.grounds import provision
from requests_app.review.models import Ruling
from requests_app.review.ruled import by_collection, redactor
from requests_app.review.summary import Withheld, withheld
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.frames import PartReader
from requests_app.workflow.laws import right_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move

_PROVEN: Final = ("request.opened", "pull.answered", "pull.failed")


class DescriptionChanged(Exception):
    """A collection was collected that is no longer described: left alone, the copy would omit it in silence."""


def gather(dsr: SubjectRequest, made_at: datetime) -> Material:
    """Return everything that decides the bytes of the copy; the parts themselves are opened one by one, later.

    Raises:
        DescriptionChanged: the description of a system no longer fits what was collected by it.
    """
    laws = [REGIMES[name] for name in facts.standing(dsr)]
    approval = dsr.transitions.filter(move=Move.APPROVE).order_by("-number").first()
    pulls = dsr.pulls.select_related("source").order_by("source__pk")
    kept_back = Review.of(dsr)
    return Material(
        brand=_brand(dsr.brand),
        reference=dsr.reference,
        person=(("name", dsr.name or ""), ("email", dsr.email or ""), ("postal_address", dsr.postal_address or "")),
        subject=keyed_index("subject", dsr.pk.hex).hex(),
        language=dsr.language,
        asked_on=dsr.received_at.astimezone(ZoneInfo(dsr.brand.time_zone)).date(),
        made_at=made_at,
        systems=tuple(
            _system(pull, approval.reason if approval and approval.reason else "", scope_of(dsr), kept_back) for pull in pulls
        ),
        signing_key=Ed25519PrivateKey.from_private_bytes(settings.DSAR_SIGNING_KEY),
        law="; ".join(f"{law.name}, {law.cites(right_of(dsr))}" for law in laws),
        rights=tuple(dict.fromkeys(right for law in laws for right in law.customer_rights)),
        authorities=_authorities(dsr),
        stated=_stated(dsr),
        number=dsr.bundles.count() + 1,
        scope=scope_of(dsr),
        statements=tuple((one.about or "", one.text or "") for one in statements.of_person(dsr)),
        trail=known(_deeds(dsr)),
    )


def _deeds(dsr: SubjectRequest) -> list[int]:
    """Return the events that the copy proves: when it was asked for, and what each system answered. They name no officer."""
    deeds = AuditEvent.objects.filter(dsr_id=dsr.pk, action__in=_PROVEN, actor_kind__in=(CUSTOMER.kind, SYSTEM.kind))
    return list(deeds.values_list("pk", flat=True))


def _authorities(dsr: SubjectRequest) -> tuple[tuple[str, str], ...]:
    with translation.override(dsr.language):
        return tuple((one.name, one.url) for one in facts.named(facts.laws(dsr)))


def _stated(dsr: SubjectRequest) -> tuple[tuple[str, str], ...]:
    """Return what the shop states of itself, as far as a law of the request wants it said."""
    wanted = {code.key for code in required(facts.standing(dsr), right_of(dsr), Letter.ANSWER, on=facts.received_on(dsr))}
    said = ((code, stated(dsr.brand, code, dsr.language)) for code in STATEMENTS if code in wanted)
    return tuple((code, words) for code, words in said if words)


def _brand(brand: Brand) -> material.Brand:
    return material.Brand(
        slug=brand.slug,
        name=brand.name,
        email=brand.privacy_email,
        phone=brand.privacy_phone,
        address=brand.postal_address,
        policy_url=brand.policy_url,
        authority=brand.authority.get("name", ""),
        authority_url=brand.authority.get("url", ""),
        look=look.stylesheet(brand.look),
        time_zone=brand.time_zone,
        policies=policies(brand),
    )


@dataclass(frozen=True)
class Review:
    """What officers withheld from the answer."""

    dsr: SubjectRequest
    rulings: Mapping[tuple[int, str], list[Ruling]]
    withheld: tuple[Withheld, ...]

    @classmethod
    def of(cls, dsr: SubjectRequest) -> Self:
        return cls(dsr, by_collection(dsr.rulings.live()), withheld(dsr))

    def redactor(self, source: Source, info: CollectionInfo) -> Redactor | None:
        return redactor(self.dsr, source, info, self.rulings.get((source.pk, info.name), ()), self.dsr.language)

    def told(self, source: Source, info: CollectionInfo) -> tuple[Withholding, ...]:
        here = [one for one in self.withheld if (one.source, one.collection) == (source.pk, info.name)]
        with translation.override(self.dsr.language):
            return tuple(
                Withholding(one.what, one.said, one.why, provision(one.ground, self.dsr), one.count, one.fields) for one in here
            )


def _system(pull: Pull, reason: str, scope: Scope, review: Review) -> SystemPart:
    described = inventory(pull.source, Scope.ALL if scope == Scope.KINDS else scope)
    if pull.state != PullState.DONE:
        return SystemPart(pull.source.name, described, SystemState.FAILED, fault=pull.fault, reason=reason)
    parts = list(pull.parts.select_related("file"))
    if {part.collection for part in parts} - {info.name for info in described.collections}:
        raise DescriptionChanged(pull.source.name)
    collections = tuple(
        _collection(info, [part for part in parts if part.collection == info.name], pull.source, review)
        for info in described.collections
    )
    state = SystemState.SEARCHED if pull.records else SystemState.NOTHING
    by_person = pull.source.is_of_people
    return SystemPart(pull.source.name, described, state, collections, answered_at=pull.answered_at, by_person=by_person)


def _collection(info: CollectionInfo, parts: list[Part], source: Source, review: Review) -> CollectionPart:
    texts = {part.form: part for part in parts if part.form != "file"}
    held = review.redactor(source, info) if "json" in texts else None
    files = [part for part in parts if part.form == "file" and not (held and _is_withheld(part, held, _opener(texts["json"])))]
    return CollectionPart(
        info,
        records=texts["json"].records if "json" in texts else 0,
        json=_opener(texts["json"]) if "json" in texts else None,
        csv=_opener(texts["csv"]) if "csv" in texts else None,
        files=tuple(FilePart(part.record or 0, part.field, part.name or "", part.media_type, _opener(part)) for part in files),
        redactor=held,
        withheld=review.told(source, info) if held else (),
    )


def _is_withheld(file: Part, redactor: Redactor, records: material.Opener) -> bool:
    """Whether the record of a file, or the field that names it, is withheld: the file is withheld with it."""
    with records() as reader:
        return any(file.field in redactor.edits(record) for record in reader.records(file.record or 0, 1))


def _opener(part: Part) -> material.Opener:
    def opened() -> AbstractContextManager[PartReader]:
        return vault.reading(part.file)

    return opened
