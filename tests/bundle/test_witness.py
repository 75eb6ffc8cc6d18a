"""Who keeps a copy keeps a head of the audit trail, and the proof of what was done on the request (T-11.01)."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from requests_app.audit import export, sealing
from requests_app.audit.models import TrailSeal
from requests_app.audit.services import record
from requests_app.bundle.models import Bundle
from requests_app.values import SYSTEM, Actor
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.bundle.conftest import MADE_AT
from tests.bundle.copies import a_vault, an_approved_request, answered, build, fetched, now_of  # noqa: F401
from tests.making import a_dsr
from tools import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threat("11.01")]


def kept(copy: Bundle, folder: Path) -> Path:
    (folder / "copy.zip").write_bytes(fetched(copy))
    return folder / "copy.zip"


def told(file: Path) -> dict[str, Any]:
    with ZipFile(file) as archive:
        return verify.parsed(archive.read("trail.json"))


def test_a_copy_proves_what_was_sealed_of_its_request_and_makes_its_keeper_a_witness(dsr: SubjectRequest, tmp_path: Path) -> None:
    record("pull.answered", by=SYSTEM)
    record("pull.failed", by=Actor("officer", "officer:1"), dsr_id=dsr.pk)
    sealing.seal()

    file = kept(build(dsr), tmp_path)

    entries = [json.loads(one["entry"].partition(" ")[2]) for one in told(file)["proofs"]]
    assert {one["dsr"] for one in entries} == {str(dsr.pk)}
    assert [(one["action"], one["actor"]) for one in entries] == [("request.opened", "customer"), ("pull.answered", "system")]
    keys = verify.Keys()
    with ZipFile(file) as archive:
        said = list(verify.check_archive(archive, keys, verify.Anchors()))
        assert "trail.json, if there is one" in archive.read("README.txt").decode()
    assert said[1].startswith(f"2 events are in the trail of {told(file)['head']['size']} events")
    witness = verify.anchors_of([file], keys)
    assert verify.check_trail(export.lines(MADE_AT), verify.Trail(keys, witness)).endswith("2 anchored heads")
    with pytest.raises(verify.Wrong, match="were anchored"):
        verify.check_trail(['{"trail":"dsar-trail/1"}'], verify.Trail(keys, witness))


def test_a_copy_waits_for_no_sealer_and_takes_the_head_alone(dsr: SubjectRequest, tmp_path: Path) -> None:
    sealing.seal()
    other = a_dsr(State.COLLECTING, brand=dsr.brand)
    answered(other, "orders", tmp_path)
    advance(now_of(other), Move.APPROVE, by=SYSTEM)

    file = kept(build(now_of(other)), tmp_path)

    sealed = TrailSeal.objects.get()
    assert (told(file)["head"]["size"], told(file)["proofs"]) == (sealed.size, [])
    assert verify.main(["bundle", str(file)]) == 0
    assert sealed.size in verify.anchors_of([file], verify.Keys()).roots


def test_a_copy_from_before_anything_was_sealed_has_no_head(
    dsr: SubjectRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = kept(build(dsr), tmp_path)

    assert "trail.json" not in ZipFile(file).namelist()
    assert verify.main(["bundle", str(file)]) == 0
    assert verify.main(["bundle", str(file), "--anchors", str(file)]) == 2
    assert "trail.json" in capsys.readouterr().out
