"""A brand's file that cannot be used is refused by file and field, before anything is written."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from requests_app.brands.look import moved
from requests_app.brands.models import Brand
from requests_app.brands.services import BadBrand, read
from requests_app.brands.signers import BadKey, signers
from tests.signing import a_token, edwards, pem, rsa

GOOD = yaml.safe_load((Path(settings.DSAR_BRANDS) / "o-jewels.yaml").read_text(encoding="utf-8"))
COMPANY = {"name": "One", "role": "controller", "country": "FR", "email": "privacy@one.example"}
KEY = {"kid": "one", "pem": pem(edwards())}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump(GOOD | changes, allow_unicode=True), encoding="utf-8")
    return path


WRONG: list[tuple[str, Any, str]] = [
    ("languages", [], "must be a list"),
    ("languages", "en", "must be a list"),
    ("languages", ["en", "sv"], "sv is not translated"),
    ("default_language", "de", "must be one of languages"),
    ("establishment", "France", "must be a country"),
    ("establishment", 33, "must be"),
    ("privacy_phone", 33199001010, "country’s code, like"),
    ("privacy_phone", "call us", "country’s code, like"),
    ("privacy_email", "nobody", "valid email"),
    ("policy_url", "no address", "valid URL"),
    ("slug", "a b", "valid"),
    ("retention_days", "long", "integer"),
    ("name", "", "blank"),
    ("authority", "CNIL", "must have name and url"),
    ("authority", {"name": "x", "url": "http://x.example"}, "https"),
    ("duties", [], "may have on, off, registrations and financial_year_end"),
    ("duties", {"always": []}, "may have on, off"),
    ("duties", {"on": "fr-aml"}, "on must be a list of words"),
    ("duties", {"off": [7]}, "off must be a list of words"),
    ("duties", {"on": ["fr-aml"], "off": ["fr-aml"]}, "fr-aml stands in on and in off"),
    ("duties", {"registrations": ["France"]}, "registrations: France is no country"),
    ("duties", {"financial_year_end": "31-12"}, "must be a month and a day"),
    ("duties", {"financial_year_end": 1231}, "must be a month and a day"),
    ("duties", {"financial_year_end": "0630"}, "must be a month and a day"),
    ("look", "red", "must be a mapping"),
    ("look", {"accent": "red"}, "accent must be a colour"),
    ("look", {"colour": "#000000"}, "colour: there are"),
    ("look", {"accent_dark": "#12"}, "accent_dark must be"),
    ("look", {"heading_font": "url(x)"}, "heading_font must be"),
    ("rights", [], "only voluntary"),
    ("rights", {"offered": []}, "only voluntary"),
    ("rights", {"voluntary": "access"}, "must be a list"),
    ("group", {}, "must be a list"),
    ("group", ["One"], "company 1: needs a name"),
    ("group", [COMPANY, COMPANY | {"role": "friend"}], "company 2: role"),
    ("group", [COMPANY | {"country": "France"}], "company 1: country"),
    ("group", [COMPANY | {"email": "none"}], "company 1: email"),
    ("group", [COMPANY | {"tells_of_erasure": "no"}], "company 1: tells_of_erasure"),
    ("group", [COMPANY | {"phone": 7}], "company 1: phone"),
    ("group", [COMPANY | {"fax": "7"}], "company 1: needs a name"),
    ("hand_over", [], "issuer and keys"),
    ("hand_over", {"keys": [KEY]}, "issuer is missing"),
    ("hand_over", {"issuer": "x", "keys": {}}, "keys must be a list"),
    ("hand_over", {"issuer": "x", "keys": [KEY, KEY]}, "key 2: kid one stands there twice"),
    ("hand_over", {"issuer": "x", "keys": [KEY | {"alg": "none"}]}, "key 1: only"),
    ("framed_by", "https://shop.example", "must be a list"),
    *(
        ("framed_by", [wrong], "must be an origin")
        for wrong in (
            "http://shop.example",
            "https://*.shop.example",
            "*",
            "https://shop.example/",
            "https://shop.example/policy",
            "'self'",
            "https://user@shop.example",
            "https://shop.example; script-src *",
            "https://shop.example https://b.example",
            "https://localhost",
            "https://shop.example:0",
            "",
        )
    ),
    ("wording", {"de": {}}, "de: the brand does not speak it"),
    ("wording", {"fr": {"greeting": "{name}"}}, "no such placeholder"),
    ("sources", {"a": 1}, "must be a list of systems"),
    ("sources", ["orders"], "must be a list of systems"),
]


@pytest.mark.parametrize(("field", "value", "words"), WRONG)
def test_a_wrong_field_is_named_with_its_file(field: str, value: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadBrand) as caught:
        read(written(tmp_path, **{field: value}))

    assert str(caught.value).startswith(f"shop.yaml: {field}: ")
    assert words.lower() in str(caught.value).lower()


def test_a_good_file_has_nothing_wrong(tmp_path: Path) -> None:
    keys = [KEY | {"not_before": "2026-11-01"}, {"kid": "two", "pem": pem(rsa()), "not_after": "2027-01-01T00:00:00+01:00"}]
    fields, _systems = read(written(tmp_path, group=[COMPANY], hand_over={"issuer": "x", "keys": keys}))

    assert [signer.algorithm for signer in signers(fields["hand_over"]).values()] == ["EdDSA", "RS256"]


def test_a_date_that_yaml_understands_stays_one(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8").replace(
        "keys: []", f"keys: [{{kid: one, pem: {pem(edwards())!r}, not_before: 2026-11-01}}]"
    )
    path.write_text(text.replace("'-----BEGIN", '"-----BEGIN').replace("-----\\n'", '-----\\n"'), encoding="utf-8")

    fields, _systems = read(path)

    assert fields["hand_over"]["keys"][0]["not_before"] == "2026-11-01"


PRIVATE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}
WRONG_KEYS: list[tuple[dict[str, Any], str]] = [
    ({"kid": "", "pem": KEY["pem"]}, "kid must be"),
    ({"kid": 7, "pem": KEY["pem"]}, "kid must be"),
    ({"kid": "é", "pem": KEY["pem"]}, "kid must be"),
    ({"kid": "a"}, "either pem or jwk"),
    (KEY | {"jwk": {}}, "either pem or jwk"),
    ({"kid": "a", "pem": "x"}, "no public key"),
    ({"kid": "a", "jwk": PRIVATE}, "without a private part"),
    ({"kid": "a", "jwk": {"kty": "oct", "k": "AAAA"}}, "neither a public"),
    ({"kid": "a", "jwk": {"kty": "OKP"}}, "no public key"),
    ({"kid": "a", "pem": pem(rsa("small", 1024))}, "needs 2048 bits"),
    (KEY | {"not_before": "soon"}, "must be a date"),
    (KEY | {"revoked": "yes"}, "must be true or false"),
]


@pytest.mark.parametrize(("entry", "words"), WRONG_KEYS)
def test_what_is_no_public_key_for_signing_is_refused(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(BadKey, match=words):
        signers({"keys": [entry]})


def test_a_private_key_is_refused_wherever_it_is_put() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = edwards().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(BadKey, match="no public key"):
        signers({"keys": [{"kid": "a", "pem": private}]})


def test_a_key_may_be_a_jwk() -> None:
    public = {name: value for name, value in PRIVATE.items() if name != "d"}

    assert signers({"keys": [{"kid": "a", "jwk": public}]})["a"].algorithm == "EdDSA"
    assert a_token().count(".") == 2


def load(settings: Settings, folder: Path) -> str:
    settings.DSAR_BRANDS, out = folder, StringIO()
    call_command("loadbrands", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rights": {"voluntary": ["access", "telepathy"]}}, "rights: voluntary: no such right: telepathy"),
        ({"duties": {"on": ["fr-aml"], "off": ["xx-none"]}}, "duties: no such duty: xx-none"),
        ({"sources": [{"name": "orders", "colour": "red"}]}, "sources: "),
        ({"sources": [{"title": {}}]}, "sources: "),
        ({"look": {"accent": "red"}}, "look: accent"),
    ],
)
def test_a_bad_file_stops_the_loading_and_nothing_is_written(
    changes: dict[str, Any], words: str, settings: Settings, tmp_path: Path
) -> None:
    written(tmp_path, **changes)

    with pytest.raises(CommandError) as caught:
        load(settings, tmp_path)

    assert str(caught.value).startswith("shop.yaml: ")
    assert words in str(caught.value)
    assert not Brand.objects.exists()


@pytest.mark.django_db
def test_a_colour_that_cannot_be_read_is_told_when_it_is_loaded(settings: Settings, tmp_path: Path) -> None:
    written(tmp_path, look={"accent": "#ffee00"})

    assert "look: accent: #ffee00 cannot be read on its ground (1." in load(settings, tmp_path)


@pytest.mark.parametrize("path", sorted(Path(settings.DSAR_BRANDS).glob("*.yaml")), ids=lambda path: path.stem)
def test_the_colours_of_the_examples_can_be_read_as_they_were_chosen(path: Path) -> None:
    fields, _systems = read(path)

    assert list(moved(fields["look"])) == []
    assert fields["group"]
    assert {"en", "fr"} <= set(fields["languages"])
    assert fields["privacy_phone"]
