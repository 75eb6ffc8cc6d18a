"""Every address of the product, from the list of addresses itself: nobody forgets a new one here."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import get_resolver, reverse
from django.urls.converters import get_converters
from django.urls.resolvers import URLPattern, URLResolver

from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE
from tests.console.access import OF_A_PLAN

KINDS: Final[dict[type, str]] = {type(kind): name for name, kind in get_converters().items()}
ANY: Final = {"int": 1, "uuid": UUID(int=1), "slug": "o-jewels", "str": "unknown"}
"""What stands in an address where nothing better is known."""


def doors() -> Iterator[tuple[str, URLPattern]]:
    """Yield every address by its full name."""
    yield from _below(get_resolver(), ())


def _below(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for part in resolver.url_patterns:
        if isinstance(part, URLPattern):
            yield ":".join([*spaces, str(part.name)]), part
        else:
            yield from _below(part, (*spaces, part.namespace) if part.namespace else spaces)


def paths(known: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the path of every address, with what is `known` in its places."""
    found = {}
    for name, part in doors():
        converters: Mapping[str, Any] = getattr(part.pattern, "converters", {})
        words = {key: ANY[KINDS[type(kind)]] for key, kind in converters.items()}
        words |= {key: value for key, value in (known or {}).items() if key in words and isinstance(value, type(words[key]))}
        if name in OF_A_PLAN and (plan := SubjectRequest.objects.filter(right=ERASURE).first()):
            words["reference"] = plan.reference
        found[name] = reverse(name, kwargs=words)
    return found
