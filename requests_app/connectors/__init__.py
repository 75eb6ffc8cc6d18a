"""The catalogue of connectors: one folder for each kind of system."""

from collections.abc import Mapping

from requests_app.catalogue import load
from requests_app.connectors.base import Connector

CONNECTORS: Mapping[str, Connector] = load(
    __name__,
    Connector,  # type: ignore[type-abstract]  # the abstract class is the entry's type
    besides=("changing", "correctable", "erasing", "inventories", "keeping", "naming", "people", "portable", "suppressing"),
)
