"""From page to page: every record of one question, each page once, and as many as the system says there are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from json import dumps
from typing import Any, Final
from urllib.parse import urljoin

from requests_app.connectors.base import BadAnswer, Incomplete, NotAsDescribed, TooMuch
from requests_app.connectors.rest.endpoints import Endpoint, Mark, Paging
from requests_app.connectors.rest.session import Reply, Session
from requests_app.connectors.rest.values import MISSING, at, lacking, plain

EMPTY: Final = 5  # pages without a record in a row, where the answer says that there is more
_LINK: Final = re.compile(r"<([^>]*)>([^<]*)")
_REL: Final = re.compile(r';\s*rel="?([^";,]*)', re.IGNORECASE)

Record = dict[str, Any]


@dataclass(slots=True)
class _Progress:
    pages: int = 0
    records: int = 0
    empty: int = 0
    told: dict[str, int] = field(default_factory=dict)
    seen: set[str | bytes] = field(default_factory=set)


class Walk:
    """One question with its pages."""

    def __init__(self, session: Session, endpoint: Endpoint, values: Mapping[str, str]) -> None:
        self._session, self._endpoint, self._values = session, endpoint, values
        self._paging, self._where = endpoint.paging, f"{session.name}: `{endpoint.collection}`"
        self._so_far = _Progress()

    def records(self) -> Iterator[Record]:
        """Yield every record.

        Raises:
            Incomplete: pages come twice, end too early or do not add up.
            NotAsDescribed: the answer has not the described form.
            TooMuch: there are more pages than allowed.
        """
        more: str | None = self._first()
        while more is not None:
            if self._so_far.pages >= self._session.way.options["page_limit"]:
                raise TooMuch(f"{self._where}: more pages than page_limit")
            reply = self._session.ask(self._endpoint.call, self._values, more, self._endpoint.none)
            if reply.nothing and self._so_far.pages:
                raise Incomplete(f"{self._where}: the pages end with a refusal")
            found = [] if reply.nothing else self._found(reply)
            self._count(reply, found)
            yield from found
            more = None if reply.nothing else self._next(reply, found)
        if "total" in self._so_far.told and self._so_far.told["total"] != self._so_far.records:
            raise Incomplete(f"{self._where}: more or fewer records than the answer says there are")

    def _first(self) -> str:
        first = {"page": str(self._paging.first), "offset": "0"}.get(self._paging.kind)
        return self._url({} if first is None else {self._paging.param: first})

    def _url(self, more: Mapping[str, str]) -> str:
        size = {self._paging.size_param: str(self._paging.size)} if self._paging.size_param else {}
        return self._session.url(self._endpoint.call, self._values, {**size, **more})

    def _found(self, reply: Reply) -> list[Record]:
        endpoint = self._endpoint
        if endpoint.failed and at(reply.body, endpoint.failed) not in (MISSING, None, False, [], {}, ""):
            raise BadAnswer(f"{self._where}: the answer says that the question failed")
        found = at(reply.body, endpoint.records)
        if endpoint.one:
            found = [] if found in (MISSING, None) else [found]
        if found is MISSING:
            raise lacking(f"{endpoint.collection}: {'.'.join(endpoint.records)}")
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise NotAsDescribed(f"{self._where}: what should be a list of records is none")
        return [self._joined(record, reply) for record in found] if endpoint.beside else found

    def _joined(self, record: Record, reply: Reply) -> Record:
        """Return the record with what lies beside the list and is its own.

        Raises:
            NotAsDescribed: there is no such list, or nothing that ties them.
        """
        joined = dict(record)
        for name, beside in self._endpoint.beside.items():
            others, held = at(reply.body, beside.records), at(record, beside.equals)
            ties = [at(one, beside.where) for one in others] if isinstance(others, list) else [MISSING]
            if held is MISSING or MISSING in ties:
                raise lacking(f"{self._endpoint.collection}: {'.'.join(beside.records)}")
            joined[name] = [
                one for one, tie in zip(others, ties, strict=True) if plain(tie) is not None and plain(tie) == plain(held)
            ]
        return joined

    def _count(self, reply: Reply, found: list[Record]) -> None:
        self._so_far.pages += 1
        self._so_far.records += len(found)
        if found:
            if self._so_far.empty and self._ends_by_emptiness:
                raise Incomplete(f"{self._where}: an empty page in the middle")
            self._see(blake2b(dumps(found, default=str).encode(), digest_size=16).digest())
        self._so_far.empty = 0 if found else self._so_far.empty + 1
        if not reply.nothing:
            for name, mark in (("total", self._paging.total), ("pages", self._paging.pages)):
                self._hold(name, mark, reply)

    def _hold(self, name: str, mark: Mark, reply: Reply) -> None:
        if not mark:
            return
        told = self._whole(reply, mark)
        if self._so_far.told.setdefault(name, told) != told:
            raise Incomplete(f"{self._where}: it changed while it was read")

    def _see(self, mark: str | bytes) -> None:
        if mark in self._so_far.seen:
            raise Incomplete(f"{self._where}: the same page came twice")
        self._so_far.seen.add(mark)

    @property
    def _ends_by_emptiness(self) -> bool:
        paging = self._paging
        return paging.kind in {"page", "offset"} and not (paging.total or paging.pages or paging.more)

    def _next(self, reply: Reply, found: list[Record]) -> str | None:
        """Return the address of the next page, or None after the last."""
        kind = self._paging.kind
        if kind == "none":
            return None
        if kind in {"page", "offset"}:
            return self._next_number() if self._goes_on(reply) else None
        if self._so_far.empty > EMPTY:
            raise Incomplete(f"{self._where}: page after page without a record")
        return self._next_mark(reply, found)

    def _goes_on(self, reply: Reply) -> bool:
        paging, so_far = self._paging, self._so_far
        if self._ends_by_emptiness:
            return so_far.empty < 2  # noqa: PLR2004  # the second one says that the first was no gap
        if paging.total:
            more = so_far.records < so_far.told["total"]
        elif paging.pages:
            more = so_far.pages < so_far.told["pages"]
        else:
            more = self._flag(reply, paging.more)
        if more and so_far.empty:
            raise Incomplete(f"{self._where}: an empty page in the middle")
        return more

    def _next_number(self) -> str:
        paging, so_far = self._paging, self._so_far
        gap = paging.size if so_far.empty else 0
        number = paging.first + so_far.pages if paging.kind == "page" else so_far.records + gap
        return self._url({paging.param: str(number)})

    def _next_mark(self, reply: Reply, found: list[Record]) -> str | None:
        paging = self._paging
        if paging.more and not self._flag(reply, paging.more):
            return None
        mark = self._link(reply) if paging.kind == "link" else self._mark(reply, found, paging)
        if not mark:
            if paging.more:
                raise Incomplete(f"{self._where}: there is more, but not where")
            return None
        if paging.kind == "cursor":
            self._see(f"cursor {mark}")
            return self._url({paging.param: mark})
        url = urljoin(reply.url, mark)
        if not self._session.same_origin(url):
            raise NotAsDescribed(f"{self._where}: the next page lies on another host")
        self._see(f"url {url}")
        return url

    def _mark(self, reply: Reply, found: list[Record], paging: Paging) -> str:
        if paging.last:
            value = at(found[-1], paging.last) if found else None
        else:
            value = reply.headers.get(paging.next.header) if paging.next.header else at(reply.body, paging.next.path)
        if value is MISSING and paging.next_may_lack:
            value = None
        if value is MISSING:
            raise lacking(f"{self._endpoint.collection}: {'.'.join(paging.last or paging.next.path)}")
        text = "" if value is None else plain(value)
        if text is None:
            raise NotAsDescribed(f"{self._where}: what leads to the next page is no text")
        return text

    def _link(self, reply: Reply) -> str:
        """Return the address behind `rel="next"` (RFC 8288)."""
        for address, parameters in _LINK.findall(reply.headers.get("link", "")):
            rel = _REL.search(parameters)
            if rel and "next" in rel[1].lower().split():
                return str(address)
        return ""

    def _flag(self, reply: Reply, mark: Mark) -> bool:
        value = reply.headers.get(mark.header) if mark.header else at(reply.body, mark.path)
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise lacking(f"{self._endpoint.collection}: {mark.header or '.'.join(mark.path)}")
        return value

    def _whole(self, reply: Reply, mark: Mark) -> int:
        value = reply.headers.get(mark.header) if mark.header else at(reply.body, mark.path)
        text = plain(value) if value not in (MISSING, None) else None
        if text is None or not (text.isascii() and text.isdecimal()):
            raise lacking(f"{self._endpoint.collection}: {mark.header or '.'.join(mark.path)}")
        return int(text)
