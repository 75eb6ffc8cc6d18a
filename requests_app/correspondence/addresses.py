"""To which mailbox a letter goes: the one that was typed, and never one that looks like it."""

import re
from typing import Final

from requests_app.emails import NotAnAddress, canonical_email

# What RFC 5321 allows beyond this (comments, quoting, routes) no shop's customer has; a list of several is no address.
_LOCAL: Final = re.compile(r"""[^\s"(),:;<>@\[\]\\%!]+""")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_LOCAL: Final = 64  # octets: RFC 5321, 4.5.3.1.1
_LONGEST: Final = 254  # octets: RFC 5321, 4.5.3.1.3, less the brackets


def mailbox(address: str) -> str:
    """Return the address as it is handed to a mail server: the local part as typed, the domain as its A-label.

    The domain is not folded as browsers do: ß would become ss, and the letter somebody else's.

    Raises:
        NotAnAddress: no letter can be written to it.
    """
    domain = canonical_email(address).rpartition("@")[2]
    local = address.rpartition("@")[0]
    fits = len(local.encode()) <= _LONGEST_LOCAL and len(local.encode()) + 1 + len(domain) <= _LONGEST
    if not (fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise NotAnAddress("not an address to which a letter can go")
    return f"{local}@{domain}"
