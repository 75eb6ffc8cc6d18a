"""Events are sealed in a tree, whoever is killed and in whatever order they are committed (T-11.01)."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import Settings

from requests_app.audit import anchors, export, heads, proofs, sealing
from requests_app.audit.models import AuditEvent, TrailLeaf, TrailNode, TrailSeal
from requests_app.audit.services import record
from requests_app.audit.signing import key_id
from requests_app.audit.tree import hash_of
from requests_app.values import SYSTEM
from tests import database
from tests.house.tree import ROOT
from tests.making import as_owner
from tools import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threat("11.01")]
TABLES = ("trailleaf", "trailnode", "trailseal")


def some_events(many: int) -> None:
    for number in range(many):
        record("test.done", by=SYSTEM, number=number, said=f"é “{number}” \\ \x7f 日本")


def verdict(*anchored: dict[str, Any], marks: bool = True) -> str:
    """Return what the verifier says of the trail as it is now."""
    keys, heads_outside = verify.Keys(), verify.Anchors()
    try:
        for head in anchored:
            heads_outside.add(head, keys, "an anchor")
        return verify.check_trail(list(export.lines(datetime.now(UTC))), verify.Trail(keys, heads_outside, marks=marks))
    except verify.Wrong as fault:
        return f"WRONG: {fault}"


def newest() -> dict[str, Any]:
    head = heads.latest()
    assert head is not None
    return head.told()


def test_what_was_committed_is_sealed_and_verified() -> None:
    some_events(5)
    assert sealing.seal() == 5
    some_events(3)
    assert sealing.seal() == 3
    some_events(2)

    assert sorted(TrailLeaf.objects.values_list("place", flat=True)) == list(range(8))
    assert verdict(newest()).startswith("8 events under 2 seals, 2 not sealed yet")
    assert sealing.seal() == 2
    assert sealing.seal() == 0
    assert TrailSeal.objects.count() == 3


def test_the_tree_is_the_same_however_it_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 7)
    some_events(600)
    sealing.seal()
    some_events(1)
    sealing.seal()

    leaves = [bytes(one) for one in TrailLeaf.objects.values_list("hash", flat=True)]
    assert len(leaves) == 601
    assert newest()["root"] == hash_of(leaves).hex()
    assert [node.place for node in TrailNode.objects.filter(height=8)] == [0, 1]
    assert [node.place for node in TrailNode.objects.filter(height=9)] == [0]
    assert verdict(newest(), marks=False).startswith("601 events")


def test_what_is_committed_late_is_sealed_although_its_number_is_lower() -> None:
    """Numbers are drawn before the commit: an event may appear below others that have their places already."""
    values = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values) as slow:
        slow.execute(
            "INSERT INTO requests_app_auditevent (action, actor_kind, actor_name, facts) VALUES ('late.done', 's', 's', '{}')"
        )
        some_events(3)
        assert sealing.seal() == 3
        slow.commit()

    late = AuditEvent.objects.order_by("pk").first()
    assert late is not None
    assert late.action == "late.done"
    assert sealing.seal() == 1
    assert TrailLeaf.objects.get(event=late.pk).place == 3


def test_what_is_committed_hours_late_is_found_by_the_look_through_everything() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('requests_app_auditevent_id_seq')")
        (number,) = cursor.fetchone()
    some_events(2)
    sealing.seal()
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE requests_app_trailseal DISABLE TRIGGER USER")
        cursor.execute("UPDATE requests_app_trailseal SET at = at - interval '2 hours'")
        cursor.execute("ALTER TABLE requests_app_trailseal ENABLE TRIGGER USER")
    AuditEvent.objects.create(pk=number, action="late.done", actor_kind="system", actor_name="system")

    assert sealing.seal() == 0
    assert sealing.seal(whole=True) == 1


def test_two_sealers_at_once_give_every_event_one_place() -> None:
    some_events(300)

    def run() -> None:
        try:
            while sealing.seal() or TrailLeaf.objects.count() < 300:
                pass
        finally:
            connections["default"].close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert sorted(TrailLeaf.objects.values_list("place", flat=True)) == list(range(300))
    assert verdict(newest(), marks=False).startswith("300 events")


_KILLED = """
import os, signal
from requests_app.audit import sealing
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
sealing.{where} = killed
sealing.AT_ONCE = 40
sealing.seal()
"""


@pytest.mark.parametrize("where", ["_grow", "_keep"])
def test_a_sealer_that_is_killed_leaves_a_whole_tree(where: str) -> None:
    some_events(30)
    sealing.seal()
    some_events(70)
    script = f"import django; django.setup(){_KILLED.format(where=where)}"
    environment = os.environ | {"DATABASE_URL": database.url()}
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, env=environment, stdout=subprocess.DEVNULL)

    assert ended.returncode == -signal.SIGKILL
    assert verdict(newest(), marks=False).startswith("30 events under 1 seals, 70 not sealed yet")
    assert sealing.seal() == 70
    assert verdict(newest(), marks=False).startswith("100 events under 2 seals")


@pytest.mark.parametrize("change", ["action = 'test.undone'", "facts = '{}'", "actor_name = 'officer:1'", "mark = NULL"])
def test_an_event_that_was_changed_before_it_was_sealed_is_found(change: str) -> None:
    some_events(3)
    second = AuditEvent.objects.order_by("pk")[1].pk
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE requests_app_auditevent DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE requests_app_auditevent SET {change} WHERE id = {second}")
        cursor.execute("ALTER TABLE requests_app_auditevent ENABLE TRIGGER USER")
    with pytest.raises(verify.Wrong, match=f"event {second}"):
        verify.check_trail(
            list(export.lines(datetime.now(UTC))), verify.Trail(verify.Keys({key_id()}), verify.Anchors(), marks=True)
        )

    sealing.seal()
    sealing.seal()

    assert verdict(marks=False).startswith(f"WRONG: event {second} was changed or put in before it was sealed")
    assert AuditEvent.objects.filter(action="trail.mark_wrong", facts={"event": second}).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE requests_app_auditevent SET facts = '{}' WHERE id = {id}", "leaf 2: event {id} does not say"),
        ("DELETE FROM requests_app_auditevent WHERE id = {id}", "leaf 2: event {id} is gone"),
        ("UPDATE requests_app_trailleaf SET hash = sha256('x') WHERE place = 2", "leaf 2: event {id} does not say"),
        ("DELETE FROM requests_app_trailleaf WHERE place = 2", "leaf 2 is missing"),
        ("DELETE FROM requests_app_trailseal WHERE size = 5", "does not follow|that of 8 events"),
        ("TRUNCATE requests_app_auditevent, requests_app_trailleaf, requests_app_trailseal", "8 events were anchored"),
    ],
)
def test_what_the_owner_of_the_database_changes_is_found(change: str, says: str) -> None:
    some_events(5)
    sealing.seal()
    some_events(3)
    sealing.seal()
    anchored, third = newest(), AuditEvent.objects.order_by("pk")[2].pk
    with as_owner() as cursor:
        for how in ("DISABLE", "ENABLE"):
            for table in ("auditevent", *TABLES):
                cursor.execute(f"ALTER TABLE requests_app_{table} {how} TRIGGER USER")
            if how == "DISABLE":
                cursor.execute(change.replace("{id}", str(third)))

    keys, outside = verify.Keys(), verify.Anchors()
    outside.add(anchored, keys, "an anchor")
    with pytest.raises(verify.Wrong, match=says.replace("{id}", str(third))):
        verify.check_trail(list(export.lines(datetime.now(UTC))), verify.Trail(keys, outside))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_the_tree(table: str, deed: str) -> None:
    """The application's role may not, and the owner may not while the triggers stand."""
    some_events(300)
    sealing.seal()
    name, column = f"requests_app_{table}", "size" if table == "trailseal" else "place"
    statement = deed.format(name, column, column) if "SET" in deed else deed.format(name)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with as_owner() as cursor, pytest.raises(psycopg.Error, match="append-only"):
        cursor.execute(statement)

    assert verdict(marks=False).startswith("300 events")


