"""A request whose address was asked for, and letters that grow old."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from requests_app.correspondence.models import Letter
from tests.filing import Filed, file
from tests.running import run_all_due


def age_letters(by: timedelta) -> None:
    Letter.objects.update(written_at=Now() - by)


def filed_and_asked(**fields: Any) -> Filed:
    filed = file(**fields)
    run_all_due("journey.follow")
    return filed
