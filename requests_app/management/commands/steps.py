"""`manage.py steps`: the work that was given up, and a way to have it tried again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_app.ledger.models import Step, StepState
from requests_app.ledger.services import try_again
from requests_app.values import Actor


class Command(BaseCommand):
    help = "List the steps that were given up; with --again, have all of them tried again once their cause is mended."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true")

    def handle(self, *_: Any, again: bool, **__: Any) -> None:
        for step in Step.objects.filter(state=StepState.DEAD).select_related("dsr").order_by("pk"):
            self.stdout.write(f"{step.pk}  {step.kind}  {step.dsr or '-'}  {step.error}")
        if again:
            self.stdout.write(f"{try_again(Actor('administrator', 'command line'))} steps are due again")
