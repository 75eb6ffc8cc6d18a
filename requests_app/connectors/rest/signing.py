"""Who we say we are, to the system itself and to nobody else."""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urljoin

from requests_app.connectors.base import BadAnswer, Refused
from requests_app.connectors.rest.endpoints import Auth
from requests_app.connectors.rest.templates import filled
from requests_app.connectors.rest.values import at, parsed
from requests_app.connectors.rest.verdicts import refuse, told
from requests_app.connectors.rest.way import Way
from requests_app.outward import faults
from requests_app.outward.addresses import target
from requests_app.outward.client import Ask, Client

EARLY: Final = 30.0  # seconds before its end at which a token is no longer used


class Signer:
    """Signs questions to one system; a token of client credentials is kept until shortly before its end."""

    def __init__(self, name: str, auth: Auth, way: Way, client: Client) -> None:
        self.name, self.auth, self.way, self.client = name, auth, way, client
        self._token, self._token_until = "", 0.0

    def same_origin(self, url: str) -> bool:
        try:
            return target(url).origin == self.way.home.origin
        except faults.Blocked:
            return False

    def has_forgotten(self) -> bool:
        """Forget a token that is no longer taken; False where there was none, so that another would be no better."""
        had = self.auth.kind == "oauth2" and bool(self._token)
        self._token = ""
        return had

    def signed(self, ask: Ask) -> Ask:
        """Say who we are, where that is the system itself."""
        if not self.same_origin(ask.url):
            return ask
        parts = {name: filled(text, self.way.values) for name, text in self.auth.parts.items()}
        if self.auth.kind == "query":
            word = f"{quote(parts['name'], safe='')}={quote(parts['value'], safe='')}"
            return _with(ask, {}, url=f"{ask.url}{'&' if '?' in ask.url else '?'}{word}")
        if self.auth.kind == "header":
            return _with(ask, {parts["name"]: parts["value"]})
        if self.auth.kind == "basic":
            return _with(ask, {"Authorization": _basic(parts["user"], parts.get("password", ""))})
        if self.auth.kind == "none":
            return ask
        token = parts["token"] if self.auth.kind == "bearer" else self._fetched(parts)
        return _with(ask, {"Authorization": f"Bearer {token}"})

    def _fetched(self, parts: Mapping[str, str]) -> str:
        """Return a token of client credentials (RFC 6749, 4.4), a new one where the last is about to end.

        Raises:
            Refused: our credentials are not taken.
        """
        if self._token and time.monotonic() < self._token_until:
            return self._token
        form = {"grant_type": "client_credentials"} | {name: parts[name] for name in ("scope", "audience") if name in parts}
        secret = {}
        if parts.get("send") == "basic":
            secret["Authorization"] = _basic(quote(parts["client_id"], safe=""), quote(parts["client_secret"], safe=""))
        else:
            form |= {"client_id": parts["client_id"], "client_secret": parts["client_secret"]}
        url = urljoin(f"{self.way.base}/", parts["token_url"])
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        with told(self.name), self.client.ask(Ask(url, "POST", headers, secret, urlencode(form).encode())) as answer:
            if answer.status == HTTPStatus.BAD_REQUEST:
                raise Refused(f"{self.name}: no token is given for our credentials ({answer.status})")
            refuse(self.name, answer, frozenset())
            reply = parsed(answer.body())
        token, lasts = at(reply, ("access_token",)), at(reply, ("expires_in",))
        if not isinstance(token, str) or not token.isprintable():
            raise BadAnswer(f"{self.name}: what should hold a token holds none")
        self._token = token
        self._token_until = time.monotonic() + (float(lasts) if isinstance(lasts, int) else 2 * EARLY) - EARLY
        return token


def _with(ask: Ask, secret: Mapping[str, str], url: str = "") -> Ask:
    return replace(ask, url=url or ask.url, secret={**ask.secret, **secret})


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")
