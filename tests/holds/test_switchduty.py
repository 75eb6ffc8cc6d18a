from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from tests.making import a_brand

pytestmark = pytest.mark.django_db


def switched(*words: str) -> str:
    out = StringIO()
    call_command("switchduty", *words, stdout=out)
    return out.getvalue().strip()


def test_a_shop_says_that_it_has_a_duty_or_has_it_not_and_takes_its_word_back() -> None:
    a_brand(duties={"registrations": ["IE"]})

    assert switched("o-jewels", "on", "fr-aml") == "o-jewels: on: fr-aml; off: none"
    assert switched("o-jewels", "off", "fr-aml") == "o-jewels: on: none; off: fr-aml"
    assert Brand.objects.get().duties == {"registrations": ["IE"], "on": [], "off": ["fr-aml"]}
    assert switched("o-jewels", "unsaid", "fr-aml") == "o-jewels: on: none; off: none"
    assert AuditEvent.objects.filter(action="duty.switched").count() == 3


@pytest.mark.parametrize(("words", "told"), [(("none", "on", "fr-aml"), "no brand none"), (("o-jewels", "on", "xx"), "no duty xx")])
def test_what_there_is_not_is_told(words: tuple[str, ...], told: str) -> None:
    a_brand()

    with pytest.raises(CommandError, match=told):
        switched(*words)
