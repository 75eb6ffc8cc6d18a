"""`manage.py source`: describe a system, try the description, and see what it would answer."""

import argparse
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dsar.launch.trying import is_file
from requests_app.audit.services import record
from requests_app.connectors.base import SourceFault
from requests_app.connectors.erasing import Whom
from requests_app.connectors.sql.draft import draft, sampled_columns
from requests_app.management.commands._trial import Terms, Trial, add_erasing, add_planning, trial
from requests_app.sources import rehearsal
from requests_app.sources.folder import Lists, Occupied, lists
from requests_app.sources.rehearsal import CannotTry, Choice, Tried
from requests_app.sources.services import secret
from requests_app.sources.tally import Count, counted, keep, table, timed
from requests_app.values import Actor, Identity, Root

_SECRET = re.compile(r"(?<=//)[^\s@]*@")


class Command(BaseCommand):
    help = (
        "check: compare a description with its system. find: what it would answer about a person. "
        "draft: propose a description from a live database. plan: what would become of a person's records, and why. "
        "erase: do it, on a test database."
    )
    requires_system_checks: list[str] = []
    output_transaction = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = partial(_refuse, parser.error)  # type: ignore[method-assign]  # it would repeat a password typed at the wrong place
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        check = deeds.add_parser(
            "check", help="tell what is wrong with a description, with file and line; exit 0 when it can be used"
        )
        find = deeds.add_parser("find", help="look for a person; counts, and with --out the records")
        plan = deeds.add_parser("plan", help="what would become of a person's records; touches nothing")
        erase = deeds.add_parser("erase", help="erase or overwrite a person's records in a test database, and read them back")
        for deed in (check, find, plan, erase):
            deed.add_argument("target", metavar="NAME-or-FILE", help="a configured system (brand/name), or a dataset file")
            deed.add_argument("--files", metavar="DIR", type=Path, help="the folder below which file columns point")
            _add_address(deed)
        _add_whom(find)
        _add_finding(find)
        for deed in (plan, erase):
            _add_whom(deed)
        add_planning(plan)
        add_erasing(erase)
        _add_drafting(deeds.add_parser("draft", help="propose a dataset file for a live database"))

    def handle(self, *_: Any, deed: str, **options: Any) -> None:
        deeds: dict[str, Callable[..., None]] = {
            "check": self._check,
            "find": self._find,
            "draft": self._draft,
            "plan": self._plan,
            "erase": self._erase,
        }
        try:
            deeds[deed](**options)
        except (SourceFault, CannotTry, Occupied) as fault:
            raise CommandError(_SECRET.sub("…@", str(fault))) from None
        except OSError as fault:
            raise CommandError(f"{fault.filename or 'The output'} cannot be written or read: {fault.strerror}.") from None
        except (DatabaseError, ImproperlyConfigured):
            raise CommandError(
                "The product's own database, where systems are configured, did not answer; a dataset file can be tried without it."
            ) from None

    def _check(self, target: str, url: str | None, url_env: str | None, files: Path | None, **_: Any) -> None:
        tried = _tried(target, url, url_env, files)
        health = tried.connector.check(tried.config)
        for problem in health.problems:
            self.stdout.write(f"{'error' if problem.fatal else 'notice'}  {problem.code}  {problem.where}: {problem.message}")
        fatal = sum(problem.fatal for problem in health.problems)
        summary = f"{counted(fatal, 'error')}, {counted(len(health.problems) - fatal, 'notice')}"
        if not health.usable:
            raise CommandError(f"{tried.config.name} cannot be used: {summary}.")
        self.stdout.write(f"{tried.config.name} can be used: {summary}.")

    def _find(self, target: str, url: str | None, url_env: str | None, files: Path | None, **options: Any) -> None:
        tried = _tried(target, url, url_env, files)
        identity = rehearsal.identity_of(options["email"], options["identity"])
        if options["sql"]:
            self._show_statements(tried, identity)
            return
        described = tried.connector.inventory(tried.config).collections
        if is_file(target) and files is None and any(one.is_file for info in described for one in info.fields):
            self.stderr.write("File columns are left as they stand; with --files DIR, files below DIR come along.")
            with rehearsal.as_they_stand(tried) as plain:
                self._answer(plain, identity, target, **options)
        else:
            self._answer(tried, identity, target, **options)

    def _answer(self, tried: Tried, whom: Identity, target: str, **options: Any) -> None:
        described = tried.connector.inventory(tried.config).collections
        choice = rehearsal.of_categories(described, _split(options["categories"]))
        for category in choice.unmet:
            self.stderr.write(f"No described field is of the category {category}, or below.")
        met = rehearsal.who(tried, whom, options["limit"])
        self._tell_who(met)
        roots = rehearsal.chosen(met, tried, options["root"], everyone=options["all"])
        total = self._search(tried, whom, roots, choice, options["out"])
        self._note(target, len(met.persons), total)

    def _show_statements(self, tried: Tried, identity: Identity) -> None:
        statements = list(tried.connector.statements(tried.config, identity))
        for statement in statements:
            self.stdout.write(f"-- {statement.collection}\n{statement.text};\n")
        if not statements:
            self.stderr.write("There are no statements to show for this system.")

    def _tell_who(self, met: rehearsal.Met) -> None:
        number = f"more than {len(met.candidates)}" if met.others else str(len(met.candidates))
        persons = counted(len(met.persons), "person")
        self.stdout.write(f"{number} records meet what was asked: {persons}." if met.persons else "Nobody meets what was asked.")
        owned = [rehearsal.shown_root(one.root) for one in met.candidates if one.owned]
        if owned:
            self.stderr.write(f"Of these, name somebody else as their owner: {', '.join(owned[:10])}.")

    def _search(self, tried: Tried, identity: Identity, roots: tuple[Root, ...], choice: Choice, out: Path | None) -> int:
        counts = {name: Count() for name in choice.names()}
        place: AbstractContextManager[Lists | None] = lists(out, choice.names()) if out else nullcontext()
        with place as written:
            found = tried.connector.find(tried.config, identity, roots) if roots else iter(())
            for item, seconds in timed(found):
                if count := counts.get(item.collection):
                    keep(item, choice, written, count)
                    count.seconds += seconds
        self.stdout.write("\n".join(table(counts)))
        if out:
            self.stdout.write(f"Written to {out}.")
        return sum(count.records for count in counts.values())

    def _plan(self, target: str, url: str | None, url_env: str | None, files: Path | None, **options: Any) -> None:
        one, persons = self._trial(_tried(target, url, url_env, files), target, options)
        records = one.plan(options)
        self._note(target, persons, records)

    def _erase(self, target: str, url: str | None, url_env: str | None, files: Path | None, **options: Any) -> None:
        if not is_file(target):
            raise CannotTry(f"{target} is no dataset file: in a configured system only a request erases, planned and approved.")
        one, _ = self._trial(_tried(target, url, url_env, files), target, options)
        one.erase(sure=options["yes"])

    def _trial(self, tried: Tried, target: str, options: dict[str, Any]) -> tuple[Trial, int]:
        """Find out whose records are meant, and by what they are judged; with the number of persons who meet what was asked.

        Raises:
            CannotTry: nobody is meant, or several persons.
        """
        whom = rehearsal.identity_of(options["email"], options["identity"])
        met = rehearsal.who(tried, whom, options["limit"])
        self._tell_who(met)
        roots = rehearsal.chosen(met, tried, options["root"], everyone=options["all"])
        if not roots:
            raise CannotTry("Nobody meets what was asked: there is nothing to erase.")
        terms = Terms(target, _split(options["categories"]), options.get("scope", ""), options.get("establishment", ""))
        return trial(tried, Whom(whom, roots), terms, self), len(met.persons)

    def _note(self, target: str, persons: int, records: int) -> None:
        """Put on record that somebody looked into a configured system, without whom was looked for."""
        if not is_file(target):
            record("source.tried", by=Actor("administrator", "command line"), source=target, persons=persons, records=records)

    def _draft(self, url: str | None, url_env: str | None, schema: str, out: Path | None, **options: Any) -> None:
        address = _address(url, url_env)
        if options["samples"]:
            self._ask_consent(sampled_columns(address, schema), sure=options["yes"])
        text = draft(address, schema, key=options["key"], samples=options["samples"])
        if out is None:
            self.stdout.write(text, ending="")
            return
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
        self.stdout.write(f"Written to {out}: read every line marked `guess`, then run `manage.py source check {out}`.")

    def _ask_consent(self, columns: int, *, sure: bool) -> None:
        if sure:
            return
        question = f"Look at up to 200 values in each of {columns} text columns? They are neither shown nor kept. [y/N] "
        if not sys.stdin.isatty():
            raise CommandError("--samples reads values of customers: on no terminal it needs --yes.")
        self.stderr.write(question, ending="")
        if input().strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was read; without --samples only names and types are looked at.")


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help="the address of the system, with a dataset file")
    parser.add_argument("--url-env", metavar="VARIABLE", help="the environment variable that holds the address (or VARIABLE_FILE)")


