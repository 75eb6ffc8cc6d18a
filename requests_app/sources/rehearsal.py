"""Trying a system before a customer asks: from a name, or a dataset file with an address, to whom and what it would answer."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

import yaml

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Candidate, CollectionInfo, Config, Connector, TooManyCandidates
from requests_app.emails import NotAnAddress, canonical_email
from requests_app.sources import services
from requests_app.sources.models import Source
from requests_app.sources.overwriting import is_below
from requests_app.values import Claim, Identity, Root

LOOKED_AT: Final = 1000  # records that meet a claim and are compared, to tell persons apart
_TELLING: Final = ("name", "birth_date")  # facts in which one person does not differ from themselves


class CannotTry(Exception):
    """What was asked cannot be tried; the message is the sentence for whoever asked, without secret or personal data."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A system with all that is needed to ask it."""

    connector: Connector
    config: Config


def described(file: Path, url: str, files: Path | None) -> Tried:
    """Return the system at `url` that `file` describes."""
    kind = "rest" if url.lower().startswith(("http://", "https://")) and "rest" in CONNECTORS else "sql"
    return Tried(CONNECTORS[kind], Config(file.stem, url, file, files))


@contextmanager
def as_they_stand(tried: Tried) -> Iterator[Tried]:
    """Give the same system with its file columns as plain ones: paths stay texts, where no folder is known to look for them."""
    with TemporaryDirectory(prefix="dsar-source-") as folder:
        root: Any = yaml.load(tried.config.description.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506  # makes texts, lists and mappings only
        for column in _fields(root):
            if isinstance(ours := column.get("dsar"), dict):
                ours.pop("file", None)
        copy = Path(folder) / tried.config.description.name
        copy.write_text(yaml.safe_dump(root, sort_keys=False, allow_unicode=True), encoding="utf-8")
        yield replace(tried, config=replace(tried.config, description=copy))


def _fields(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every described field, those below others too."""
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _fields(inner)
    for column in node.get("fields", ()) if isinstance(node, dict) else ():
        if isinstance(column, dict):
            yield column


def configured(name: str) -> Tried:
    """Return the configured system of that name, ready to be asked.

    Raises:
        CannotTry: there is none, or more than one.
        Refused: its secret is missing.
    """
    source = source_of(name)
    return Tried(services.connector(source), services.config(source))


def source_of(name: str) -> Source:
    """Return the configured system `brand/name`, or of a name that only one brand uses.

    Raises:
        CannotTry: there is none, or more than one.
    """
    brand, slash, own = name.rpartition("/")
    found = list(Source.objects.select_related("brand").filter(name=own, **({"brand__slug": brand} if slash else {})))
    if len(found) != 1:
        named = found or Source.objects.select_related("brand")
        known = ", ".join(f"{source.brand.slug}/{source.name}" for source in named)
        problem = (
            "Several systems have that name" if found else "There is neither a dataset file nor a configured system of that name"
        )
        raise CannotTry(f"{problem}. Configured: {known or 'none'}.")
    return found[0]


def identity_of(addresses: Sequence[str], others: Sequence[str]) -> Identity:
    """Return the claims: e-mail addresses, and others written as `kind=value`.

    Raises:
        CannotTry: one is none, or there is none at all.
    """
    claims = [Claim("email", address) for address in addresses]
    for other in others:
        kind, equals, value = other.partition("=")
        if not (kind and equals and value):
            raise CannotTry("An identity is written as kind=value, for instance customer_id=4711.")
        claims.append(Claim(kind, value))
    if not claims:
        raise CannotTry("Say whom to look for: --email ADDRESS, or --identity kind=value.")
    for claim in claims:
        _refuse_no_address(claim)
    return Identity(tuple(claims))


def _refuse_no_address(claim: Claim) -> None:
    if claim.kind == "email":
        try:
            canonical_email(claim.value)
        except NotAnAddress:
            raise CannotTry("What was given as an e-mail address is none.") from None


@dataclass(frozen=True, slots=True)
class Met:
    """The records that meet the claims, those of one person together. `others`: there are more than were looked at."""

    persons: tuple[tuple[Candidate, ...], ...]
    others: bool = False

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(candidate for person in self.persons for candidate in person)


def who(tried: Tried, identity: Identity, limit: int) -> Met:
    """Ask which records meet the claims, and tell apart the persons whom they stand for.

    Records of different collections are one person's, and so are those of one collection unless name or date of birth differ.

    Raises:
        SourceFault: the system did not answer.
    """
    config = replace(tried.config, options=dict(tried.config.options) | {"candidate_limit": str(limit)})
    found: list[Candidate] = []
    others = False
    try:
        for candidate in tried.connector.candidates(config, identity):
            found.append(candidate)  # noqa: PERF402  # those seen before the fault count
    except TooManyCandidates:
        others = True
    return Met(_persons(found), others)


def _persons(found: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], ...]:
    groups: dict[str, list[list[Candidate]]] = {}
    for candidate in found:
        own = groups.setdefault(candidate.root.collection, [])
        group = next((one for one in own if all(_may_be_one(candidate, member) for member in one)), None)
        if group is None:
            own.append([candidate])
        else:
            group.append(candidate)
    if all(len(own) == 1 for own in groups.values()):
        return (tuple(found),) if found else ()
    return tuple(tuple(group) for own in groups.values() for group in own)


def _may_be_one(one: Candidate, other: Candidate) -> bool:
    for kind in _TELLING:
        left, right = one.evidence.get(kind, ()), other.evidence.get(kind, ())
        if left and right and not any(alike(mine, theirs) for mine in left for theirs in right):
            return False
    return True


def alike(one: str, other: str) -> bool:
    """Whether two names, or parts of an address, may be the same: one has no word that the other lacks."""
    left, right = _words(one), _words(other)
    return not left or not right or left <= right or right <= left


def _words(text: str) -> frozenset[str]:
    bare = (sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return frozenset("".join(sign if sign.isalnum() else " " for sign in bare).split())


def shown_root(root: Root) -> str:
    """Return a root as it is typed: `collection:key`, the parts of a composite key with commas."""
    return f"{root.collection}:{','.join(root.key)}"


def chosen(met: Met, tried: Tried, wanted: Sequence[str], *, everyone: bool) -> tuple[Root, ...]:
    """Return the roots to search with: those `wanted`, or all that meet the claims when they are one person's.

    Raises:
        CannotTry: several persons meet them and nobody chose, or a wanted one does not meet them.
    """
    known = {shown_root(candidate.root): candidate.root for candidate in met.candidates}
    if strangers := [root for root in wanted if root not in known]:
        raise CannotTry(f"No record meets what was asked under: {', '.join(strangers)}. Those that do: {_listed(known)}.")
    if wanted:
        return tuple(known[root] for root in wanted)
    if len(met.persons) > 1 and not everyone:
        raise CannotTry(
            f"{len(met.persons)} persons meet what was asked: choose with --root, or take them together with --all:\n"
            + "\n".join("  " + _listed([shown_root(one.root) for one in person]) for person in met.persons)
        )
    return (tried.connector.by_claim(tried.config) or tuple(known.values())) if known else ()


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(names) or "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which fields are wanted, by collection; without `fields` all of them."""

    collections: tuple[CollectionInfo, ...]
    fields: Mapping[str, frozenset[str]] | None = None
    unmet: tuple[str, ...] = field(default=())

    def names(self) -> Iterator[str]:
        return (info.name for info in self.collections)


def of_categories(collections: Sequence[CollectionInfo], categories: Sequence[str]) -> Choice:
    """Narrow to fields of these data categories and those below; collections without one are left out.

    `unmet` are categories of which no field is.

    Raises:
        CannotTry: of none of them any field is.
    """
    if not categories:
        return Choice(tuple(collections))
    fields = {
        info.name: frozenset(one.name for one in info.fields if any(is_below(own, categories) for own in one.categories))
        for info in collections
    }
    every = [own for info in collections for one in info.fields for own in one.categories]
    unmet = tuple(wanted for wanted in categories if not any(is_below(own, [wanted]) for own in every))
    if len(unmet) == len(categories):
        raise CannotTry(f"No described field is of the category {' or '.join(categories)}, or below.")
    return Choice(tuple(info for info in collections if fields[info.name]), MappingProxyType(fields), unmet)
