"""Is what a brand's file says of the right shape? Everything wrong is told with the field at which it stands."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from requests_app.brands import duties, look, notices, policies, statements, wording
from requests_app.brands.signers import BadKey, signers

_PHONE: Final = re.compile(r"\+[0-9][0-9 ]{5,30}")
_ORIGIN: Final = re.compile(r"https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:[1-9][0-9]{0,4})?")
_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_COUNTRY: Final = re.compile(r"[A-Z]{2}(-[A-Z]{2,3})?")
_ROLES: Final = ("controller", "processor")
_COMPANY: Final = frozenset({"name", "role", "country", "email", "phone", "tells_of_erasure"})
Fields = Mapping[str, Any]


def problems(fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield each field that cannot be used, with what is wrong with it."""
    for name, check in _CHECKS.items():
        if name in fields:
            yield from ((name, wrong) for wrong in check(fields[name], fields))


def _languages(value: Any, _fields: Fields) -> Iterator[str]:
    spoken = [code for code, _name in settings.LANGUAGES]
    if not isinstance(value, list) or not value:
        yield "must be a list of languages"
    else:
        yield from (f"{code} is not translated; there are {', '.join(spoken)}" for code in value if code not in spoken)


def _default_language(value: Any, fields: Fields) -> Iterator[str]:
    if value not in (fields.get("languages") or []):
        yield "must be one of languages"


def _establishment(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        yield "must be a country, or a country and a state, like FR or US-CA"


def _phone(value: Any, _fields: Fields) -> Iterator[str]:
    if value and not (isinstance(value, str) and _PHONE.fullmatch(value)):
        yield "must be a number with its country’s code, like +33 1 99 00 10 10, in quotes"


def _authority(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, dict) or value.keys() - {"name", "url"} or not all(isinstance(one, str) for one in value.values()):
        yield "must have name and url"
    elif value.get("url") and urlsplit(value["url"]).scheme != "https":
        yield "url must begin with https://"


def _look(value: Any, _fields: Fields) -> Iterator[str]:
    yield from look.problems(value)


def _rights(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, dict) or value.keys() - {"voluntary"}:
        yield "only voluntary may stand there: what a law gives needs no word of the brand"
    elif not isinstance(value.get("voluntary", []), list):
        yield "voluntary must be a list of rights"


def _laws_on(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(law, str) for law in value):
        yield "must be a list of laws"


def _duties(value: Any, _fields: Fields) -> Iterator[str]:
    yield from duties.problems(value)


def _group(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, list):
        yield "must be a list of companies"
        return
    for number, company in enumerate(value, 1):
        yield from (f"company {number}: {wrong}" for wrong in _company(company))


def _company(company: Any) -> Iterator[str]:
    if not isinstance(company, dict) or company.keys() - _COMPANY or not isinstance(company.get("name"), str):
        yield f"needs a name, and may have {', '.join(sorted(_COMPANY - {'name'}))}"
        return
    if company.get("role") not in _ROLES:
        yield f"role must be one of {', '.join(_ROLES)}"
    if not isinstance(company.get("country"), str) or not _COUNTRY.fullmatch(company["country"]):
        yield "country must be a country like FR"
    try:
        validate_email(company.get("email"))
    except ValidationError:
        yield "email must be an address to which an erasure can be told"
    if not isinstance(company.get("tells_of_erasure", True), bool):
        yield "tells_of_erasure must be true or false"
    yield from (f"phone {wrong}" for wrong in _phone(company.get("phone"), {}))


def _hand_over(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, dict) or value.keys() - {"issuer", "keys"}:
        yield "must have issuer and keys"
    elif value and not (isinstance(value.get("issuer"), str) and value["issuer"]):
        yield "issuer is missing: the `iss` of every token"
    elif not isinstance(value.get("keys", []), list):
        yield "keys must be a list"
    else:
        try:
            signers(value)
        except BadKey as fault:
            yield str(fault)


def _framed_by(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        yield "must be a list of origins"
        return
    wrong = (one for one in value if not _is_origin(one))
    yield from (f"{one} must be an origin like https://www.shop.example, whole and without a path" for one in wrong)


def _is_origin(text: str) -> bool:
    """Whether it is one https origin: no wildcard, no path, no name or password, nothing that could end the header's directive."""
    return bool(_ORIGIN.fullmatch(text))


def _wording(value: Any, fields: Fields) -> Iterator[str]:
    yield from wording.problems(value, list(fields.get("languages") or []))


def _statements(value: Any, fields: Fields) -> Iterator[str]:
    yield from statements.problems(value, list(fields.get("languages") or []))


def _morning(value: Any, _fields: Fields) -> Iterator[str]:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        yield 'must be an hour like "08:00", in quotes'


def _notices(value: Any, _fields: Fields) -> Iterator[str]:
    yield from notices.problems(value)


def _policies(value: Any, _fields: Fields) -> Iterator[str]:
    yield from policies.problems(value)


_CHECKS: Final[Mapping[str, Callable[[Any, Fields], Iterator[str]]]] = MappingProxyType(
    {
        "languages": _languages,
        "default_language": _default_language,
        "establishment": _establishment,
        "privacy_phone": _phone,
        "authority": _authority,
        "look": _look,
        "rights": _rights,
        "laws_on": _laws_on,
        "duties": _duties,
        "group": _group,
        "hand_over": _hand_over,
        "framed_by": _framed_by,
        "wording": _wording,
        "statements": _statements,
        "morning": _morning,
        "notices": _notices,
        "policies": _policies,
    },
)
