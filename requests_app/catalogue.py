"""Catalogues: a package in which every module, or folder, is one entry."""

from collections.abc import Collection, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")


class BadEntry(Exception):
    """A catalogue holds a module without a fit `ENTRY`."""


def load(package: str, kind: type[T], *, besides: Collection[str] = ()) -> Mapping[str, T]:
    """Import every module of `package` and map its name to its `ENTRY`; `base` and those named in `besides` say what an entry is.

    Raises:
        BadEntry: a module has no `ENTRY`, or one that is no `kind`.
    """
    found: dict[str, T] = {}
    for module in iter_modules(import_module(package).__path__):
        if module.name == "base" or module.name in besides:
            continue
        entry = getattr(import_module(f"{package}.{module.name}"), "ENTRY", None)
        if not isinstance(entry, kind):
            raise BadEntry(f"{package}.{module.name} has no ENTRY of kind {kind.__name__}")
        found[module.name] = entry
    return MappingProxyType(found)
