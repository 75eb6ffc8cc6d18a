"""What an officer's page is shown of requests is narrowed by the database too (decision 043).

Each `(SELECT …)` of the policy is answered once for a statement, not once for a row. An array's `@>` is not leakproof, so that
behind a policy no index of names would be used: the function looks there as the owner, and tells numbers only.
"""

from django.conf import settings
from django.db import migrations

_APP = f'"{settings.DSAR_APP_ROLE}"'
_TABLE = "requests_app_subjectrequest"
_SEEN = """
   (SELECT coalesce(current_setting('dsar.customers', true), '') = '' OR current_setting('dsar.lifted', true) = 'on')
OR person_kind = 'customer' AND brand_id = ANY ((SELECT nullif(current_setting('dsar.customers', true), '')::bigint[])::bigint[])
OR person_kind <> 'customer' AND brand_id = ANY ((SELECT nullif(current_setting('dsar.staff', true), '')::bigint[])::bigint[])
OR id = ANY ((SELECT nullif(current_setting('dsar.lent', true), '')::uuid[])::uuid[])"""
_NAMED = f"""
CREATE FUNCTION requests_named(words bigint[]) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS 'SELECT coalesce(array_agg(id), ''{{}}'') FROM public.{_TABLE} WHERE name_index @> words';
REVOKE EXECUTE ON FUNCTION requests_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requests_named TO {_APP};"""


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0047_what_waits_for_officers")]

    operations = [
        migrations.RunSQL(_NAMED, "DROP FUNCTION requests_named"),
        migrations.RunSQL(
            f"CREATE POLICY rows_of_the_reader ON {_TABLE} TO {_APP} USING ({_SEEN}) WITH CHECK (true)",
            f"DROP POLICY rows_of_the_reader ON {_TABLE}",
        ),
        migrations.RunSQL(
            f"ALTER TABLE {_TABLE} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {_TABLE} DISABLE ROW LEVEL SECURITY"
        ),
    ]
