"""The catalogue of rights: one file each."""

from collections.abc import Mapping

from requests_app.catalogue import load
from requests_app.rights.base import Right

RIGHTS: Mapping[str, Right] = load(__name__, Right)
