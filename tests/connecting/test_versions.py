"""Versions of a system: none changes, the newest approved one counts, and what erases needs somebody else."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.connecting import services
from requests_app.connecting.differences import lines, settings
from requests_app.connecting.judging import Wanted
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer, Role
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.sources.versions import SourceVersion
from requests_app.values import Side
from tests.connecting.systems import (
    DATASET,
    ERASES_OTHERWISE,
    ERASING,
    IN_OTHER_WORDS,
    WANTED,
    an_administrator,
    counting,
    proposed,
)
from tests.making import a_brand
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
KEPT_OTHERWISE = DATASET.replace("retention_class: member", "retention_class: other").replace("{member:", "{other:")
IN_OTHER_WORDS_WANTED = replace(WANTED, dataset=IN_OTHER_WORDS)


@pytest.fixture
def admin() -> Officer:
    return an_administrator()


@pytest.fixture
def second() -> Officer:
    return an_administrator("second@desk.example", Role.LEAD)


def changed(source: Source, wanted: Wanted, by: Officer, seen: int | None = None) -> SourceVersion:
    last = services.newest(source)
    return services.change(source, wanted, seen=last.number if seen is None and last else seen or 0, reason="why", by=by)


def test_a_new_system_is_not_searched_before_its_version_counts(admin: Officer) -> None:
    version = proposed(admin)
    assert not Source.objects.searched().exists()

    services.let_count(version, by=admin)

    source = Source.objects.searched().get()
    assert (source.version, source.address, source.secret) == (1, WANTED.address, WANTED.secret)
    assert [one.name for one in inventory(source).collections] == ["members"]


def test_what_counts_stays_until_the_newer_version_counts(admin: Officer) -> None:
    source = counting(admin)
    version = changed(source, replace(WANTED, address="postgresql://reader@new.club.example/club"), admin)
    source.refresh_from_db()
    assert source.address == WANTED.address

    services.let_count(version, by=admin)

    source.refresh_from_db()
    assert (source.version, source.address) == (2, "postgresql://reader@new.club.example/club")


def test_going_back_is_a_new_version(admin: Officer) -> None:
    source = counting(admin)
    services.let_count(changed(source, replace(WANTED, paused=True), admin), by=admin)
    assert not Source.objects.get().enabled

    back = changed(source, services.wanted_of(source.versions.get(number=1)), admin)
    services.let_count(back, by=admin)

    assert (back.number, Source.objects.get().enabled) == (3, True)


@pytest.mark.parametrize(
    ("former", "wanted", "needs"),
    [
        (WANTED, ERASING, True),
        (ERASING, replace(ERASING, dataset=ERASES_OTHERWISE), True),
        (ERASING, replace(ERASING, address="postgresql://reader@other.example/club"), True),
        (ERASING, replace(ERASING, dataset=KEPT_OTHERWISE), True),
        (ERASING, replace(ERASING, dataset=IN_OTHER_WORDS), False),
        (ERASING, replace(ERASING, paused=True), False),
        (ERASING, WANTED, False),
        (WANTED, replace(WANTED, dataset=ERASES_OTHERWISE), False),
    ],
)  # fmt: skip
def test_what_changes_how_is_erased_needs_a_second_person(
    former: Wanted, wanted: Wanted, needs: bool, admin: Officer, second: Officer,  # noqa: FBT001  # a parameter
) -> None:  # fmt: skip
    source = counting(admin, former, second=second if former.may_erase else None)

    assert changed(source, wanted, admin).needs_second is needs


def test_nobody_lets_their_own_erasing_version_count(admin: Officer, second: Officer) -> None:
    version = proposed(admin, ERASING)

    with pytest.raises(services.NotYours):
        services.let_count(version, by=admin)
    assert Source.objects.get().version == 0

    services.let_count(version, by=second)  # the twin: somebody else may
    assert Source.objects.get().erase_secret == "DSAR_ERASE_CLUB"  # a name


@pytest.mark.parametrize("alone", [False, True])
def test_the_database_refuses_an_approval_by_the_author(admin: Officer, alone: bool) -> None:  # noqa: FBT001  # a parameter
    version = proposed(admin, ERASING)

    with pytest.raises(IntegrityError), transaction.atomic():
        SourceVersion.objects.filter(pk=version.pk).update(approved_by=admin, approved_at=Now(), alone=alone)


def test_the_database_lets_no_erasing_version_count_that_nobody_approved(admin: Officer) -> None:
    version = proposed(admin, ERASING)

    with pytest.raises(IntegrityError), transaction.atomic():
        SourceVersion.objects.filter(pk=version.pk).update(counts_at=Now())


@pytest.mark.parametrize("said", [{"dataset": "dataset: []"}, {"reason": "another"}, {"secret": "OTHER"}, {"needs_second": False}])
def test_a_version_never_changes(admin: Officer, said: dict[str, Any]) -> None:
    version = proposed(admin, ERASING)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        SourceVersion.objects.filter(pk=version.pk).update(**said)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        SourceVersion.objects.filter(pk=version.pk).delete()


def test_in_a_shop_of_one_officer_a_day_takes_the_second_persons_place(admin: Officer) -> None:
    Brand.objects.update(solo_mode=True)
    version = services.let_count(proposed(admin, ERASING), by=admin)
    assert (version.alone, version.counts_at, Source.objects.get().version) == (True, None, 0)

    Step.objects.filter(kind="connecting.take_effect").update(not_before=Now())
    run_all_due("connecting.take_effect")

    assert Source.objects.get().version == 1


def test_of_two_administrators_the_second_is_told(admin: Officer, second: Officer) -> None:
    source = counting(admin)
    other = an_administrator("other@desk.example")
    changed(source, replace(WANTED, paused=True), other, seen=1)

    with pytest.raises(services.Overtaken) as caught:
        changed(source, IN_OTHER_WORDS_WANTED, admin, seen=1)

    assert caught.value.newer.author == other
    assert source.versions.count() == 2


def test_a_version_that_was_harmless_beside_the_former_one_does_not_bring_erasing_back(admin: Officer, second: Officer) -> None:
    source = counting(admin, ERASING, second=second)
    stops = changed(source, WANTED, admin)
    words = changed(source, replace(ERASING, dataset=IN_OTHER_WORDS), admin)
    assert not words.needs_second
    services.let_count(stops, by=admin)

    with pytest.raises(services.Overtaken):
        services.let_count(words, by=admin)


def test_an_older_version_cannot_count_after_a_newer_one(admin: Officer) -> None:
    source = counting(admin)
    older, newer = changed(source, replace(WANTED, paused=True), admin), changed(source, IN_OTHER_WORDS_WANTED, admin)
    services.let_count(newer, by=admin)

    with pytest.raises(services.Overtaken):
        services.let_count(older, by=admin)
    with pytest.raises(services.CountsAlready):
        services.let_count(newer, by=admin)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OFFICER, Role.LEAD])
def test_nobody_but_an_administrator_of_the_brand_connects_or_changes(admin: Officer, role: Role) -> None:
    source = counting(admin)
    for officer in (an_administrator("who@desk.example", role), an_administrator("else@desk.example", brand="maison-s")):
        with pytest.raises(services.NotYours):
            services.connect(a_brand(), Side.CUSTOMERS, replace(WANTED, title={"en": "More"}), reason="x", by=officer)
        with pytest.raises(services.NotYours):
            changed(source, replace(WANTED, paused=True), officer)
        with pytest.raises(services.NotYours):
            services.let_count(source.versions.get(), by=officer)


def test_an_administrator_for_customers_connects_nothing_of_staff(admin: Officer) -> None:
    with pytest.raises(services.NotYours):
        services.connect(a_brand(), Side.STAFF, WANTED, reason="x", by=admin)


def test_the_trail_says_who_made_and_approved_what(admin: Officer, second: Officer) -> None:
    services.let_count(proposed(admin, ERASING), by=second)

    told = list(AuditEvent.objects.filter(action__startswith="source.version").order_by("pk").values_list("action", "actor_name"))
    assert told == [
        ("source.version_made", f"officer:{admin.pk}"), ("source.version_approved", f"officer:{second.pk}"),
        ("source.version_counts", "system"),
    ]  # fmt: skip


def test_what_differs_is_told_by_setting_and_line(admin: Officer) -> None:
    source = counting(admin)
    newer = changed(source, replace(WANTED, dataset=IN_OTHER_WORDS, paused=True), admin)
    older = source.versions.get(number=1)

    assert [(one.name, one.before, one.after) for one in settings(older, newer)] == [("paused", "no", "yes")]
    assert [(one.kind, one.before, one.after) for one in lines(older, newer) if one.kind in {"gone", "new"}] == [
        ("gone", 9, None), ("new", None, 9),
    ]  # fmt: skip
    assert lines(newer, newer) == []
