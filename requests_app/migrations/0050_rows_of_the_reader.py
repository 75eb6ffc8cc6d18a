"""What an officer's page is shown of requests is narrowed by the database too (decision 043).

Each `(SELECT …)` of the policy is answered once for a statement, not once for a row. An array's `@>` is not leakproof, so that
behind a policy no index of names would be used: the function looks there as the owner, and tells numbers only.
"""

from django.conf import settings
from django.db import migrations

_APP = f'"{settings.DSAR_APP_ROLE}"'
_TABLE = "requests_app_subjectrequest"
_ALL = "(SELECT coalesce(current_setting('dsar.customers', true), '') = '' OR current_setting('dsar.lifted', true) = 'on')"
_SEEN = f"""{_ALL}
OR person_kind = 'customer' AND brand_id = ANY ((SELECT nullif(current_setting('dsar.customers', true), '')::bigint[])::bigint[])
OR person_kind <> 'customer' AND brand_id = ANY ((SELECT nullif(current_setting('dsar.staff', true), '')::bigint[])::bigint[])
OR id = ANY ((SELECT nullif(current_setting('dsar.lent', true), '')::uuid[])::uuid[])"""
_SEEN_WITH_IT = f"{_ALL} OR dsr_id IS NULL OR EXISTS (SELECT FROM {_TABLE} r WHERE r.id = dsr_id)"
# What is looked up by its request alone. What lists of requests are counted by (matches, messages, letters) costs them twice as much.
_CHILDREN = tuple(f"requests_app_{name}" for name in ("note", "storedfile", "upload"))
_NAMED = f"""
CREATE FUNCTION requests_named(words bigint[]) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS 'SELECT coalesce(array_agg(id), ''{{}}'') FROM public.{_TABLE} WHERE name_index @> words';
REVOKE EXECUTE ON FUNCTION requests_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requests_named TO {_APP};"""


def _walled(table: str, seen: str) -> tuple[migrations.RunSQL, migrations.RunSQL]:
    """Return the steps by which the application's role is shown of `table` only what is `seen`; it may write anything."""
    return (
        migrations.RunSQL(
            f"CREATE POLICY rows_of_the_reader ON {table} TO {_APP} USING ({seen}) WITH CHECK (true)",
            f"DROP POLICY rows_of_the_reader ON {table}",
        ),
        migrations.RunSQL(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
    )


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0049_time_stamps")]

    operations = [
        migrations.RunSQL(_NAMED, "DROP FUNCTION requests_named"),
        *(step for table in (_TABLE, *_CHILDREN) for step in _walled(table, _SEEN if table == _TABLE else _SEEN_WITH_IT)),
    ]
