"""The names of schema.org for what a collection holds: a JSON-LD context, by which another program understands the JSON.

What has no name there keeps one of its own, so that nothing is called what it is not. Source: JSON-LD 1.1, section 6.1 (W3C).
"""

import json
from typing import Final

from requests_app.connectors.base import CollectionInfo, FieldInfo

VOCABULARY: Final = "https://schema.org/"
CLASSES: Final = {"order": "Order", "order_line": "OrderItem", "invoice": "Invoice", "warranty": "WarrantyPromise"}
TOPICS: Final = {
    "account": "Person",
    "addresses": "PostalAddress",
    "orders": "Order",
    "payments": "PayAction",
    "care": "Conversation",
    "reviews": "Review",
    "consents": "AuthorizeAction",
    "website": "ViewAction",
    "marketing": "SubscribeAction",
}
PROPERTIES: Final = {
    "user.name.first": "givenName",
    "user.name.last": "familyName",
    "user.name": "name",
    "user.contact.email": "email",
    "user.contact.phone_number": "telephone",
    "user.contact.address.street": "streetAddress",
    "user.contact.address.city": "addressLocality",
    "user.contact.address.postal_code": "postalCode",
    "user.contact.address.state": "addressRegion",
    "user.contact.address.country": "addressCountry",
    "user.demographic.date_of_birth": "birthDate",
    "user.demographic.gender": "gender",
    "user.demographic.language": "knowsLanguage",
    "user.job_title": "jobTitle",
    "user.location": "location",
    "user.content": "text",
}
DATES: Final = {"date": "Date", "datetime": "DateTime", "time": "Time"}
_STREET: Final = "user.contact.address.street"


def type_of(info: CollectionInfo) -> str:
    """Return the type in schema.org of the records of a collection: by kind of record, by its fields, by topic."""
    for kind in info.keeping.data_classes:
        if kind in CLASSES:
            return CLASSES[kind]
    held = {category for field in info.fields for category in field.categories}
    if _STREET in held and "user.contact.email" not in held:
        return "PostalAddress"
    return TOPICS.get(info.topic, "Thing")


def terms(info: CollectionInfo) -> dict[str, str]:
    """Return for each field the property of schema.org that it is; a field for which there is none is not in it."""
    found: dict[str, str] = {}
    for field in info.fields:
        name = _property(field)
        if name and name not in found.values():
            found[field.name] = name
    return found


def context(info: CollectionInfo, system: str, brand: str) -> bytes:
    """Return the context of `data/<system>/<collection>.json`; what has no name there is named after `brand` and `system`."""
    known = terms(info)
    own = f"urn:x-dsar:{brand}:{system}:{info.name}:"
    fields = {field.name: _term(field, known.get(field.name, ""), own) for field in info.fields}
    value = {"@context": {"@version": 1.1, **fields}, "@type": VOCABULARY + type_of(info)}
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _property(field: FieldInfo) -> str:
    if field.is_key:
        return "identifier"
    for category in field.categories:
        while category:
            if category in PROPERTIES:
                return PROPERTIES[category]
            category = category.rpartition(".")[0]  # noqa: PLW2901 - one step up the tree of categories
    return ""


def _term(field: FieldInfo, name: str, own: str) -> dict[str, str]:
    term = {"@id": VOCABULARY + name if name else own + field.name}
    return term | ({"@type": VOCABULARY + DATES[field.data_type]} if field.data_type in DATES else {})
