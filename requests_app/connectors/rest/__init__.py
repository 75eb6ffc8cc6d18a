"""Systems that answer over HTTP with JSON, as their description says how."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from email.message import Message
from functools import partial
from mimetypes import guess_type
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Final
from urllib.parse import unquote, urlsplit

from requests_app.connectors.base import (
    NOTHING,
    Attachment,
    BadDescription,
    Batch,
    Candidate,
    Config,
    Connector,
    ForeignRecord,
    Given,
    Health,
    Inventory,
    MissingFile,
    Pointer,
    Problem,
    SourceFault,
    TooManyCandidates,
)
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.changing import Changing
from requests_app.connectors.rest.clean import clean
from requests_app.connectors.rest.description import describe_api
from requests_app.connectors.rest.endpoints import Api, Group
from requests_app.connectors.rest.erasing import Erasing
from requests_app.connectors.rest.evidence import evidence
from requests_app.connectors.rest.gather import Gathering
from requests_app.connectors.rest.held import Key, key_of
from requests_app.connectors.rest.session import Session
from requests_app.connectors.rest.suppressing import Suppressing
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.rest.way import way
from requests_app.connectors.sql.cards import card_numbers
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.narrowing import narrowed
from requests_app.values import Claim, Identity, Root

_UNKNOWN: Final = "application/octet-stream"


class Rest(Erasing, Suppressing, Changing, Connector):
    """A REST system. Its options are those of `way.OPTIONS`. Each call opens its own connections and asks one thing at a time."""

    def check(self, config: Config, supplied: Collection[Pointer] = ()) -> Health:
        problems: list[Problem] = []
        try:
            api = describe_api(config.description)
            problems += [*_notices(api, supplied), *card_numbers(api.data)]
            for _ in clean(partial(_try, config, api)):
                pass
        except BadDescription as fault:
            problems += fault.problems
        except SourceFault as fault:
            problems.append(Problem(fault.code, config.name, str(fault)))
        return Health(tuple(problems))

    def inventory(self, config: Config) -> Inventory:
        data = narrowed(describe_api(config.description).data, config.scope)
        persons = tuple(collection.name for collection in data.collections if collection.identities)
        return replace(data.inventory(), persons=persons)

    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        return clean(partial(_candidates, config, identity))

    def find(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], given: Given = NOTHING
    ) -> Iterator[Batch | Attachment]:
        for item in clean(partial(_find, config, identity, roots, given)):
            yield replace(item, chunks=clean(partial(iter, item.chunks))) if isinstance(item, Attachment) else item

    def wants(self, config: Config) -> tuple[Pointer, ...]:
        return tuple(dict.fromkeys(_wanted(describe_api(config.description))))


ENTRY: Final = Rest()


def _try(config: Config, api: Api) -> Iterator[None]:
    """Ask the live system what harms nobody: the probe, and for somebody who is not there.

    Raises:
        SourceFault: it does not answer as described.
    """
    nobody = Identity(tuple(Claim(claim, _nobody(claim)) for endpoint in api.endpoints for claim in endpoint.claims))
    with Session(config, api, way(config, api)) as session:
        if api.probe:
            session.ask(api.probe, {}, session.url(api.probe, {}, {}))
        for endpoint in api.endpoints:
            if endpoint.claims and not endpoint.led:
                for _ in Asker(api, session, nobody).records(endpoint, _nothing_fed):
                    raise ForeignRecord(
                        f"{config.name}: `{endpoint.collection}` answers with records of people who were not asked for"
                    )
    yield


def _candidates(config: Config, identity: Identity) -> Iterator[Candidate]:
    api = describe_api(config.description)
    with Session(config, api, way(config, api)) as session:
        asker, left = Asker(api, session, identity), session.way.options["candidate_limit"]
        for endpoint in api.endpoints:
            collection = api.data.collection(endpoint.collection)
            if not collection.identities:
                continue
            found: dict[Key, Record] = {}
            for record in asker.records(endpoint, _nothing_fed):
                found.setdefault(key_of(endpoint, collection, record), record)
                if len(found) > left:
                    break
            for key in sorted(found)[:left]:
                matched = asker.met(endpoint, collection, found[key])
                yield Candidate(Root(collection.name, key), matched, evidence(asker, identity, endpoint, found[key]))
            if len(found) > left:
                raise TooManyCandidates(f"{config.name}: more records meet the claims than candidate_limit")
            left -= len(found)


def _find(config: Config, identity: Identity, roots: tuple[Root, ...], given: Given) -> Iterator[Batch | Attachment]:
    api = describe_api(config.description)
    api = replace(api, data=narrowed(api.data, config.scope))
    with Session(config, api, way(config, api)) as session, Gathering(Asker(api, session, identity), roots, given) as gathering:
        gathering.gather()
        for collection in (one for one in api.data.collections if one.shown):
            yield from gathering.batches(collection.name)
            for one in collection.shown:
                for number, address in gathering.files.get((collection.name, one.name), ()):
                    yield from _file(session, collection.name, one, number, address)


def _file(session: Session, collection: str, one: Field, number: int, address: str) -> Iterator[Attachment]:
    where = f"{session.name}: the file of `{collection}.{one.name}`, record {number}"
    try:
        with session.file(address) as answer:
            named = (_disposed(answer.headers.get("content-disposition", "")), unquote(urlsplit(address).path))
            names = [PurePosixPath(text.replace("\\", "/")).name for text in named]
            name = next((text for text in names if text.isprintable() and text not in {"", ".", ".."}), one.name)
            told = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            media_type = one.media_type or told or guess_type(name)[0] or _UNKNOWN
            yield Attachment(collection, number, one.name, name, media_type, session.chunks(answer))
    except MissingFile:
        missing = True
    else:
        missing = False
    if missing:
        raise MissingFile(f"{where}, is not there")


def _disposed(text: str) -> str:
    """Return the name of a file as `Content-Disposition` says it (RFC 6266), empty where it says none."""
    head = Message()
    head["Content-Disposition"] = "".join(sign for sign in text if sign.isprintable())
    return head.get_filename("") if text else ""


def _wanted(api: Api) -> Iterator[Pointer]:
    return (feed.pointer for endpoint in api.endpoints for feed in endpoint.feeds if feed.dataset)


def _notices(api: Api, supplied: Collection[Pointer]) -> Iterator[Problem]:
    for endpoint in api.endpoints:
        persons = api.data.collection(endpoint.collection).identities
        if endpoint.is_asked and not (endpoint.belongs or persons):
            told = "nothing in its records is compared with what was asked (`belongs`): the system is trusted"
            yield Problem("unchecked", endpoint.where, told, fatal=False)
        if endpoint.claims and not persons:
            told = "found by the claim alone: whoever shares it with somebody else gets the other's records too"
            yield Problem("shared", endpoint.where, told, fatal=False)
        for feed in endpoint.feeds:
            if feed.dataset and feed.pointer not in supplied:
                yield Problem("other_dataset", endpoint.where, f"no system `{feed.dataset}` supplies what leads here")


def _nobody(claim: str) -> str:
    return {"email": f"nobody-{token_hex(8)}@check.invalid", "phone_number": "+00000000000"}.get(claim, token_hex(12))


def _nothing_fed(_: Group) -> Iterator[Key]:
    return iter(())
