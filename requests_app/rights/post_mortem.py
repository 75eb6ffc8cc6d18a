"""Instructions on what becomes of one's data after death. Source: French Data Protection Act, Art. 85."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="post_mortem",
    fulfilment="replies",
    title=gettext_noop("Say what becomes of my data after my death"),
    summary=gettext_noop("What shall be kept, erased or handed over, and who may see to it. You can change it at any time."),
    action=gettext_noop("Give instructions"),
    asks_facts=True,
    asks=frozenset({"reach", "trustee"}),
)
