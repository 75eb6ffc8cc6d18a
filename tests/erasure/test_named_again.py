"""What comes back is known by keyed digests of who was erased, when the request itself is long forgotten."""

from pathlib import Path

import pytest

from requests_app.erasure import again
from requests_app.erasure.tasks import look_again
from requests_app.erasure.traces import Outcome, Reappearance
from requests_app.housekeeping import forget
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from tests.erasure.test_later import erased, kept
from tests.erasure.test_running import held
from tests.filing import Filed
from tests.mail import Post
from tests.making import as_owner
from tests.running import run_all_due
from tests.small_shop import LETTERS, SmallShop

__all__ = ["erased", "kept"]

_DATED = LETTERS.replace("          retention_class: consent\n", "          retention_class: consent\n          collected: since\n")
_SINCE = "          - {name: since, data_categories: [user.behavior], fides_meta: {data_type: date}}\n"


@pytest.fixture
def dated(erasing: SmallShop) -> SmallShop:
    """The shop, whose newsletter knows since when somebody gets it."""
    Path(erasing.newsletter.description).write_text(_DATED + _SINCE, encoding="utf-8")
    erasing.letters("ALTER TABLE subscribers ADD COLUMN since text")
    return erasing


@pytest.fixture
def gone(dated: SmallShop, erased: Filed) -> SubjectRequest:
    """An erasure whose request is forgotten."""
    return forgotten(erased)


def forgotten(filed: Filed) -> SubjectRequest:
    with as_owner() as owner:
        owner.execute("UPDATE requests_app_subjectrequest SET closed_at = now() - interval '10 years'")
    forget()
    run_all_due("housekeeping.forget")
    dsr = SubjectRequest.objects.get(pk=filed.dsr.pk)
    assert dsr.forgotten_at is not None
    return dsr


def looked() -> list[tuple[str, bool, bool, int]]:
    Step.objects.filter(kind="erasure.reappearance").delete()
    look_again()
    run_all_due()
    return sorted((one.source.name, one.known, one.newer, one.records) for one in Reappearance.objects.filter(settled_at=None))


def test_what_is_restored_long_after_the_request_was_forgotten_is_found_and_told_once(
    dated: SmallShop, gone: SubjectRequest, officers: tuple[Officer, Officer], post: Post
) -> None:
    assert looked() == []
    restore_all(dated)

    for _ in range(2):
        assert looked() == [("newsletter", True, False, 1), ("orders", True, False, 1)]

    letters = [one for one in post.to("one@desk.example") if "there again" in str(one.subject)]
    assert len(letters) == 2
    assert all(gone.reference in str(one.subject) and "ada" not in one.text.lower() for one in letters)
    again.ask_again(Reappearance.objects.get(source=dated.newsletter), by=officers[0])
    run_all_due()
    assert Reappearance.objects.filter(outcome=Outcome.FORGOTTEN).count() == 1  # nobody is left who approved these very records
    assert held(dated)["subscribers"] == [5, 6]


def restore_all(shop: SmallShop) -> None:
    shop.customer(1, "Ada@Example.com")
    shop.letters("INSERT INTO subscribers VALUES (5, 'ada@EXAMPLE.com', 'news', '2001-01-01')")


@pytest.mark.promise("A9")
@pytest.mark.parametrize("fate", ["kept", "forgotten"])
@pytest.mark.parametrize("case", [("2001-01-01", False), (None, False), ("2099-01-01", True)])
def test_a_new_account_is_told_apart_by_its_key_and_its_day_and_never_asked_of_twice(
    dated: SmallShop, erased: Filed, officers: tuple[Officer, Officer], case: tuple[str | None, bool], fate: str
) -> None:
    since, newer = case
    if fate == "forgotten":
        forgotten(erased)
    dated.letters("INSERT INTO subscribers VALUES (77, 'ada@example.com', 'news', ?)", since)

    assert looked() == [("newsletter", False, newer, 1)]
    again.settle(Reappearance.objects.get(), Outcome.NEW_ACCOUNT, by=officers[0])

    assert looked() == []
    assert held(dated)["subscribers"] == [6, 77]


def test_an_import_is_asked_of_though_a_new_account_was_answered(
    dated: SmallShop, erased: Filed, officers: tuple[Officer, Officer]
) -> None:
    dated.letters("INSERT INTO subscribers VALUES (77, 'ada@example.com', 'news', '2099-01-01')")
    looked()
    again.settle(Reappearance.objects.get(), Outcome.NEW_ACCOUNT, by=officers[0])

    dated.letters("INSERT INTO subscribers VALUES (78, 'ada@example.com', 'news', '2001-01-01')")

    assert looked() == [("newsletter", False, False, 2)]


def test_what_was_kept_and_who_was_not_erased_are_not_taken_for_something_that_came_back(keeping: SmallShop, kept: Filed) -> None:
    forgotten(kept)
    keeping.sql("UPDATE customers SET email = 'ada@example.com' WHERE id = 1")

    assert looked() == []
