from celery import shared_task

from requests_app.holds import reviews


@shared_task(name="holds.review")
def review() -> None:
    """Remind of holds whose review comes near, and let go what was over long ago. Any number of these may run at once."""
    reviews.enqueue_due()
    reviews.forget()
