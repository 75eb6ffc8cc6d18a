"""Questions to one REST system, asked one at a time, each answered whole or with a named fault."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from json import dumps
from typing import Any, Final, Self
from urllib.parse import quote, urldefrag, urlencode, urljoin

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from requests_app.connectors.base import (
    BadAnswer,
    Busy,
    Config,
    Incomplete,
    MissingFile,
    Refused,
    SourceFault,
    TooSlow,
    Unreachable,
)
from requests_app.connectors.rest.endpoints import Api, Call
from requests_app.connectors.rest.signing import Signer
from requests_app.connectors.rest.templates import filled, filled_all, filled_path
from requests_app.connectors.rest.values import parsed
from requests_app.connectors.rest.verdicts import refuse, told
from requests_app.connectors.rest.way import Way
from requests_app.outward.client import Answer, Ask, Client

ATTEMPTS: Final = 3
PAUSE: Final = 0.2  # seconds before the second attempt, doubled before the third
_MEANT: Final = "%/:?[]@!$&'()*+,;=~"  # signs of an address that stay as they are; what has no place in one is encoded
_AGAIN: Final = (Busy, Incomplete, Unreachable, TooSlow)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that says that all is well, or, with `nothing`, that there is nothing."""

    headers: Mapping[str, str]
    body: Any
    url: str
    nothing: bool = False


class Session:
    """One system during one search."""

    def __init__(self, config: Config, api: Api, way: Way) -> None:
        self.name, self.api, self.way = config.name, api, way
        self.client = Client(way.allowed, way.limits)
        self._not_before = 0.0
        self._signer = Signer(self.name, api.auth, way, self.client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__()

    def url(self, call: Call, values: Mapping[str, str], more: Mapping[str, str]) -> str:
        """Return the address of a question; the words behind `?` in their order."""
        known = {**values, **self.way.values}
        query = {**{name: filled(text, known) for name, text in call.query.items()}, **more}
        try:
            path = filled_path(call.path, known)
        except ValueError:
            raise Incomplete(f"{self.name}: a value that leads on is no part of an address") from None
        return f"{self.way.base}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    def ask(self, call: Call, values: Mapping[str, str], url: str, none: frozenset[int] = frozenset()) -> Reply:
        """Ask `call` at `url`, again where that may help.

        Raises:
            SourceFault: it was not answered.
        """
        asked = self.asked(call, values, url)
        return self.again(lambda: self.once(asked, none))

    def asked(self, call: Call, values: Mapping[str, str], url: str) -> Ask:
        """Return `call` at `url` with its gaps filled."""
        known = {**values, **self.way.values}
        body, kind = _body(call, known)
        headers = {"Accept": "application/json"} | {
            name: filled(text, known) for name, text in (*self.api.headers.items(), *call.headers.items())
        }
        headers |= {"Content-Type": kind} if kind else {}
        return Ask(url, call.method, headers, body=body)

    def again(self, ask: Callable[[], Reply]) -> Reply:
        """Return what `ask` returns, trying again where that may help."""
        retrying = Retrying(
            retry=retry_if_exception(self._may_help),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            sleep=self.wait,
            reraise=True,
        )
        return retrying(ask)

    def once(self, ask: Ask, none: frozenset[int], *, is_deed: bool = False) -> Reply:
        """Ask once; a token that is no longer taken is fetched anew once. `is_deed`: a good status is enough.

        Raises:
            SourceFault: it was not answered.
        """
        try:
            return self._once(ask, none, is_deed=is_deed)
        except Refused:
            if not self._signer.has_forgotten():
                raise
        return self._once(ask, none, is_deed=is_deed)

    @contextmanager
    def file(self, address: str) -> Iterator[Answer]:
        """Open the file at `address`, whole or from the system's own address on; a redirect is followed without secrets.

        Raises:
            SourceFault: it was not answered.
        """
        url = quote(urldefrag(urljoin(f"{self.way.base}/", address)).url, safe=_MEANT)
        with (
            told(self.name),
            self.client.ask(self._signer.signed(Ask(url, follow=True, body_bytes=self.way.options["total_bytes"]))) as answer,
        ):
            if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise MissingFile(f"{self.name}: a file that a record names is not there")
            refuse(self.name, answer, frozenset())
            yield answer

    def chunks(self, answer: Answer) -> Iterator[bytes]:
        """Yield the content of a file.

        Raises:
            SourceFault: it does not come whole.
        """
        with told(self.name):
            yield from answer.chunks()

    def same_origin(self, url: str) -> bool:
        return self._signer.same_origin(url)

    def _once(self, ask: Ask, none: frozenset[int], *, is_deed: bool) -> Reply:
        self._keep_pace()
        signed = self._signer.signed(ask)
        with told(self.name), self.client.ask(signed) as answer:
            if answer.status in none:
                return Reply(answer.headers, None, ask.url, nothing=True)
            refuse(self.name, answer, none)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
            if not (is_json or is_deed):
                raise BadAnswer(f"{self.name}: the answer does not say that it is JSON")
            body = answer.body() if is_json else b""
            return Reply(answer.headers, None if is_deed and not body else parsed(body), ask.url)

    def _may_help(self, fault: BaseException) -> bool:
        if not isinstance(fault, _AGAIN):
            return False
        return fault.delay is None or fault.delay <= self.way.options["patience"]

    def wait(self, seconds: float) -> None:
        with told(self.name):
            time.sleep(min(seconds, self.client.left()))

    def _keep_pace(self) -> None:
        wait = self._not_before - time.monotonic()
        if wait > 0:
            self.wait(wait)
        pace = self.way.options.get("per_second", self.api.per_second)
        if pace:
            self._not_before = time.monotonic() + 1 / pace


def _pause(state: RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    told = fault.delay if isinstance(fault, SourceFault) else None
    return PAUSE * float(2 ** (state.attempt_number - 1)) if told is None else told


def _body(call: Call, values: Mapping[str, str]) -> tuple[bytes, str]:
    if call.method == "GET" or (call.method == "DELETE" and not call.form and call.json is None):
        return b"", ""
    if call.form:
        return urlencode(filled_all(call.form, values)).encode(), "application/x-www-form-urlencoded"
    return dumps(filled_all(call.json, values) if call.json is not None else {}).encode(), "application/json"
