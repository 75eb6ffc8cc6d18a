"""What sign-ins leave behind goes when it is over, and not before."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now

from requests_app import housekeeping
from requests_app.officers import services
from requests_app.officers.models import Invitation, Role
from requests_app.values import SYSTEM
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand

pytestmark = pytest.mark.django_db


def rows_of_the_cache() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        return int(cursor.fetchone()[0])


def test_sessions_counts_and_invitations_go_when_they_are_over() -> None:
    officer = an_officer()
    desk = at_the_desk(officer)
    UserSession.objects.get_or_create(
        user=officer, session_key=desk.session.session_key, defaults={"ip": "192.0.2.1", "user_agent": "a browser"}
    )
    services.invite("new@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM)
    cache.set("wrong-passwords", 3, timeout=60)
    housekeeping.tidy()
    assert (Session.objects.count(), UserSession.objects.count(), Invitation.objects.count(), rows_of_the_cache()) == (1, 1, 1, 1)

    Session.objects.update(expire_date=Now() - timedelta(seconds=1))
    Invitation.objects.update(ends_at=Now() - timedelta(days=31))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = now() - interval '1 second'")
    housekeeping.tidy()

    assert (Session.objects.count(), UserSession.objects.count(), Invitation.objects.count(), rows_of_the_cache()) == (0, 0, 0, 0)
