"""From the request's rows to the material of a bundle."""

from contextlib import AbstractContextManager
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from requests_app.brands import look
from requests_app.brands.models import Brand
from requests_app.bundle import material
from requests_app.bundle.material import CollectionPart, FilePart, Material, SystemPart, SystemState
from requests_app.collection.models import Part, Pull, PullState
from requests_app.connectors.base import CollectionInfo
from requests_app.jurisdictions import REGIMES
from requests_app.keys.crypto import keyed_index
from requests_app.sources.services import inventory
from requests_app.vault import services as vault
from requests_app.vault.frames import PartReader
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move


class DescriptionChanged(Exception):
    """A collection was collected that is no longer described: left alone, the copy would omit it in silence."""


def gather(dsr: SubjectRequest, made_at: datetime) -> Material:
    """Return everything that decides the bytes of the copy; the parts themselves are opened one by one, later.

    Raises:
        DescriptionChanged: the description of a system no longer fits what was collected by it.
    """
    regime = REGIMES[dsr.regime]
    grant = regime.rights[dsr.right]
    approval = dsr.transitions.filter(move=Move.APPROVE).order_by("-number").first()
    pulls = dsr.pulls.select_related("source").order_by("source__pk")
    return Material(
        brand=_brand(dsr.brand),
        reference=dsr.reference,
        person=(("name", dsr.name or ""), ("email", dsr.email)),
        subject=keyed_index("subject", dsr.pk.hex).hex(),
        language=dsr.language,
        asked_on=dsr.received_at.astimezone(ZoneInfo(dsr.brand.time_zone)).date(),
        made_at=made_at,
        systems=tuple(_system(pull, approval.reason if approval and approval.reason else "") for pull in pulls),
        signing_key=Ed25519PrivateKey.from_private_bytes(settings.DSAR_SIGNING_KEY),
        law=f"{regime.name}, {grant.citation}",
        rights=regime.customer_rights,
        number=dsr.bundles.count() + 1,
    )


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
    )


def _system(pull: Pull, reason: str) -> SystemPart:
    described = inventory(pull.source)
    if pull.state != PullState.DONE:
        return SystemPart(pull.source.name, described, SystemState.FAILED, fault=pull.fault, reason=reason)
    parts = list(pull.parts.select_related("file"))
    if {part.collection for part in parts} - {info.name for info in described.collections}:
        raise DescriptionChanged(pull.source.name)
    collections = tuple(
        _collection(info, [part for part in parts if part.collection == info.name]) for info in described.collections
    )
    state = SystemState.SEARCHED if pull.records else SystemState.NOTHING
    return SystemPart(pull.source.name, described, state, collections, answered_at=pull.answered_at)


def _collection(info: CollectionInfo, parts: list[Part]) -> CollectionPart:
    texts = {part.form: part for part in parts if part.form != "file"}
    files = [part for part in parts if part.form == "file"]
    return CollectionPart(
        info,
        records=texts["json"].records if "json" in texts else 0,
        json=_opener(texts["json"]) if "json" in texts else None,
        csv=_opener(texts["csv"]) if "csv" in texts else None,
        files=tuple(FilePart(part.record or 0, part.field, part.name or "", part.media_type, _opener(part)) for part in files),
    )


def _opener(part: Part) -> material.Opener:
    def opened() -> AbstractContextManager[PartReader]:
        return vault.reading(part.file)

    return opened
