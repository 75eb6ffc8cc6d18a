"""What sign-ins leave behind: sessions that are over, where they were from, counts of wrong passwords, old invitations."""

from datetime import timedelta
from typing import Final

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.functions import Now

from requests_app.officers.models import Invitation

_SHOWN_FOR: Final = timedelta(days=30)  # an invitation that is over tells for so long who came by it


def tidy() -> None:
    """Delete what no sign-in needs any more. Running it twice deletes nothing twice."""
    Session.objects.filter(expire_date__lt=Now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Invitation.objects.filter(ends_at__lt=Now() - _SHOWN_FOR).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache WHERE expires < now()")
