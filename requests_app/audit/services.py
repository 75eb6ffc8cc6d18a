from uuid import UUID

from requests_app.audit.models import AuditEvent
from requests_app.audit.signing import mark
from requests_app.values import Actor


def record(action: str, *, by: Actor, dsr_id: UUID | None = None, **facts: str | int | bool | list[str] | None) -> AuditEvent:
    """Write down that `by` did `action` (`<noun>.<past verb>`), in the transaction of the deed itself.

    `facts` hold ids, codes and counts; never a person's data.
    """
    return AuditEvent.objects.create(
        action=action, dsr_id=dsr_id, actor_kind=by.kind, actor_name=by.name, facts=facts, mark=mark(action, by, dsr_id, facts),
    )  # fmt: skip
