"""Trying an erasure: the plan, its statements, the run that is taken back, and on a test database the run itself."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dsar.launch.trying import is_file
from requests_app.connectors.base import Connector
from requests_app.connectors.erasing import CannotErase, Deed, Eraser, Judge, Planned, Whom, digest_of
from requests_app.duties import Situation
from requests_app.duties.base import Duty
from requests_app.holds.declared import Declared
from requests_app.holds.judging import judge_for
from requests_app.holds.rows import Law
from requests_app.management.commands._trial_words import of_plan, of_receipts, of_samples
from requests_app.sources import rehearsal
from requests_app.sources.overwriting import ByCategory, by_category
from requests_app.sources.rehearsal import CannotTry, Tried
from requests_app.values import Scope
from requests_app.workflow.services import today_of


class NoLaw(Law):
    """No duty to keep: what keeps a record is the file alone."""

    def about(self, data_class: str) -> tuple[Duty, ...]:
        del data_class
        return ()


def add_planning(parser: argparse.ArgumentParser) -> None:
    _add_terms(parser)
    parser.add_argument("--sql", action="store_true", help="print the statements too")
    parser.add_argument("--sample", action="store_true", help="show one record of each kind, before and after: data of a person")
    parser.add_argument("--rehearse", action="store_true", help="do it in a transaction, read it back, and take it all back")


def add_erasing(parser: argparse.ArgumentParser) -> None:
    _add_terms(parser)
    parser.add_argument("--yes", action="store_true", help="this is a test database, and what goes is gone")


def _add_terms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scope", metavar="SCOPE", default="", help="everything (the default), marketing, account or order:NUMBER")
    parser.add_argument(
        "--establishment", metavar="COUNTRY", default="", help="judge a file's records by the duties of a shop there"
    )


@dataclass(frozen=True)
class Trial:
    """One erasure that is tried; what it tells goes to the command's streams."""

    eraser: Eraser
    tried: Tried
    whom: Whom
    judge: Judge
    told: BaseCommand

    def plan(self, options: dict[str, Any]) -> int:
        """Tell what would become of which records, and why; return how many they are.

        Raises:
            CommandError: it could not be carried out.
        """
        planned = self._planned()
        for notice in self.eraser.besides(self.tried.config):
            self.told.stderr.write(f"notice  {notice.code}  {notice.where}: {notice.message}")
        if options["sample"]:
            self._say(of_samples(self.tried, self.whom, planned))
        if options["sql"]:
            for statement in self.eraser.deeds(self.tried.config, self.whom, self.judge):
                self.told.stdout.write(f"-- {statement.collection}\n{statement.text};\n")
        if options["rehearse"]:
            self._say(of_receipts(list(self.eraser.rehearse(self.tried.config, self.whom, self.judge))))
            self.told.stdout.write("It was done, read back and taken back: nothing is changed.")
        return sum(len(some.keys) for some in planned)

    def erase(self, *, sure: bool) -> None:
        """Plan, run and read back.

        Raises:
            CommandError: nothing was erased, or not all that was asked for.
        """
        planned = self._planned()
        if not sure:
            raise CommandError("Nothing was erased. With --yes it is: in a test database, for what goes is gone.")
        if any(some.ruling.deed is Deed.ASK for some in planned):
            raise CommandError("Nothing was erased: a person must decide first what is marked `ask`.")
        receipts = list(self.eraser.erase(self.tried.config, self.whom, self.judge, digest_of(planned)))
        self._say(of_receipts(receipts))
        left = sum(1 for _ in self.eraser.remaining(self.tried.config, planned))
        if left:
            raise CommandError(f"NOT erased, though the system said so: {left} records were read back and are as they were.")
        self.told.stdout.write("Read back: everything that was planned has happened.")
        self._refuse_part(planned)

    def _planned(self) -> list[Planned]:
        try:
            planned = list(self.eraser.plan(self.tried.config, self.whom, self.judge))
        except CannotErase as fault:
            for problem in fault.problems:
                self.told.stdout.write(f"error  {problem.code}  {problem.where}: {problem.message}")
            raise CommandError(f"This cannot be carried out, and nothing was touched: {len(fault.problems)} errors.") from None
        self._say(of_plan(planned))
        for one in self.judge.left if isinstance(self.judge, ByCategory) else ():
            self.told.stderr.write(f"stays  {one.field}: {one.why}")
        return planned

    def _refuse_part(self, planned: Sequence[Planned]) -> None:
        """Fail where less was done than was asked for: nobody shall take it for all."""
        by_hand = {some.collection for some in planned if some.ruling.reason == "by_hand"}
        stays = [one.field for one in self.judge.left if not one.rightly] if isinstance(self.judge, ByCategory) else []
        if missed := [*stays, *sorted(by_hand)]:
            raise CommandError(f"NOT all was erased. These stay, and are a person's work: {', '.join(missed)}.")

    def _say(self, lines: Any) -> None:
        self.told.stdout.write("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the records are judged."""

    target: str
    categories: Sequence[str]
    scope: str = ""
    establishment: str = ""


def trial(tried: Tried, whom: Whom, terms: Terms, told: BaseCommand) -> Trial:
    """Return the erasure to be tried.

    Raises:
        CannotTry: the system leaves erasing to a person, or what was asked for contradicts itself.
    """
    return Trial(_eraser(tried.connector), tried, whom, _judge(tried, terms), told)


def _eraser(connector: Connector) -> Eraser:
    if not isinstance(connector, Eraser):
        raise CannotTry("Nothing can be erased automatically in systems of this kind: a person does it.")
    return connector


def _judge(tried: Tried, terms: Terms) -> Judge:
    inventory = tried.connector.inventory(tried.config)
    if terms.categories and (terms.scope or terms.establishment):
        raise CannotTry("--categories overwrites fields and asks no law: --scope and --establishment do not go with it.")
    if terms.categories:
        rehearsal.of_categories(inventory.collections, terms.categories)
        return by_category(tried.config, inventory, terms.categories, _eraser(tried.connector).fixed(tried.config))
    try:
        scope = Scope.read(terms.scope or "everything")
    except ValueError:
        raise CannotTry("--scope is one of: everything, marketing, account, order:NUMBER.") from None
    return judge_for(inventory=inventory, law=_law(terms), scope=scope)


def _law(terms: Terms) -> Law:
    """The law of the shop that has the system; of a shop in the country that was named; or none."""
    if is_file(terms.target):
        today = timezone.now().date()
        kind = Law if terms.establishment else NoLaw
        return kind(Situation(terms.establishment.upper()), today, today, Declared())
    brand = rehearsal.source_of(terms.target).brand
    today, declared = today_of(brand), Declared.of(brand.duties)
    return Law(Situation(brand.establishment, None, declared.registrations), today, today, declared)