def test_every_new_head_is_kept_in_a_file_outside(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    some_events(2)
    sealing.seal()
    assert anchors.anchor() == 1
    assert anchors.anchor() == 0
    for _ in range(2):
        some_events(1)
        sealing.seal()
    with Path(settings.DSAR_ANCHOR_FILE).open("a", encoding="utf-8") as file:
        file.write('{"format":"dsar-tr')  # whoever wrote this was killed
    assert anchors.anchor() == 2

    lines = Path(settings.DSAR_ANCHOR_FILE).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["size"] for line in (lines[0], *lines[2:])] == [2, 3, 4]


def test_a_file_that_knows_a_longer_trail_is_left_as_it_is(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    some_events(2)
    sealing.seal()
    longer = json.dumps(newest() | {"size": 99}) + "\n"
    Path(settings.DSAR_ANCHOR_FILE).write_text(longer, encoding="utf-8")

    assert anchors.anchor() == 0
    assert Path(settings.DSAR_ANCHOR_FILE).read_text(encoding="utf-8") == longer


def test_events_and_continuing_heads_are_proven_to_who_has_nothing_else() -> None:
    some_events(300)
    sealing.seal()
    some_events(20)
    wanted = list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))[250:312:7]

    told = proofs.proven(wanted)

    assert [json.loads(one["entry"].partition(" ")[2])["event"] for one in told["proofs"]] == wanted
    assert verify.check_proofs(told, verify.Keys(), verify.Anchors()).startswith("9 events are in the trail of 320 events")
    continued = json.loads(json.dumps(proofs.continues(300, 320)))
    assert verify.check_proofs(continued, verify.Keys(), verify.Anchors()) == "the tree of 320 events begins with that of 300"
    told["proofs"][3]["entry"] = told["proofs"][3]["entry"].replace("test.done", "test.d0ne")
    with pytest.raises(verify.Wrong, match="is not in the tree"):
        verify.check_proofs(told, verify.Keys(), verify.Anchors())


def test_the_commands_seal_anchor_and_export_for_the_verifier(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DSAR_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    some_events(4)
    call_command("trail", "seal")
    call_command("trail", "key")
    said = capsys.readouterr()
    (tmp_path / "key.pem").write_text(said.out.partition("\n")[2], encoding="utf-8")
    call_command("trail", "export", str(tmp_path / "trail.jsonl"))

    command = [
        sys.executable, str(ROOT / "tools/verify.py"), "trail", str(tmp_path / "trail.jsonl"),
        "--anchors", str(tmp_path / "anchors.jsonl"), "--key", str(tmp_path / "key.pem"), "--marks",
    ]  # fmt: skip
    checked = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True)

    assert said.out.startswith("4 events sealed, 1 heads anchored")
    assert checked.stdout.startswith("GOOD: 4 events under 1 seals, 0 not sealed yet")
    assert said.err.removeprefix("SHA-256 ").replace(" ", "").strip() in checked.stdout
