"""Whom a change is about, by which account a system is asked, and which of its fields."""

from collections.abc import Iterator

from requests_app.collection.leads import Leads
from requests_app.connectors.base import CollectionInfo, Config, FieldInfo
from requests_app.connectors.changing import Changer, Wanted
from requests_app.connectors.correctable import Rule
from requests_app.connectors.erasing import Whom
from requests_app.matching.services import identity_of
from requests_app.sources.models import Source
from requests_app.sources.services import config, connector, inventory, writing_config
from requests_app.workflow.models import SubjectRequest

CORRECTION, RESTRICTION = "rectification", "restriction"


def changer(source: Source) -> Changer | None:
    """Return what changes values at `source`; None where a person does: it cannot, or it has no account that may."""
    return shower(source) if source.erase_secret else None


def shower(source: Source) -> Changer | None:
    """Return what shows at `source` the fields that may be changed, whoever then changes them; None where nothing can."""
    able = connector(source)
    return able if isinstance(able, Changer) else None


def reached(source: Source) -> Config:
    """Return how to reach `source`: by the account that may write, or, where there is none, by that which reads.

    Raises:
        Refused: the environment lacks the secret.
    """
    return writing_config(source) if source.erase_secret else config(source)


def whom(dsr: SubjectRequest, source: Source) -> Whom:
    """Return whose records are meant at `source`."""
    match = dsr.matches.filter(source=source).first()
    return Whom(identity_of(dsr), match.roots if match else (), Leads(dsr).given(source))


def is_found(dsr: SubjectRequest, source: Source) -> bool:
    """Whether anything at `source` may be about the person; where only a person looks, that is not known before."""
    if source.is_of_people:
        return True
    asked = whom(dsr, source)
    return bool(asked.roots or asked.given)


def wanted(dsr: SubjectRequest, source: Source) -> Wanted:
    """Return the fields of `source` that may be corrected, or those by which its records are restricted.

    Raises:
        BadDescription: its description cannot be used.
    """
    collections = inventory(source).collections
    if dsr.right == RESTRICTION:
        return {info.name: (info.restriction.field,) for info in collections if info.restriction}
    found = {info.name: tuple(one.name for one in correctable(info)) for info in collections}
    return {name: fields for name, fields in found.items() if fields}


def correctable(info: CollectionInfo) -> Iterator[FieldInfo]:
    return (one for one in info.fields if one.correct is not Rule.NEVER)
