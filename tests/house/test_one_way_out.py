"""Another machine is asked through one guarded door; what else opens a connection is written down, with its reason (T-4.01)."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

from tests.house.tree import named, python, tree_of

# What can open a connection: modules of Python's own, and of the libraries that are installed.
LEADS_OUT: Final = {
    "aiohttp", "asyncio", "boto3", "botocore", "dns", "ftplib", "http.client", "httpcore", "httpx", "imaplib", "nntplib",
    "poplib", "psycopg", "pymysql", "redis", "requests", "smtplib", "socket", "socketserver", "sqlalchemy", "ssl", "telnetlib",
    "urllib.request", "urllib3", "webbrowser", "xmlrpc", "multiprocessing.connection", "subprocess",
}  # fmt: skip
# Each of these goes to a place that the operator names in the environment; no words of a customer or officer choose it.
MAY: Final[dict[str, set[str]]] = {
    "requests_app/outward/": {"httpcore", "httpx", "socket", "ssl"},  # the guarded door itself
    "requests_app/connectors/sql/": {"psycopg", "pymysql", "sqlalchemy"},  # a shop's database
    "requests_app/sources/address.py": {"sqlalchemy"},  # takes such an address apart
    "requests_app/correspondence/post.py": {"smtplib"},  # EMAIL_URL
    "requests_app/correspondence/steps.py": {"smtplib"},  # the names of its faults
    "requests_app/intake/fetching.py": {"imaplib", "ssl"},  # DSAR_MAILBOX_…
    "requests_app/ledger/claims.py": {"socket"},  # this machine's name
    "requests_app/ledger/sweeper.py": {"psycopg"},  # LISTEN on our own database
    "requests_app/vault/bucket.py": {"boto3", "botocore"},  # DSAR_VAULT, DSAR_S3_ENDPOINT
    "requests_app/vault/scanning.py": {"socket"},  # DSAR_CLAMD
}


def modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and {getattr(node.func, "id", ""), getattr(node.func, "attr", "")} & {
            "import_module",
            "__import__",
        }:
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def ways_out(tree: ast.Module) -> set[str]:
    return {lead for module in modules(tree) for lead in LEADS_OUT if module == lead or module.startswith(f"{lead}.")}


@cache
def found() -> dict[str, set[str]]:
    return {named(path): ways for path in python("requests_app", "dsar/settings") if (ways := ways_out(tree_of(path)))}


def allowed(place: str) -> set[str]:
    return next((ways for where, ways in MAY.items() if place.startswith(where)), set())


@pytest.mark.threat("4.01")
@pytest.mark.threat("10.01")
def test_nothing_but_what_is_written_down_opens_a_connection() -> None:
    assert {place: ways - allowed(place) for place, ways in found().items() if ways - allowed(place)} == {}


@pytest.mark.threat("4.01")
def test_what_is_written_down_is_so() -> None:
    used = {where: set().union(*(ways for place, ways in found().items() if place.startswith(where))) for where in MAY}

    assert used == MAY


@pytest.mark.threat("4.01")
@pytest.mark.parametrize(
    "line",
    [
        "import requests", "import httpx as web", "from urllib.request import urlopen", "from urllib import request",
        "import urllib3.util",
        "def f():\n    import socket", "from http import client", "x = __import__('boto3')", "x = importlib.import_module('redis')",
        "from asyncio import open_connection", "import subprocess",
    ],
)  # fmt: skip
def test_the_rule_sees_what_it_looks_for(line: str) -> None:
    assert ways_out(ast.parse(line))
    assert not ways_out(ast.parse("from urllib.parse import urlsplit\nimport http\nfrom requests_app.outward import client"))
