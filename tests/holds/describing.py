"""Descriptions and shops that tests of holds are about. Says only what a test does not care about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from requests_app.connectors.base import CollectionInfo, FieldInfo, Inventory
from requests_app.connectors.keeping import Hold, Keeping
from requests_app.duties import Situation
from requests_app.holds.declared import Declared
from requests_app.holds.judging import Judging, Litigation, judge_for
from requests_app.holds.rows import Law
from requests_app.values import Scope

TODAY: Final = date(2026, 11, 22)
ASKED_ON: Final = date(2026, 11, 20)
FRANCE: Final = Situation("FR", "FR")
OPEN: Final = Hold("open_contract", "status", ("paid", "shipped"))
ORDER: Final[Mapping[str, str]] = {
    "id": "user.unique_id", "number": "user.unique_id", "buyer": "user.name", "email": "user.contact.email",
    "street": "user.contact.address.street", "total": "user.behavior.purchase_history", "note": "user.content.private",
    "ordered_on": "user.behavior.purchase_history", "status": "user.behavior.purchase_history", "synced": "system.operations",
}  # fmt: skip


def a_field(name: str, category: str = "user.name", **more: Any) -> FieldInfo:
    return FieldInfo(name, {"en": name}, (category,) if category else (), "string", **more)


def a_collection(
    name: str = "orders", *fields: FieldInfo, keep_as: Sequence[str] = (), topic: str = "orders", **keeping: Any
) -> CollectionInfo:
    made = fields or tuple(a_field(field, category, is_key=field == "id") for field, category in ORDER.items())
    kept = Keeping(data_classes=tuple(keep_as), **keeping)
    return CollectionInfo(name, {"en": name}, topic, made, (), (), (), (), "", {"en": ""}, kept)


def orders(**changes: Any) -> CollectionInfo:
    """Return orders as a shop describes them: with their day, their number, and the state in which they still run."""
    return a_collection(
        **{"keep_as": ["order"], "dates": {"document_date": "ordered_on"}, "number": "number", "holds": (OPEN,)} | changes
    )


def a_law(situation: Situation = FRANCE, today: date = TODAY, **declared: Any) -> Law:
    return Law(situation, today, ASKED_ON, Declared.of(declared))


def a_judge(
    *collections: CollectionInfo, law: Law | None = None, scope: str = "everything", litigation: tuple[Litigation, ...] = ()
) -> Judging:
    inventory = Inventory("orders", {"en": "Orders"}, collections, "0" * 64)
    return judge_for(inventory=inventory, law=law or a_law(), litigation=litigation, scope=Scope.read(scope))
