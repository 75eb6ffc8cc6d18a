"""`manage.py officer`: lost second factor, leaving, and who works here."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from requests_app.management.commands.createofficer import handed_over
from requests_app.officers import services
from requests_app.officers.models import Officer
from requests_app.values import Actor
from requests_app.workflow import assigning

_BY = Actor("administrator", "command line")


class Command(BaseCommand):
    help = "lost-factor EMAIL: take factors and sessions, print a new link. leave EMAIL: shut out at once. list: who works here."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        for deed in ("lost-factor", "leave"):
            deeds.add_parser(deed).add_argument("email")
        deeds.add_parser("list")

    def handle(self, *_: Any, deed: str, email: str = "", **__: Any) -> None:
        try:
            {"lost-factor": self._lost_factor, "leave": self._leave, "list": self._list}[deed](email)
        except services.UnknownOfficer as fault:
            raise CommandError("Nobody works here under that address.") from fault

    def _lost_factor(self, email: str) -> None:
        self.stdout.write(handed_over(services.lose_factor(email, by=_BY)))

    def _leave(self, email: str) -> None:
        with transaction.atomic():
            services.leave(email, by=_BY)
            many = assigning.release(Officer.objects.get(email=email.strip().lower()), by=_BY)
        self.stdout.write(f"Done: shut out, and every session has ended. Requests that nobody works on now: {many}.")

    def _list(self, _email: str) -> None:
        for officer in Officer.objects.order_by("email").prefetch_related("memberships__brand"):
            works = ", ".join(f"{member.role} of {member.brand.slug}" for member in officer.memberships.all())
            self.stdout.write(f"{officer.email}  {works if officer.is_active else 'has left'}")
