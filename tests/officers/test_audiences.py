"""Who is told: no letter finds nobody, and nobody gets it twice."""

from typing import Final

import pytest

from requests_app.brands.models import Brand
from requests_app.officers.audiences import audience
from requests_app.officers.models import Membership, Officer, Role
from tests.making import a_brand

pytestmark = pytest.mark.django_db
OFFICER, LEAD, ADMINISTRATOR, AUDITOR = Role.OFFICER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR
CASES: Final = [
    ([OFFICER, LEAD, ADMINISTRATOR, AUDITOR], ["officers"], [OFFICER]),
    ([OFFICER, LEAD, ADMINISTRATOR, AUDITOR], ["leads"], [LEAD]),
    ([OFFICER, LEAD, ADMINISTRATOR, AUDITOR], ["officers", "leads"], [OFFICER, LEAD]),
    ([OFFICER, ADMINISTRATOR], ["leads"], [ADMINISTRATOR]),
    ([OFFICER, ADMINISTRATOR], ["officers", "leads"], [OFFICER, ADMINISTRATOR]),
    ([LEAD, ADMINISTRATOR], ["officers"], [LEAD, ADMINISTRATOR]),
    ([ADMINISTRATOR], ["officers", "leads"], [ADMINISTRATOR]),
    ([AUDITOR], ["officers", "leads"], []),
    ([OFFICER, LEAD], [], []),
]


def somebody(brand: Brand, role: Role, **fields: bool) -> Officer:
    officer = Officer.objects.create_user(f"{role}-{Officer.objects.count()}@desk.example", "a long password of words", **fields)
    Membership.objects.create(officer=officer, brand=brand, role=role)
    return officer


@pytest.mark.parametrize(("there", "names", "told"), CASES)
def test_a_notice_finds_those_who_are_meant(there: list[Role], names: list[str], told: list[Role]) -> None:
    brand, other = a_brand(), a_brand("other-shop")
    people = {role: somebody(brand, role) for role in there}
    for role in Role:
        somebody(other, role)

    assert list(audience(brand, names)) == [people[role] for role in told]


def test_who_has_left_is_told_nothing_and_somebody_else_is() -> None:
    brand = a_brand()
    somebody(brand, LEAD, is_active=False)
    administrator = somebody(brand, ADMINISTRATOR)

    assert list(audience(brand, ["leads"])) == [administrator]


def test_who_works_for_two_brands_is_told_once() -> None:
    brand = a_brand()
    officer = somebody(brand, OFFICER)
    Membership.objects.create(officer=officer, brand=a_brand("other-shop"), role=LEAD)

    assert list(audience(brand, ["officers", "leads"])) == [officer]
