from celery import shared_task

from requests_app.collection import outages


@shared_task(name="collection.watch")
def watch() -> None:
    outages.watch()
