"""A personnel system: papers, pay, health and immigration are described like anything else, and serve employment only."""

from pathlib import Path
from typing import Final

import pytest

from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.values import Side
from tests.making import a_source

pytestmark = pytest.mark.django_db

CLASSES: Final = {
    "passport": "user.government_id.passport_number",
    "licence": "user.government_id.drivers_license_number",
    "social_security": "user.government_id.national_identification_number",
    "immigration": "user.government_id.immigration",
    "credit_check": "user.financial.credit_score",
    "bank": "user.financial.bank_account",
    "salary": "user.financial",
    "cv": "user.job_title",
    "leave": "user.health_and_medical",
}
FIELDS: Final = "".join(f"          - {{name: {name}, data_categories: [{kind}]}}\n" for name, kind in CLASSES.items())
PERSONNEL: Final = f"""
dataset:
  - fides_key: personnel
    name: Personnel
    dsar:
      title: {{en: Personnel, fr: Personnel}}
      purposes: {{employment: {{title: {{en: To employ you, fr: Pour vous employer}}, legal_basis: legal_obligation}}}}
      origins: {{you: {{en: You gave it to us, fr: Vous nous l’avez donné}}}}
      retention: {{employed: {{en: Five years after you leave, fr: Cinq ans après votre départ}}}}
    collections:
      - name: staff
        dsar:
          topic: personnel
          title: {{en: Your personnel file, fr: Votre dossier}}
          purposes: [employment]
          origins: [you]
          retention_class: employed
        fields:
          - {{name: id, data_categories: [user.unique_id], fides_meta: {{primary_key: true, data_type: integer}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email, data_type: string}}}}
{FIELDS}"""


@pytest.mark.promise("S19")
def test_personnel_records_of_every_class_are_described_and_serve_employment_only(tmp_path: Path) -> None:
    described = tmp_path / "personnel.yaml"
    described.write_text(PERSONNEL, encoding="utf-8")
    source = a_source("personnel", side=Side.STAFF, description=str(described))

    (staff,) = inventory(source).collections

    assert {category for field in staff.fields for category in field.categories} >= set(CLASSES.values())
    assert [purpose.title["en"] for purpose in staff.purposes] == ["To employ you"]
    assert list(Source.objects.of(source.brand, Side.STAFF)) == [source]
    assert not Source.objects.of(source.brand, Side.CUSTOMERS).exists()
