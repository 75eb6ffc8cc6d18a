"""A law known at second hand is off until somebody switches it on for a brand, and says so."""

from typing import Final

import pytest
from django.core.management import CommandError, call_command

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from tests.making import a_brand

pytestmark = pytest.mark.django_db
LOW: Final = "cn-pipl"


def test_a_law_of_low_confidence_applies_once_it_is_switched_on_for_the_brand() -> None:
    a_brand()
    assert LOW not in intake.laws_for(Brand.objects.get(), "CN").names

    call_command("switchlaw", "o-jewels", "on", LOW)

    choice = intake.laws_for(Brand.objects.get(), "CN")
    assert [law.low_confidence for law in choice.laws if law.regime == LOW] == [True]
    assert AuditEvent.objects.get(action="law.switched").facts == {"brand": "o-jewels", "law": LOW, "state": "on"}
    call_command("switchlaw", "o-jewels", "off", LOW)
    assert LOW not in intake.laws_for(Brand.objects.get(), "CN").names


@pytest.mark.parametrize(("brand", "law"), [("atlantis", LOW), ("o-jewels", "atlantis"), ("o-jewels", "eu-gdpr")])
def test_what_cannot_be_switched_is_said(brand: str, law: str) -> None:
    a_brand()
    with pytest.raises(CommandError):
        call_command("switchlaw", brand, "on", law)
    assert Brand.objects.get().laws_on == []
