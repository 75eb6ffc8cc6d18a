import structlog
from celery import shared_task

from requests_app.audit import anchors, sealing, stamping

log = structlog.get_logger(__name__)


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal what was committed since the last look, and keep the new heads outside."""
    sealing.seal()
    _anchor()


@shared_task(name="audit.seal_all")
def seal_all() -> None:
    """Look through everything: an event may be committed long after later ones were sealed."""
    sealing.seal(whole=True)
    _anchor()


@shared_task(name="audit.stamp")
def stamp() -> None:
    """Have the newest head time-stamped, once an hour. Whatever the authority says, the trail goes on, and it is asked again."""
    try:
        stamping.stamp()
    except stamping.NotStamped as fault:
        log.error("trail_not_stamped", code=str(fault))  # noqa: TRY400  # the code says all


def _anchor() -> None:
    """Whatever becomes of the file, events go on being sealed; it gets what it lacks when it can be written again."""
    try:
        anchors.anchor()
    except OSError as fault:
        log.error("trail_anchor_not_written", code=fault.errno)  # noqa: TRY400  # the path is not for the logs
