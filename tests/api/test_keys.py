from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from requests_app.api import services
from requests_app.api.models import ApiKey, Scope
from requests_app.audit.models import AuditEvent
from requests_app.values import SYSTEM
from tests.making import a_brand


def made(**options: object) -> str:
    return services.make(a_brand(), {Scope.RIGHTS_READ}, label="a page", by=SYSTEM, **options)  # type: ignore[arg-type]


def test_a_key_is_known_again_and_lies_nowhere_in_the_table() -> None:
    token = made()

    key = services.known(token)

    assert key is not None
    assert key.scopes == ["rights:read"]
    secret = token.rpartition("_")[2]
    row = ApiKey.objects.values().get()
    assert secret not in str(row)
    assert secret.encode() not in bytes(row["digest"])
    assert row["prefix"] in token


def test_its_last_use_is_written_down_at_most_once_a_minute() -> None:
    token = made()
    services.known(token)
    first = ApiKey.objects.get().last_used_at

    services.known(token)

    assert first is not None
    assert ApiKey.objects.get().last_used_at == first


@pytest.mark.parametrize("change", ["", "x", "other", "dsar__", "dsar_"])
def test_a_token_that_is_wrong_by_a_sign_is_not_known(change: str) -> None:
    token = made()

    assert services.known(change) is None
    assert services.known(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert services.known(token + change) is None or not change


def test_a_revoked_or_ended_key_works_no_longer() -> None:
    token, ending = made(), made(lasts=timedelta(days=1))
    prefix = token.split("_")[1]

    assert services.known(ending) is not None
    assert services.revoke(prefix, by=SYSTEM)
    assert not services.revoke(prefix, by=SYSTEM)
    ApiKey.objects.update(ends_at=Now() - timedelta(seconds=1))

    assert services.known(token) is None
    assert services.known(ending) is None
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"api_key.made", "api_key.revoked"}


def said(*words: str) -> str:
    out = StringIO()
    call_command("apikey", *words, stdout=out)
    return out.getvalue()


def test_the_command_makes_lists_and_revokes() -> None:
    a_brand("o-jewels")
    token = said("make", "the shop's site", "--brand", "o-jewels", "--scope", "rights:read", "--days", "30").split()[-1]

    assert services.known(token) is not None
    prefix = token.split("_")[1]
    assert f"{prefix}  o-jewels  works" in said("list")
    assert token not in said("list")
    said("revoke", prefix)
    assert f"{prefix}  o-jewels  revoked" in said("list")
    assert services.known(token) is None


def test_the_command_says_what_is_not_there() -> None:
    with pytest.raises(CommandError, match="no brand"):
        said("make", "x", "--brand", "nobody", "--scope", "rights:read")
    with pytest.raises(CommandError, match="no key"):
        said("revoke", "00000000")
