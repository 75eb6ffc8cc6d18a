"""The index of background jobs: one import line each."""

from requests_app.audit.tasks import seal as seal
from requests_app.audit.tasks import seal_all as seal_all
from requests_app.audit.tasks import stamp as stamp
from requests_app.collection.tasks import watch as watch
from requests_app.correspondence.tasks import mail_heads as mail_heads
from requests_app.deadlines.tasks import digest as digest
from requests_app.deadlines.tasks import recompute as recompute
from requests_app.deadlines.tasks import remind as remind
from requests_app.erasure.tasks import look_again as look_again
from requests_app.errands.tasks import remind_keepers as remind_keepers
from requests_app.holds.tasks import review as review
from requests_app.housekeeping import forget as forget
from requests_app.housekeeping import lapse as lapse
from requests_app.housekeeping import remove as remove
from requests_app.housekeeping import tidy as tidy
from requests_app.intake.tasks import fetch as fetch
from requests_app.ledger.tasks import run_step as run_step
from requests_app.ledger.tasks import sweep as sweep
from requests_app.optouts.tasks import daily as daily
