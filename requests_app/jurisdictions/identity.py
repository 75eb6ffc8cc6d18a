"""How sure a shop must be of who asks, and what a law wants of an agent. Pure; the rows are `tables/identity.yaml`."""

from collections.abc import Collection
from dataclasses import dataclass

from requests_app.jurisdictions.tables import identity


@dataclass(frozen=True, slots=True)
class Needed:
    """`facts`: how many that the shop holds must agree; `declares`: the person also signs a statement; `papers`: and shows one."""

    facts: int
    declares: bool
    papers: bool = False


def needed(right: str, regimes: Collection[str], *, least: int) -> Needed:
    """Return what the strictest of `regimes` wants for `right`, and never less than `least` facts, the shop's own rule."""
    rows = [row for row in identity() if set(row.regimes) & set(regimes)]
    facts = max((row.facts.get(right, 0) for row in rows), default=0)
    return Needed(max(facts, least), any(right in row.declares for row in rows), any(right in row.papers for row in rows))


def agents_need_papers(regimes: Collection[str]) -> bool:
    """Whether an agent shows papers beside the person's own word: unless every one of `regimes` is known to want none."""
    free = {name for row in identity() if not row.agents_need_papers for name in row.regimes}
    return not regimes or not set(regimes) <= free
