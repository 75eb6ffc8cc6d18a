"""Grants beside the triggers: the application's role adds audit events and changes none."""

from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0002_roles")]
    operations = [
        migrations.RunSQL(
            f'REVOKE UPDATE, DELETE, TRUNCATE ON requests_app_auditevent FROM "{settings.DSAR_APP_ROLE}"',
            f'GRANT UPDATE, DELETE ON requests_app_auditevent TO "{settings.DSAR_APP_ROLE}"',
        ),
    ]