def _add_finding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", type=Path, help="write one DIR/<collection>.json for each collection")
    parser.add_argument("--sql", action="store_true", help="print the statements, without values, instead of asking")


def _add_whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", metavar="ADDRESS", action="append", default=[])
    parser.add_argument("--identity", metavar="KIND=VALUE", action="append", default=[], help="another claim: customer_id=4711")
    parser.add_argument("--categories", metavar="LIST", help="only fields of these data categories and below, with commas between")
    parser.add_argument("--root", metavar="COLLECTION:KEY", action="append", default=[], help="this record stands for the person")
    parser.add_argument("--all", action="store_true", help="take several persons together")
    parser.add_argument(
        "--limit", type=int, default=rehearsal.LOOKED_AT, help="how many records are compared, to tell persons apart"
    )


def _add_drafting(parser: argparse.ArgumentParser) -> None:
    _add_address(parser)
    parser.add_argument("--schema", default="", help="the schema of the tables, where it is not the usual one")
    parser.add_argument("--key", metavar="NAME", default="", help="the name of the system in references; else the database's")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write to a new file instead of the terminal")
    parser.add_argument("--samples", action="store_true", help="look at some values, to be surer; asks first")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _refuse(error: Any, message: str) -> NoReturn:
    error(_SECRET.sub("…@", message))
    raise AssertionError


def _tried(target: str, url: str | None, url_env: str | None, files: Path | None) -> Tried:
    if is_file(target):
        return rehearsal.described(Path(target), _address(url, url_env), files)
    if url or url_env or files:
        raise CannotTry(f"{target} is no dataset file: --url, --url-env and --files go with a file.")
    return rehearsal.configured(target)


def _address(url: str | None, url_env: str | None) -> str:
    if bool(url) == bool(url_env):
        raise CannotTry(
            "Say where the system is: --url URL, or --url-env VARIABLE (a password then stays out of the shell's history)."
        )
    return secret(url_env) if url_env else str(url)


def _split(text: str | None) -> list[str]:
    found = [part.strip() for part in (text or "").split(",") if part.strip()]
    if text is not None and not found:
        raise CannotTry("--categories needs at least one data category, for instance user.contact.")
    return found
