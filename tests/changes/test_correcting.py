"""A correction, from what may be corrected to what was read back; and everything that may come between."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from requests_app.changes.models import Entry, Stand
from requests_app.changes.services import (
    DoesNotFit,
    NotChecked,
    NothingAccepted,
    NothingProposed,
    NotOpen,
    Proposal,
    Undecided,
    accept,
    again,
    approve,
    ask,
    ask_back,
    done_by_hand,
    give_up,
    propose,
    refuse,
)
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.states import State
from tests.changes.conftest import entry, proposed, shown_too
from tests.filing import Filed
from tests.mail import Post
from tests.running import run_all_due
from tests.small_shop import SmallShop

Shown = Callable[..., Filed]


def held(shop: SmallShop, field: str, number: int = 1) -> Any:
    with psycopg.connect(shop.database) as connection:
        row = connection.execute(f"SELECT {field} FROM customers WHERE id = {number}".encode()).fetchone()
    return row and row[0]


def test_only_what_may_be_corrected_is_collected_and_shown(shown: Shown, post: Post) -> None:
    filed = shown()

    assert filed.state == State.PROPOSING
    fields = set(Entry.objects.filter(dsr=filed.dsr).values_list("source__name", "collection", "field", "rule"))
    assert fields == {
        ("orders", "customers", "email", "officer"),
        ("orders", "customers", "name", "true"),
        ("orders", "customers", "postcode", "true"),
        ("newsletter", "subscribers", "email", "officer"),
        ("newsletter", "subscribers", "postcode", "true"),
    }
    assert {one.old for one in Entry.objects.filter(dsr=filed.dsr, field="postcode")} == {"75001"}
    letter = post.to(filed.now.email)[-1]
    assert "/letter/" in letter.text
    assert "75001" not in letter.text


@pytest.mark.promise("O4")
@pytest.mark.promise("A3")
def test_an_accepted_value_stands_in_every_system_and_the_letter_says_so(
    shown: Shown, changing: SmallShop, officer: Officer, post: Post
) -> None:
    filed = shown()
    proposed(filed, postcode="69002")
    assert filed.state == State.REVIEWING
    other = entry(filed, "postcode", "newsletter")
    assert (other.stand, other.same_as_id) == (Stand.PROPOSED, entry(filed, "postcode").pk)

    accept(entry(filed, "postcode"), by=officer)
    accept(other, by=officer)
    approve(filed.now, by=officer)
    run_all_due()

    assert filed.state == State.ANSWERED
    assert held(changing, "postcode") == "69002"
    assert held(changing, "postcode", 2) == "75001"
    proofs = Entry.objects.filter(dsr=filed.dsr, stand=Stand.DONE)
    assert {(one.source.name, one.proof["how"], one.intent_at is None) for one in proofs} == {
        ("orders", "done", False),
        ("newsletter", "done", False),
    }
    letter = post.to(filed.now.email)[-1]
    assert "Your data is corrected" in letter.subject
    assert "Your account, Postcode: corrected" in letter.text
    assert "69002" not in letter.text
    assert "75001" not in letter.text


def test_she_decides_for_each_system(shown: Shown, changing: SmallShop, officer: Officer, post: Post) -> None:
    filed = shown()
    proposed(filed, postcode="69002")

    accept(entry(filed, "postcode"), by=officer)
    with pytest.raises(Undecided):
        approve(filed.now, by=officer)
    refuse(entry(filed, "postcode", "newsletter"), reason="You gave us another one there.", by=officer)
    approve(filed.now, by=officer)
    run_all_due()

    letter = post.to(filed.now.email)[-1]
    assert "in part" in letter.subject
    assert "You gave us another one there." in letter.text
    assert "Art. 16" in letter.text


def test_a_question_goes_back_to_the_customer_and_comes_again(shown: Shown, officer: Officer, post: Post) -> None:
    filed = shown()
    proposed(filed, name="Ada Lovelace")
    with pytest.raises(NotOpen):
        ask_back(filed.now, by=officer)
    ask(entry(filed, "name"), question="Since when?", by=officer)
    with pytest.raises(Undecided):
        approve(filed.now, by=officer)
    ask_back(filed.now, by=officer)
    run_all_due()

    assert filed.state == State.PROPOSING
    letter = post.to(filed.now.email)[-1]
    assert "question" in letter.subject
    assert "Since when?" not in letter.text
    proposed(filed, name="Ada King")
    assert entry(filed, "name").stand == Stand.PROPOSED
    assert entry(filed, "name").new == "Ada King"


def test_whoever_is_asked_may_take_a_proposal_back(shown: Shown, officer: Officer) -> None:
    filed = shown()
    proposed(filed, name="Ada Lovelace")
    ask(entry(filed, "name"), question="Since when?", by=officer)
    ask_back(filed.now, by=officer)
    run_all_due()

    propose(filed.now, {})

    assert filed.state == State.REVIEWING
    taken_back = entry(filed, "name")
    assert (taken_back.stand, taken_back.new) == (Stand.OFFERED, None)


def test_what_a_system_cannot_take_is_said_before(shown: Shown) -> None:
    filed = shown()

    with pytest.raises(DoesNotFit) as caught:
        proposed(filed, postcode="123456789")

    assert [one.value for one in caught.value.misfits.values()] == ["too_long"]
    with pytest.raises(NothingProposed):
        proposed(filed, postcode="75001")
    with pytest.raises(NothingProposed):
        propose(filed.now, {})
    assert filed.state == State.PROPOSING


def test_what_the_person_is_known_by_needs_a_check(shown: Shown, changing: SmallShop, officer: Officer) -> None:
    filed = shown()
    proposed(filed, email="ada.king@example.com")
    with pytest.raises(NotChecked):
        accept(entry(filed, "email"), by=officer)
    accept(entry(filed, "email"), by=officer, checked="wrote from the new address too")
    refuse(entry(filed, "email", "newsletter"), reason="Subscribe again there.", by=officer)
    approve(filed.now, by=officer)
    run_all_due(dying=True)

    assert filed.state == State.ANSWERED
    assert held(changing, "email") == "ada.king@example.com"


def test_all_refused_is_no_correction(shown: Shown, officer: Officer) -> None:
    filed = shown()
    proposed(filed, name="Ada King")
    refuse(entry(filed, "name"), reason="It is the name on your papers.", by=officer)

    with pytest.raises(NothingAccepted):
        approve(filed.now, by=officer)


def test_a_value_that_the_shop_changed_before_the_decision_is_shown_again(
    shown: Shown, changing: SmallShop, officer: Officer
) -> None:
    filed = shown()
    changing.sql("UPDATE customers SET name = 'Ada Moved' WHERE id = 1")
    proposed(filed, name="Ada King")

    found = entry(filed, "name")
    assert (found.old, found.found) == ("Ada Example", "Ada Moved")
    with pytest.raises(NotOpen):
        accept(found, by=officer)
    accept(found, by=officer, seen="Ada Moved")
    approve(filed.now, by=officer)
    run_all_due()

    assert held(changing, "name") == "Ada King"


def test_a_value_that_the_shop_changed_after_the_decision_is_not_overwritten(
    shown: Shown, changing: SmallShop, officer: Officer, post: Post
) -> None:
    filed = shown()
    proposed(filed, name="Ada King")
    accept(entry(filed, "name"), by=officer)
    changing.sql("UPDATE customers SET name = 'Ada Moved' WHERE id = 1")
    approve(filed.now, by=officer)
    run_all_due()

    stale = entry(filed, "name")
    assert (filed.state, stale.stand, stale.found) == (State.FULFILLING, Stand.STALE, "Ada Moved")
    assert held(changing, "name") == "Ada Moved"
    assert "second look" in post.to(officer.email)[-1].subject
    with pytest.raises(NotOpen):
        again(stale, by=officer, seen="something else")

    again(stale, by=officer, seen="Ada Moved")
    run_all_due()

    assert (filed.state, held(changing, "name")) == (State.ANSWERED, "Ada King")


def test_of_two_corrections_of_one_field_one_wins_and_the_other_is_told(
    shown: Shown, changing: SmallShop, officer: Officer
) -> None:
    first = shown()
    second = shown_too(first)
    for filed, name in ((first, "Ada First"), (second, "Ada Second")):
        proposed(filed, name=name)
        accept(entry(filed, "name"), by=officer)
    approve(first.now, by=officer)
    approve(second.now, by=officer)
    run_all_due()

    assert held(changing, "name") == "Ada First"
    assert (first.state, second.state) == (State.ANSWERED, State.FULFILLING)
    assert entry(second, "name").found == "Ada First"
    give_up(entry(second, "name"), reason="You corrected it twice: the first stands.", by=officer)
    run_all_due()
    assert second.state == State.ANSWERED


@pytest.mark.threat("7.06")
def test_a_worker_that_is_killed_after_the_deed_does_it_once(shown: Shown, changing: SmallShop, officer: Officer) -> None:
    changing.sql("CREATE TABLE deeds (name text)")
    changing.sql(
        "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO deeds VALUES (NEW.name); RETURN NEW; END $$"
    )
    changing.sql("CREATE TRIGGER log AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION log()")
    filed = shown()
    proposed(filed, name="Ada King")
    accept(entry(filed, "name"), by=officer)
    approve(filed.now, by=officer)

    run_all_due(dying=True)

    with psycopg.connect(changing.database) as connection:
        assert connection.execute("SELECT name FROM deeds").fetchall() == [("Ada King",)]
    assert filed.state == State.ANSWERED
    assert entry(filed, "name").proof["how"] == "found"


@pytest.mark.threat("7.08")
def test_a_system_that_says_done_and_is_not_is_no_correction(shown: Shown, changing: SmallShop, officer: Officer) -> None:
    changing.sql("CREATE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := OLD.name; RETURN NEW; END $$")
    changing.sql("CREATE TRIGGER lie BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION lie()")
    filed = shown()
    proposed(filed, name="Ada King")
    accept(entry(filed, "name"), by=officer)
    approve(filed.now, by=officer)
    run_all_due()

    assert (filed.state, entry(filed, "name").stand, entry(filed, "name").fault) == (State.FULFILLING, Stand.FAILED, "untrue")


def test_a_proposal_names_only_fields_of_its_own_request(shown: Shown) -> None:
    mine, theirs = shown(), shown(email="eve@example.com", name="Eve Example")

    with pytest.raises(NothingProposed):
        propose(mine.now, {entry(theirs, "name").pk: Proposal("Mallory")})


def test_without_an_account_that_may_write_a_person_does_it(
    shown: Shown, changing: SmallShop, officer: Officer, post: Post
) -> None:
    Source.objects.filter(pk=changing.orders.pk).update(erase_secret="")
    filed = shown()
    assert entry(filed, "name").old == "Ada Example"
    proposed(filed, name="Ada King")
    accept(entry(filed, "name"), by=officer)
    approve(filed.now, by=officer)
    run_all_due()

    assert (filed.state, entry(filed, "name").stand) == (State.FULFILLING, Stand.BY_HAND)
    assert held(changing, "name") == "Ada Example"
    assert "by hand" in post.to(officer.email)[-1].subject
    done_by_hand(entry(filed, "name"), by=officer)
    run_all_due()
    assert "Your account, Name: corrected" in post.to(filed.now.email)[-1].text
