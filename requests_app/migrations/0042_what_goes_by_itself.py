"""What a brand lets the product do by itself has a table of its own. The column that said it before stays for code that runs on."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import requests_app.keys.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests_app', '0041_arrivals_and_delegations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mode', models.CharField(choices=[('off', 'off'), ('shadow', 'shadow'), ('on', 'on')], max_length=10)),
                ('brakes', models.JSONField(default=list)),
                ('acted', models.BooleanField(default=False)),
                ('sampled', models.BooleanField(default=False)),
                ('decided_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('was_right', models.BooleanField(null=True)),
                ('remark', requests_app.keys.fields.SealedTextField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dsr', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pilot_decisions', to='requests_app.subjectrequest')),
            ],
            options={
                'ordering': ['decided_at'],
                'indexes': [models.Index(fields=['dsr', 'decided_at'], name='pilot_decision_told'), models.Index(condition=models.Q(('checked_at', None), ('sampled', True)), fields=['decided_at'], name='pilot_to_check')],
            },
        ),
        migrations.CreateModel(
            name='Pilot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('right', models.SlugField()),
                ('mode', models.CharField(choices=[('off', 'off'), ('shadow', 'shadow'), ('on', 'on')], max_length=10)),
                ('one_in', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pilots', to='requests_app.brand')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['brand', 'right', '-id'], name='pilot_last_word')],
            },
        ),
        migrations.RunSQL(
            """
            INSERT INTO requests_app_pilot (brand_id, "right", mode, one_in)
            SELECT brand.id, wanted, 'on', 5
            FROM requests_app_brand brand, jsonb_array_elements_text(brand.approves_by_rule) wanted
            WHERE wanted IN ('access', 'categories', 'portability')
            """,
            migrations.RunSQL.noop,
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE requests_app_brand ALTER COLUMN approves_by_rule SET DEFAULT '[]'",
                    "ALTER TABLE requests_app_brand ALTER COLUMN approves_by_rule DROP DEFAULT",
                ),
            ],
            state_operations=[migrations.RemoveField(model_name="brand", name="approves_by_rule")],
        ),
    ]
