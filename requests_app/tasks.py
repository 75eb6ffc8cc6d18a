"""The index of background jobs: one import line each."""

from requests_app.housekeeping import forget as forget
from requests_app.housekeeping import lapse as lapse
from requests_app.housekeeping import tidy as tidy
from requests_app.ledger.tasks import run_step as run_step
from requests_app.ledger.tasks import sweep as sweep
