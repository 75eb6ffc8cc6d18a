from celery import shared_task

from requests_app.errands import reminding


@shared_task(name="errands.remind")
def remind_keepers() -> None:
    reminding.sweep()
