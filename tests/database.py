"""Where the product's database of this test run is, for processes of a test's own."""

from django.db import connection


def url() -> str:
    """Return the address under which the application's role works in it."""
    values = connection.settings_dict
    return f"postgresql://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
