"""What a connector brings to be tried: `rehearse(folder)` in `tests/connectors/<name>/rehearsal.py` returns one of these."""

from collections.abc import Mapping
from dataclasses import dataclass

from requests_app.connectors.base import Config
from requests_app.values import Identity, Root


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A small system that knows one person, `identity`, by `roots`, and another one by `stranger_roots`.

    `counts` are the person's records by collection. `canaries` stand in withheld fields and in the stranger's records: no answer
    holds them. `secrets` stand in the configuration: no message holds them. `unreachable` is a configuration that nobody answers,
    `misdescribed` one whose description cannot be read.
    """

    config: Config
    identity: Identity
    roots: tuple[Root, ...]
    stranger: Identity
    stranger_roots: tuple[Root, ...]
    nobody: Identity
    counts: Mapping[str, int]
    canaries: tuple[bytes, ...]
    secrets: tuple[str, ...]
    unreachable: Config
    misdescribed: Config
