"""The catalogue of duties to keep: a row each, grouped by country or theme."""

from requests_app.duties.ends import ends_on, kept_until
from requests_app.duties.shelf import DUTIES, Situation

__all__ = ["DUTIES", "Situation", "ends_on", "kept_until"]
