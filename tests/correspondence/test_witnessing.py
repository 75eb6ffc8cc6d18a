"""The head of the audit trail goes to named persons, once in each stretch of hours, as a line that the verifier takes (T-11.01)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from requests_app.audit import sealing
from requests_app.audit.services import record
from requests_app.correspondence.tasks import mail_heads
from requests_app.correspondence.witnessing import enqueue_due
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from tests.mail import Post
from tests.running import run_all_due
from tools import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threat("11.01")]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_each_named_person_keeps_a_head_that_the_verifier_takes(post: Post, settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_ANCHOR_MAIL = ["ada@board.example", "bob@board.example"]
    record("test.done", by=SYSTEM)
    sealing.seal()

    for hours in (0, 1, 12):
        enqueue_due(NOON + timedelta(hours=hours))
    run_all_due()

    first = [one for one in post.taken if one.recipients == ("ada@board.example",)]
    assert sorted(one.recipients for one in post.taken) == 2 * [("ada@board.example",)] + 2 * [("bob@board.example",)]
    lines = first[0].message.get_content().splitlines()
    (tmp_path / "kept.jsonl").write_text(lines[-1] + "\n", encoding="utf-8")
    assert json.loads(lines[-1])["size"] == 1
    assert 1 in verify.anchors_of([tmp_path / "kept.jsonl"], verify.Keys()).roots


@pytest.mark.parametrize("persons", [[], ["ada@board.example"]])
def test_nobody_is_written_to_where_nobody_is_named_or_nothing_is_sealed(settings: Settings, persons: list[str]) -> None:
    settings.DSAR_ANCHOR_MAIL = persons
    if not persons:
        record("test.done", by=SYSTEM)
        sealing.seal()

    mail_heads()

    assert not Step.objects.exists()
