"""What a letter leaves to the copy stands in the copy: each content is looked for in a built one, and missed where it is not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zipfile import ZipFile

import pytest

from requests_app.bundle.material import Material
from requests_app.correspondence.kinds import IN_THE_COPY, STATED_IN_THE_COPY
from requests_app.workflow.models import SubjectRequest
from tests.bundle.copies import a_vault, an_approved_request, build, fetched  # noqa: F401  # fixtures
from tests.bundle.reading import Tags
from tests.making import STATED

# Where each content stands: the file, and the words by which it is known there.
PROOF: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "confirm_processing": ("index.html", r"What we hold .*Your orders 2 records"),
        "copy_of_data": ("index.html", r"OJ-1.*OJ-2"),
        "specific_pieces": ("data/orders/orders.json", r'"number": ?"OJ-1"'),
        "portable_format": ("data/orders/orders.csv", r'"1","OJ-1"'),
        "controller_identity": ("information.html", r"Who is responsible Name O Jewels Address 10 rue A Paris"),
        "purposes": ("information.html", r"Purpose .* To sell and deliver"),
        "criteria_used": ("information.html", r"What allows it Which data To sell and deliver A contract with you"),
        "categories": ("information.html", r"Kind .* Your customer account Your orders"),
        "recipients": ("information.html", r"Recipient For Purpose Kind Which data Colis Direct Delivery To sell and deliver"),
        "retention_period": ("information.html", r"How long Which data Five years Your orders"),
        "source": ("information.html", r"Source Which data You gave it to us Your orders"),
        "transfer_safeguards": ("information.html", r"Payline United States Standard contractual clauses"),
        "rights_notice": ("information.html", r"Your rights .*You may have data erased"),
        "ccpa_categories_collected": ("information.html", r"Kind .* Your customer account Your orders"),
        "ccpa_sources": ("information.html", r"Source Which data You gave it to us"),
        "ccpa_purposes": ("information.html", r"To sell and deliver"),
        "ccpa_categories_third_parties": ("information.html", r"Colis Direct Delivery .*Payline Payments"),
        "ccpa_categories_disclosed": ("information.html", r"Colis Direct Delivery To sell and deliver .*Your orders"),
        "automated_logic": ("information.html", r"Decisions by machines alone Here no machine decides alone\."),
        "ccpa_categories_sold_shared": ("information.html", r"sold or shared for advertising We sell and share nothing\."),
    },
)
BARE: Final[Mapping[str, Any]] = {
    "purposes": (), "recipients": (), "retention": {"en": ""}, "origins": (),
}  # fmt: skip


@pytest.fixture
def stating(material: Material) -> Material:
    return replace(material, stated=tuple((code, said["en"]) for code, said in STATED.items()))


def said(folder: Path, name: str) -> str:
    text = (folder / name).read_text(encoding="utf-8")
    return Tags(text).words if name.endswith("html") else text


def test_every_content_that_is_left_to_the_copy_has_its_place() -> None:
    assert set(PROOF) == IN_THE_COPY | STATED_IN_THE_COPY


@pytest.mark.promise("O1")
def test_a_built_copy_says_each_of_them(stating: Material, unpacked: Callable[[Material], Path]) -> None:
    folder = unpacked(stating)

    assert [code for code, (name, words) in PROOF.items() if not re.search(words, said(folder, name))] == []


def test_the_judge_is_not_blind(material: Material, unpacked: Callable[[Material], Path]) -> None:
    orders = material.systems[0]
    parts = tuple(replace(part, info=replace(part.info, **BARE)) for part in orders.collections)
    folder = unpacked(replace(material, systems=(replace(orders, collections=parts),), rights=()))

    missed = {code for code, (name, words) in PROOF.items() if not re.search(words, said(folder, name))}
    assert missed == {
        "purposes", "criteria_used", "recipients", "retention_period", "source", "transfer_safeguards", "rights_notice",
        "ccpa_sources", "ccpa_purposes", "ccpa_categories_third_parties", "ccpa_categories_disclosed", "automated_logic",
        "ccpa_categories_sold_shared",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_request_under_several_laws_has_the_rights_authorities_and_statements_of_all(dsr: SubjectRequest) -> None:
    laws = ["uk-gdpr", "us-ca-ccpa", "eu-gdpr"]
    SubjectRequest.objects.filter(pk=dsr.pk).update(regimes=laws, regime="uk-gdpr", residence="GB")
    dsr = SubjectRequest.objects.get(pk=dsr.pk)

    with ZipFile(BytesIO(fetched(build(dsr)))) as archive:
        text = Tags(archive.read("information.html").decode()).words

    for words in (
        "Information Commissioner's Office",
        "California Attorney General",
        "CNIL",
        "Here no machine",
        "We sell and share",
    ):
        assert words in text
