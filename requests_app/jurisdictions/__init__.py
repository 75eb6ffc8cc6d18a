"""The catalogue of laws: one data file each, read when it is first asked for."""

from requests_app.jurisdictions.choice import choose
from requests_app.jurisdictions.contents import Code, required
from requests_app.jurisdictions.outcome import Choice, granted
from requests_app.jurisdictions.shelf import REGIMES

__all__ = ["REGIMES", "Choice", "Code", "choose", "granted", "required"]
