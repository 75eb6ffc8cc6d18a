"""FI-11: a system answers that it is done, and a moment later the records are there as before."""

import pytest

from requests_app.erasure.models import Plan, PlanState
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.erasure.ready import RUN, ready
from tests.erasure.test_running import OTHERS, held
from tests.running import run_all_due
from tests.small_shop import SmallShop

_LIE = """
CREATE FUNCTION undone() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO orders VALUES (OLD.*); RETURN NULL; END$$;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
CREATE CONSTRAINT TRIGGER undone AFTER DELETE ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION undone()"""


@pytest.mark.threat("7.08")
@pytest.mark.threat("FI-11")
def test_a_system_that_says_done_and_puts_it_back_is_never_believed_and_named(
    erasing: SmallShop, officers: tuple[Officer, Officer]
) -> None:
    dsr = ready(erasing, officers)
    erasing.sql(_LIE)  # the system's own transaction sees them gone: only who asks after its commit sees them there

    run_all_due(*RUN)

    assert held(erasing) == {**OTHERS, "orders": [10, 11, 20, 21]}
    step = Step.objects.get(kind="erasure.run", source=erasing.orders)
    assert (step.state, step.error) == ("due", "not_erased")
    assert Plan.objects.get(dsr=dsr, source=erasing.orders).state == PlanState.RUNNING
    assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.ERASING
