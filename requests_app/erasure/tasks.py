from celery import shared_task
from django.db import connection

from requests_app.correspondence import silence
from requests_app.erasure import again, forgetting


@shared_task(name="erasure.look_again")
def look_again() -> int:
    """Have every system looked at from which something was erased, once a day; return how many. Many of these may run at once.

    Recipients that were told of an erasure and are silent are reminded with it.
    """
    forgetting.tidy()
    silence.look()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")
        (today,) = cursor.fetchone()
    return again.look_everywhere(today)
