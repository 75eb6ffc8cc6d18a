"""Celery wakes workers; PostgreSQL knows what there is to do. See docs/decisions/002-celery-only-wakes.md."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dsar.settings.prod")

_REDELIVERY_DELAY = 900  # seconds until Redis gives an unacknowledged message to another worker

app = Celery("dsar", broker=settings.REDIS_URL)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=600,
    task_soft_time_limit=540,
    task_default_queue="journey",
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=200,
    worker_max_memory_per_child=300_000,
    worker_soft_shutdown_timeout=20,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": _REDELIVERY_DELAY,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        # Who publishes learns at once that the broker is away; the sweeper then does the work itself.
        "max_retries": 1,
        "interval_start": 0,
    },
    result_backend_transport_options={"visibility_timeout": _REDELIVERY_DELAY},
    visibility_timeout=_REDELIVERY_DELAY,
    timezone="UTC",
    beat_schedule={
        "seal": {"task": "audit.seal", "schedule": 60.0, "options": {"queue": "housekeeping", "expires": 60}},
        "seal_all": {"task": "audit.seal_all", "schedule": 3600.0, "options": {"queue": "housekeeping", "expires": 3600}},
        "heads": {"task": "correspondence.mail_heads", "schedule": 900.0, "options": {"queue": "housekeeping", "expires": 900}},
        "stamp": {"task": "audit.stamp", "schedule": 900.0, "options": {"queue": "housekeeping", "expires": 900}},
        "sweep": {"task": "ledger.sweep", "schedule": 15.0, "options": {"queue": "housekeeping", "expires": 15}},
        "remind": {"task": "deadlines.remind", "schedule": 60.0, "options": {"queue": "housekeeping", "expires": 60}},
        "digest": {"task": "deadlines.digest", "schedule": 300.0, "options": {"queue": "housekeeping", "expires": 300}},
        "recompute": {"task": "deadlines.recompute", "schedule": 900.0, "options": {"queue": "housekeeping", "expires": 900}},
        "lapse": {"task": "housekeeping.lapse", "schedule": 600.0, "options": {"queue": "housekeeping", "expires": 600}},
        "forget": {"task": "housekeeping.forget", "schedule": 3600.0, "options": {"queue": "housekeeping", "expires": 3600}},
        "remove": {"task": "housekeeping.remove", "schedule": 3600.0, "options": {"queue": "housekeeping", "expires": 3600}},
        "holds": {"task": "holds.review", "schedule": 3600.0, "options": {"queue": "housekeeping", "expires": 3600}},
        "look_again": {"task": "erasure.look_again", "schedule": 21600.0, "options": {"queue": "housekeeping", "expires": 21600}},
        "optouts": {"task": "optouts.daily", "schedule": 3600.0, "options": {"queue": "housekeeping", "expires": 3600}},
        "mail": {"task": "intake.fetch", "schedule": 60.0, "options": {"queue": "housekeeping", "expires": 60}},
        "watch": {"task": "collection.watch", "schedule": 60.0, "options": {"queue": "housekeeping", "expires": 60}},
        "errands": {"task": "errands.remind", "schedule": 900.0, "options": {"queue": "housekeeping", "expires": 900}},
        "tidy": {"task": "housekeeping.tidy", "schedule": 600.0, "options": {"queue": "housekeeping", "expires": 600}},
    },
)
app.autodiscover_tasks(["requests_app"])
