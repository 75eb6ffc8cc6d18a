"""What may fail while a system or the vault is asked, in the words of the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

from requests_app.connectors.base import SourceFault
from requests_app.keys.store import KeyGone
from requests_app.ledger.handlers import StepFailed
from requests_app.vault.frames import Unreadable
from requests_app.vault.storage import Away, Missing, NoSpace


@contextmanager
def told_to_the_ledger() -> Iterator[None]:
    """Raises: StepFailed: something failed inside; the code says what, and whether trying again may help."""
    try:
        yield
    except SourceFault as fault:
        raise StepFailed(fault.code, again=fault.passing, delay=fault.delay, waits=fault.costs_nothing) from None
    except NoSpace:
        raise StepFailed("no_space") from None
    except Away:
        raise StepFailed("vault_away") from None
    except (Missing, Unreadable):
        raise StepFailed("part_damaged", again=False) from None
    except KeyGone:
        raise StepFailed("key_gone", again=False) from None
