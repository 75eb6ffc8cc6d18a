"""A shop with one system that no program reaches, and the person who answers for it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from requests_app.errands.models import Keeper
from requests_app.sources.models import PEOPLE
from tests.errands.office import BINDERS, KEEPER, LEAD, Office
from tests.mail import Post
from tests.making import a_source


@pytest.fixture
def office(post: Post, tmp_path: Path, settings: Settings) -> Office:
    settings.DSAR_VAULT = tmp_path / "vault"
    file = tmp_path / "binders.yaml"
    file.write_text(BINDERS, encoding="utf-8")
    source = a_source("binders", connector=PEOPLE, description=str(file), secret="", title={"en": "Paper archive"})
    Keeper.objects.create(source=source, name="Lea", email=LEAD, is_lead=True)
    return Office(source, Keeper.objects.create(source=source, name="Archie", email=KEEPER), post)
