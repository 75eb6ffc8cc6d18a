"""The product's own names for rights, the laws' keys that each carries out, and laws that other languages call otherwise."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from requests_app.jurisdictions.vocabulary import Right
from requests_app.values import gettext_noop

# Only names that differ from the laws' keys, or carry out several of them, stand here.
# A complaint and an appeal are no rights of a list: every shop hears complaints, and a law with a clock for appeals grants one.
_OTHERWISE: Final[Mapping[str, tuple[Right, ...]]] = MappingProxyType(
    {"categories": (Right.ACCESS,), "complaint": (), "appeal": ()}
)

# The short names of laws are data. These are called otherwise in a language that is spoken here.
SPOKEN: Final = (
    gettext_noop("GDPR"), gettext_noop("CCPA"), gettext_noop("UK GDPR"), gettext_noop("FADP"), gettext_noop("PIPEDA"),
    gettext_noop("Law 25"),
)  # fmt: skip


def of_law(name: str) -> tuple[Right, ...]:
    """Return the rights of law that the product's right `name` carries out; none for what no law lists among its rights.

    Raises:
        ValueError: the laws know no such right.
    """
    found = _OTHERWISE.get(name)
    return (Right(name),) if found is None else found


def chief(name: str) -> Right:
    """Return the right of law by whose provision and contents the product's right `name` is answered: access where no law lists it.

    Raises:
        ValueError: the laws know no such right.
    """
    return next(iter(of_law(name)), Right.ACCESS)
