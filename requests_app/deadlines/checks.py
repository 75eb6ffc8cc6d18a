"""The law's files are read whole before a product starts: `migrate` runs this, and `manage.py check --database default`."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from requests_app.duties.checking import mistakes as of_duties
from requests_app.jurisdictions.checking import mistakes as of_laws


@register(Tags.database)
def law_can_be_read(**_: Any) -> list[CheckMessage]:
    """Return an error for every mistake in the files of laws and duties; processes that start later read only what they use."""
    return [Error(told, id="law.E001") for told in of_laws() + of_duties()]
