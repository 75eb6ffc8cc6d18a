"""The product's own beat, impatient: what it asks for each minute it asks for twice a second."""

from dsar.celery import app

app.conf.beat_schedule = {
    name: entry | {"schedule": 0.5} for name, entry in app.conf.beat_schedule.items() if name in {"remind", "digest", "lapse"}
}
