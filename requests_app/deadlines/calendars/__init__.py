"""The catalogue of calendars: which days are closed, by country, region and statute."""

from requests_app.deadlines.calendars.base import Calendar, CalendarEnds
from requests_app.deadlines.calendars.places import CODES, UnknownCalendar, calendar

__all__ = ["CODES", "Calendar", "CalendarEnds", "UnknownCalendar", "calendar"]
