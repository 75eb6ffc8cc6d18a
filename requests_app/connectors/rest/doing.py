"""Carrying a plan out, record by record: told with a key that stays the same, read back before it counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from json import dumps
from time import monotonic
from typing import Final

from requests_app.connectors.base import Incomplete, NotAsDescribed, TooSlow, Unreachable
from requests_app.connectors.erasing import Deed, Key, Left, NotErased, Planned, Receipt, Ruling, StillErasing
from requests_app.connectors.rest.bodies import body_of
from requests_app.connectors.rest.deeds import Erase, Pending
from requests_app.connectors.rest.endpoints import Call, Endpoint
from requests_app.connectors.rest.looking import read_by_key, stands
from requests_app.connectors.rest.marks import Found, masked
from requests_app.connectors.rest.session import Reply, Session
from requests_app.connectors.rest.sorting import How, Sets, What
from requests_app.connectors.rest.values import at, lacking, plain
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.sql.description import Collection

_UNSURE: Final = (Incomplete, TooSlow, Unreachable)
"""Faults after which a deed may have been done or not."""
_LOOK_AGAIN: Final = 1.0  # seconds between two looks at a job


def has_deed(ruling: Ruling, how: How) -> bool:
    return ruling.deed is Deed.ERASE or (ruling.deed in {Deed.BLANK, Deed.KEEP} and bool(how))


class Doing:
    """One system while it is erased from."""

    def __init__(self, session: Session, erases: Mapping[str, Erase]) -> None:
        self.api, self.session, self.erases = session.api, session, erases

    def receipts(self, sets: Sets, approved: bytes) -> Iterator[Receipt]:
        """Do what the plan with the digest `approved` says of these records; each set is read back before its receipt.

        Raises:
            NotErased: the system said that it was done, and it was not. Nothing after it was touched.
            StillErasing: the system will have done it later.
        """
        waiting = list(sets)
        while waiting:
            name = waiting.pop(0)
            taken = self.erases.get(name, Erase())
            if not taken.delete and taken.goes_with in waiting:
                waiting.insert(waiting.index(taken.goes_with) + 1, name)
                continue
            for what, records in sets[name].items():
                yield Receipt(name, what[0], len(records), self._do(name, what, records, approved))

    def left(self, asked: Iterable[Planned]) -> Iterator[Left]:
        for one in asked:
            erase = self.erases.get(one.collection)
            if erase and erase.read and has_deed(one.ruling, tuple(one.how.items())):
                for key in one.keys:
                    if fields := self._undone(one.collection, one.ruling, key):
                        yield Left(one.collection, key, () if one.ruling.deed is Deed.ERASE else fields)

    def _do(self, name: str, what: What, records: Sequence[Found], approved: bytes) -> int:
        ruling, how = what
        if not has_deed(ruling, how):
            return 0
        erase = self.erases[name]
        for found in records:
            for number, call in enumerate(self._calls(name, ruling, found)):
                mark = sha256(f"{approved.hex()} {name} {dumps(found.key)} {number}".encode()).hexdigest()
                self._tell(name, ruling, found, call, mark)
        for found in records if erase.read else ():
            if self._undone(name, ruling, found.key):
                self._refuse(name, erase)
        return len(records)

    def _refuse(self, name: str, erase: Erase) -> None:
        """Raises: NotErased: it should be done. StillErasing: the description says that it takes its time."""
        where = f"{self.session.name}: `{name}`"
        if erase.pending and not erase.pending.call.path:
            raise StillErasing(f"{where}: the system took the order, and has not done it yet", erase.pending.ask_again)
        raise NotErased(f"{where}: the system said that it was done, and it is not")

    def _calls(self, name: str, ruling: Ruling, found: Found) -> Iterator[Call]:
        erase = self.erases[name]
        if ruling.deed is Deed.ERASE:
            yield from erase.delete
        elif erase.blank and (fields := [one for one in ruling.blanked if one not in found.masked]):
            paths = self.api.endpoint(name).paths
            body = body_of(erase.blank, {one: paths[one] for one in fields})
            yield replace(erase.blank.call, form=body) if erase.blank.as_form else replace(erase.blank.call, json=body)

    def _tell(self, name: str, ruling: Ruling, found: Found, call: Call, mark: str) -> None:
        """Have one call done. After an answer that did not come, the record is read first: nothing is done twice."""
        erase, unsure = self.erases[name], False
        headers = {**call.headers, erase.idempotency: mark} if erase.idempotency else call.headers
        call = replace(call, headers=headers)
        ask = self.session.asked(call, found.values, self.session.url(call, found.values, {}))

        def once() -> Reply:
            nonlocal unsure
            if unsure and not self._undone(name, ruling, found.key):
                return Reply({}, None, ask.url, nothing=True)
            try:
                return self.session.once(ask, erase.gone, is_deed=True)
            except _UNSURE:
                unsure = True
                raise

        reply = self.session.again(once)
        if erase.pending and erase.pending.call.path and not reply.nothing:
            self._wait(name, erase.pending, reply)

    def _wait(self, name: str, pending: Pending, reply: Reply) -> None:
        """Wait for a job.

        Raises:
            StillErasing: it takes longer than we wait.
            NotErased: it failed.
        """
        job = plain(at(reply.body, pending.job))
        if job is None:
            raise lacking(f"{name}: {'.'.join(pending.job)}")
        values, end = {"job": job}, monotonic() + pending.patience
        while True:
            state = self.session.ask(pending.call, values, self.session.url(pending.call, values, {})).body
            if stands(state, pending.until):
                return
            if pending.failed and stands(state, pending.failed):
                raise NotErased(f"{self.session.name}: `{name}`: the system says that it failed")
            if monotonic() > end:
                raise StillErasing(f"{self.session.name}: `{name}`: the job takes its time", pending.ask_again)
            self.session.wait(_LOOK_AGAIN)

    def _undone(self, name: str, ruling: Ruling, key: Key) -> tuple[str, ...]:
        """Return what has not happened to a record: the fields that do not hold their masks, or its key."""
        record, (endpoint, collection) = self.read(name, key), self._places(name)
        keys = tuple(one.name for one in collection.key)
        if record is None:
            return ()
        if ruling.deed is Deed.ERASE:
            return keys
        done = masked(endpoint, self.erases[name], dict(zip(keys, key, strict=True)), record)
        return tuple(field for field in ruling.blanked if field not in done)

    def _places(self, name: str) -> tuple[Endpoint, Collection]:
        return self.api.endpoint(name), self.api.data.collection(name)

    def read(self, name: str, key: Key) -> Record | None:
        """Ask for one record by its key; None where it is gone.

        Raises:
            NotAsDescribed: the answer has not the described form.
            ForeignRecord: another record came.
        """
        if (read := self.erases[name].read) is None:
            raise NotAsDescribed(f"{self.session.name}: `{name}` is not described as readable by its key")
        return read_by_key(self.session, name, read, key)
