"""No other site presses a button here (T-1.05, T-8.11): every address that takes one, whatever it is sent with."""

import json
from http import HTTPStatus
from typing import Any, Final

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import Client, RequestFactory
from django.urls.resolvers import URLPattern

from requests_app.officers.models import Role
from tests.console.desk import an_officer, at_the_desk
from tests.doors.crawl import doors, paths
from tests.house.test_pages import takes_post_only
from tests.making import a_brand

pytestmark = [pytest.mark.django_db, pytest.mark.threat("1.05"), pytest.mark.threat("8.11")]
UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")
FORM: Final = "application/x-www-form-urlencoded"
SECRET: Final = "a" * 32
OURS: Final = "http://testserver"
# Here no cookie speaks for anybody: a key, a signature or the link itself does, and it comes with the question.
WITHOUT_COOKIES: Final = {
    "api:mail": "signed by the provider", "portal:hand_over": "signed by the shop",
    "portal:unsubscribe": "the link counts (RFC 8058)",
    **{f"api:{name}": "a key in a header" for name in (
        "health", "ready", "figures", "schema", "rights", "requests", "request", "withdrawal", "messages", "suppressions",
        "nothing",
    )},
}  # fmt: skip
Way = tuple[str, str, str, dict[str, str]]
"""What is sent: data, its kind, what stands behind the path, headers."""


def token(secret: str = SECRET) -> str:
    """Return a token as a page holds it for a browser whose cookie is `secret`."""
    request = RequestFactory().get("/")
    request.META["CSRF_COOKIE"] = secret
    return get_token(request)


def form(made: str) -> str:
    return f"csrfmiddlewaretoken={made}"


OTHER_METHOD: Final = {"X-HTTP-Method-Override": "GET", "X-Method-Override": "GET", "X-HTTP-Method": "GET"}
FOREIGN: Final[dict[str, Way]] = {
    "no token": ("", FORM, "", {}),
    "a token that is none": (form("q1W2" * 8 + "Zx90" * 8), FORM, "", {}),
    "a token of another browser": (form(token("b" * 32)), FORM, "", {}),
    "a foreign origin": (form(token()), FORM, "", {"Origin": "https://evil.example"}),
    "an origin that begins like ours": (form(token()), FORM, "", {"Origin": f"{OURS}.evil.example"}),
    "no origin at all": (form(token()), FORM, "", {"Origin": "null"}),
    "JSON as plain text": (json.dumps({"csrfmiddlewaretoken": token()}), "text/plain", "", {}),
    "the token in the address": ("", FORM, f"?{form(token())}", {}),
    "another method said in a header": ("", FORM, "", OTHER_METHOD),
    "another method said in the form": ("_method=GET", FORM, "?_method=GET", {}),
}


class Guard(CsrfViewMiddleware):
    """The product's guard, whose refusal is not drawn."""

    def _reject(self, _request: HttpRequest, _reason: str) -> HttpResponse:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)


def checked(part: URLPattern, method: str, path: str, way: Way) -> bool:
    """Whether the middleware lets the view at `path` see what is sent."""
    data, kind, query, headers = way
    request = RequestFactory().generic(method, f"{path}{query}", data, kind, headers=headers)
    request.COOKIES[settings.CSRF_COOKIE_NAME] = SECRET
    guard = Guard(lambda _: HttpResponse())
    guard.process_request(request)
    return guard.process_view(request, part.callback, (), {}) is None


def with_cookies() -> dict[str, tuple[URLPattern, str]]:
    reached = paths()
    return {name: (part, reached[name]) for name, part in doors() if name not in WITHOUT_COOKIES}


@pytest.fixture
def client() -> Client:
    """A browser in which an administrator has just typed the password; it holds the cookie that forms are compared with."""
    signed_in = at_the_desk(an_officer(brand=a_brand(), role=Role.ADMINISTRATOR), fresh=True)
    signed_in.handler.enforce_csrf_checks = True
    signed_in.raise_request_exception = False
    signed_in.cookies[settings.CSRF_COOKIE_NAME] = SECRET
    return signed_in


def test_what_heeds_no_cookie_is_written_down() -> None:
    exempt = {name for name, part in doors() if getattr(part.callback, "csrf_exempt", False)}

    assert exempt == set(WITHOUT_COOKIES)


@pytest.mark.parametrize("way", FOREIGN)
def test_nothing_is_done_for_another_site(way: str) -> None:
    asked = {(method, name): reached for name, reached in with_cookies().items() for method in UNSAFE}

    assert len(asked) > 500
    assert [key for key, (part, path) in asked.items() if checked(part, key[0], path, FOREIGN[way])] == []


def test_our_own_forms_are_taken() -> None:
    """The control: with the token of the page and our own origin, no address calls it another site's."""
    own = (form(token()), FORM, "", {"Origin": OURS})

    assert [name for name, (part, path) in with_cookies().items() if not checked(part, "POST", path, own)] == []


def test_every_address_stands_behind_that_guard(client: Client) -> None:
    """The same through the whole of the product, where the guard might lack."""
    open_doors = []
    for name, (_, path) in with_cookies().items():
        answer: Any = client.post(path)
        if answer.status_code != HTTPStatus.FORBIDDEN or "403_csrf.html" not in [one.name for one in answer.templates]:
            open_doors.append((name, answer.status_code))

    assert open_doors == []


@pytest.mark.parametrize("name", sorted(WITHOUT_COOKIES))
def test_what_heeds_no_cookie_does_nothing_for_an_officer_s_cookie(client: Client, name: str) -> None:
    """Nobody's key, signature or link is in a cookie: what another site sends is a stranger's."""
    answer = client.post(paths()[name], '{"kind": "access"}', "application/json")

    assert answer.status_code in {400, 401, 403, 404, 405, 415}


def test_no_other_site_is_told_anything_and_no_header_makes_a_question_a_deed(client: Client) -> None:
    """No CORS anywhere; and what only takes a button is refused to a question, whatever else it says that it is."""
    buttons = {name for name, part in doors() if takes_post_only(part.callback)}
    said = dict.fromkeys(OTHER_METHOD, "POST") | {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    told, done = [], []
    for name, path in paths().items():
        answer = client.get(path, {"_method": "POST"}, headers=said)
        told += [(name, header) for header in answer.headers if header.lower().startswith("access-control-")]
        done += [name] if name in buttons and answer.status_code not in {302, 403, 404, 405} else []

    assert (told, done) == ([], [])
    assert len(buttons) > 20
