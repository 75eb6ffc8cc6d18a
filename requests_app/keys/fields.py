"""Model fields that hold personal data: encrypted under the request's own key, bound to table, column and row.

A model with such a field has a UUID primary key and a property `key_id`: the request whose key seals its rows.
"""

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from requests_app.keys import store
from requests_app.keys.crypto import seal, unseal

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class Sealed(bytes):
    """Ciphertext as it lies in the database."""

    __slots__ = ()


class _OpenedOnAccess(DeferredAttribute):
    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            field: _SealedField = self.field  # type: ignore[assignment]
            value = field.opened(instance, value)
            instance.__dict__[field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        """Be a data descriptor: else the instance's own dictionary would answer with the ciphertext."""
        instance.__dict__[self.field.attname] = value


class _SealedField(_Field):
    """Not searchable, not sortable: a keyed index beside it answers the one question that is asked."""

    descriptor_class = _OpenedOnAccess
    empty_strings_allowed = False

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:  # noqa: FBT001  # Django's signature
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        owner: UUID = model_instance.key_id  # type: ignore[attr-defined]
        begins = add and owner == model_instance.pk
        key = store.create(owner) if begins else store.get(owner)  # a key that was destroyed does not come back
        return Sealed(seal(key, self.packed(value), self._context(model_instance)))

    def opened(self, instance: models.Model, value: Sealed) -> Any:
        owner: UUID = instance.key_id  # type: ignore[attr-defined]
        return self.unpacked(unseal(store.get(owner), value, self._context(instance)))

    def _context(self, instance: models.Model) -> bytes:
        return f"{instance._meta.db_table}.{self.column}:{instance.pk}".encode()  # noqa: SLF001

    def packed(self, value: Any) -> bytes:
        raise NotImplementedError

    def unpacked(self, value: bytes) -> Any:
        raise NotImplementedError


class SealedTextField(_SealedField):
    """Words about a person, at rest under the request's key."""

    def packed(self, value: str) -> bytes:
        return value.encode()

    def unpacked(self, value: bytes) -> str:
        return value.decode()


class SealedJSONField(_SealedField):
    """JSON values about a person, at rest under the request's key."""

    def packed(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def unpacked(self, value: bytes) -> Any:
        return json.loads(value)
