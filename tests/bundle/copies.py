"""A request that was approved, of which one system answered; and its copy."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle
from requests_app.collection.models import Part, Pull
from requests_app.collection.services import keep
from requests_app.matching.models import Match, MatchState
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind, csv_header
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source
from tests.running import run_all_due
from tests.small_shop import LETTERS


@pytest.fixture(name="own_vault", autouse=True)
def a_vault(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_VAULT = tmp_path / "vault"
    (tmp_path / "letters.yaml").write_text(LETTERS, encoding="utf-8")
    return tmp_path / "vault"


@pytest.fixture(name="dsr")
def an_approved_request(tmp_path: Path) -> SubjectRequest:
    """A request that was approved, of which one system answered."""
    brand = a_brand(bundle_days=14, bundle_downloads=10)
    made = a_dsr(State.COLLECTING, brand=brand)
    answered(made, "newsletter", tmp_path)
    made = now_of(made)
    advance(made, Move.APPROVE, by=SYSTEM)
    return made


def answered(dsr: SubjectRequest, name: str, folder: Path, **fields: Any) -> Pull:
    source = a_source(name, brand=dsr.brand, description=str(folder / "letters.yaml"), title={"en": f"The {name}"})
    Match.objects.create(dsr=dsr, source=source, state=MatchState.CLEAR)
    pull = Pull.objects.create(dsr=dsr, source=source, **fields)
    if not fields:
        parts = [
            drafted(dsr, "json", b'{"id": 7, "email": "ada@example.com", "list": "news"}\n'),
            drafted(dsr, "csv", b'7,"a","news"\n'),
        ]
        keep(pull, parts, records=1, digest="d" * 64)
    return pull


def drafted(dsr: SubjectRequest, form: str, text: bytes, collection: str = "subscribers") -> tuple[Part, StoredFile]:
    header = csv_header(["id", "email", "list"]) if form == "csv" else b""
    with vault.writing(dsr, Kind(form), header=header) as draft:
        draft.writer.write(text, 1)
    return Part(collection=collection, form=form, records=1), draft.file


def build(dsr: SubjectRequest) -> Bundle:
    bundle.start(dsr)
    run_all_due("bundle.build")
    return dsr.bundles.latest("number")


def fetched(copy: Bundle) -> bytes:
    with bundle.handed_over(copy) as chunks:
        return b"".join(chunks)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def now_of(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)
