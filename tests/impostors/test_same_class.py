"""Twenty-three faults that a product of the same class had: each is proven not to be ours, here or where its room is.

What does not exist with us cannot fail: there the proof is that it is not there. The table names every proof; a proof that is
renamed or removed fails here.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from django.conf import settings as conf
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from requests_app.brands.services import BadBrand, read
from requests_app.connectors.base import Refused
from requests_app.portal.flooding import is_flooding
from requests_app.sources.models import Source
from requests_app.sources.services import config
from requests_app.vault.uploads import NotTaken, check
from tests.house.tree import ROOT, python
from tests.making import a_brand, a_dsr, a_source

HERE: Final = "tests/impostors/test_same_class.py"
PROVEN: Final[Mapping[str, tuple[str, ...]]] = {
    "CVE-2023-36827 path traversal": (f"{HERE}::test_no_path_leads_out_of_the_static_files",),
    "CVE-2023-37480 archive bomb sent in": (f"{HERE}::test_no_archive_and_no_drawing_is_taken",),
    "CVE-2023-37481 drawing that unfolds": (f"{HERE}::test_no_archive_and_no_drawing_is_taken",),
    "CVE-2023-41319 code by configuration": (f"{HERE}::test_nothing_that_is_configured_is_run",),
    "CVE-2023-46124 addresses inside": ("tests/outward/test_outward_addresses.py::test_no_form_reaches_the_sink",),
    "CVE-2023-46125 configuration read without the right": (
        "tests/console/test_access.py::test_an_address_answers_as_the_table_says",
        "tests/console/test_sources.py::test_no_secret_stands_on_the_page",
    ),
    "CVE-2023-46126 a link that is a script": (f"{HERE}::test_no_link_of_a_shop_is_a_script",),
    "CVE-2023-47114 markup in the answer": ("tests/bundle/test_harm.py::test_what_a_source_holds_is_text_and_never_markup",),
    "CVE-2023-48224 codes that can be foreseen": (
        f"{HERE}::test_nothing_is_drawn_that_can_be_foreseen", "tests/verification/test_link.py::test_no_two_links_are_the_same",
    ),
    "CVE-2024-31223 the server's address in the page": (f"{HERE}::test_a_page_tells_nothing_of_where_it_runs",),
    "CVE-2024-34715 a password in the log": (
        "tests/connectors/sql/test_sql_check.py::test_a_system_that_does_not_answer_is_named_without_its_secrets",
    ),
    "CVE-2024-35189 nested secrets shown": (f"{HERE}::test_no_table_has_a_place_for_the_secret_of_a_system",),
    "CVE-2024-38537 a script from elsewhere": (
        "tests/portal/test_nobody_else.py::test_a_page_loads_nothing_from_elsewhere_and_may_not",
    ),
    "CVE-2024-45052 the sign-in tells by its time": (
        "tests/impostors/test_alike.py::test_known_and_unknown_get_one_answer_after_one_work",
    ),
    "CVE-2024-45053 a template in a letter": (
        "tests/brands/test_wording.py::test_a_letter_is_written_in_the_brands_words_and_they_are_never_a_template",
    ),
    "CVE-2024-52008 a weak password by invitation": (
        "tests/console/test_invitation.py::test_a_weak_password_is_refused_and_the_link_stays_good",
    ),
    "CVE-2025-57766 sessions outlive a password": ("tests/console/test_sign_in.py::test_a_new_password_ends_every_session",),
    "CVE-2025-57815 guessing without end": (
        "tests/console/test_sign_in.py::test_a_stranger_who_guesses_is_slowed_down_and_the_officer_is_not_shut_out",
    ),
    "CVE-2025-57816 a limit by what the caller says": (f"{HERE}::test_no_header_makes_a_network_another_one",),
    "CVE-2025-57817 a key that makes a stronger key": (f"{HERE}::test_no_machine_makes_a_key",),
    "CVE-2026-42303 an unproven twin": (
        "tests/impostors/test_interleavings.py::test_three_requests_of_one_person_stand_where_they_would_stand_alone",
        "tests/impostors/test_interleavings.py::test_nothing_is_approved_that_is_not_itself_proven",
    ),
    "CVE-2026-44541 a page made of its address": (f"{HERE}::test_no_script_makes_a_page_of_what_the_address_says",),
    "a watchdog that ends what could go on": (
        "tests/ledger/test_outcomes.py::test_a_worker_that_died_often_but_not_too_often_is_followed_by_one_that_works",
        "tests/ledger/test_outcomes.py::test_after_the_last_attempt_the_step_is_given_up_and_its_room_is_told",
    ),
}  # fmt: skip


def test_there_are_twenty_three() -> None:
    assert len(PROVEN) == 23


@pytest.mark.parametrize("fault", PROVEN)
def test_each_fault_has_a_proof_that_is_there(fault: str) -> None:
    for proof in PROVEN[fault]:
        file, _, name = proof.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}, proof


_TRAVERSALS: Final = (
    "../manage.py", "..%2fmanage.py", "%2e%2e/manage.py", "%2e%2e%2fmanage.py", "..%5cmanage.py", "....//manage.py",
    "..;/manage.py", "%252e%252e%252fmanage.py", "/etc/passwd", "%2fetc%2fpasswd", "..%c0%afmanage.py", "dsar.css/../../manage.py",
    "dsar.css%00../manage.py", "//etc/passwd", "..\\manage.py", "file:///etc/passwd", "%uff0e%uff0e/manage.py", "．．/manage.py",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.threat("5.01")
@pytest.mark.parametrize("way", _TRAVERSALS)
def test_no_path_leads_out_of_the_static_files(way: str) -> None:
    dsr = a_dsr()
    for before in (conf.STATIC_URL, "/o-jewels/", f"/o-jewels/en/requests/{dsr.reference}/files/", "/console/files/", "/api/v1/"):
        answer = Client().get(f"{before}{way}", follow=True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert b"root:" not in content
        assert b"dsar.launch" not in content
        assert answer.status_code in {302, 400, 403, 404, 410} or b"<h1" in content


_ARCHIVES: Final = (
    b"PK\x03\x04", b"\x1f\x8b\x08\0", b"7z\xbc\xaf\x27\x1c", b"<svg xmlns='x'/>", b"<?xml version='1.0'?><!DOCTYPE a>",
)  # fmt: skip


@pytest.mark.threat("10.05")
@pytest.mark.threat("4.03")
@pytest.mark.parametrize("content", _ARCHIVES)
def test_no_archive_and_no_drawing_is_taken(content: bytes) -> None:
    """The name says what it likes."""
    for name in ("invoice.pdf", "photo.png", "notes.txt"):
        with pytest.raises(NotTaken):
            check(content + b" and more" * 10, name)


_RUNS: Final = re.compile(
    r"(?<![\w.])(?:eval|exec|__import__)\(|import (?:pickle|marshal)|yaml\.(?:unsafe_load|full_load)\(|shell=True"
    r"|yaml\.load\((?!.*(?:SafeLoader|BaseLoader|\b_Loader\)))"  # `_Loader` of the schema is a safe one
)


def _product() -> tuple[Path, ...]:
    return python("requests_app", "dsar")


@pytest.mark.threat("10.04")
def test_nothing_that_is_configured_is_run() -> None:
    assert _RUNS.search("yaml.load(text)")
    assert _RUNS.search("eval(text)")
    found = {str(path.relative_to(ROOT)) for path in _product() if _RUNS.search(path.read_text(encoding="utf-8"))}

    assert found == set()


_SCRIPTS: Final = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x", " javascript:x", "//evil.example",
)  # fmt: skip


@pytest.mark.threat("8.02")
@pytest.mark.parametrize("link", _SCRIPTS)
def test_no_link_of_a_shop_is_a_script(link: str, tmp_path: Path) -> None:
    for field, value in (
        ("policy_url", link), ("account_url", link), ("authority", {"name": "A", "url": link}), ("policies", [{"url": link}]),
    ):  # fmt: skip
        with pytest.raises(BadBrand) as caught:
            read(_described(tmp_path, {field: value}))
        assert f": {field}: " in str(caught.value)


def test_a_link_of_a_shop_that_is_none_is_taken(tmp_path: Path) -> None:
    """The control: what refuses scripts does not refuse everything."""
    assert read(_described(tmp_path, {"policy_url": "https://shop.example/privacy"}))[0]["policy_url"].startswith("https")


def _described(folder: Path, fields: Mapping[str, Any]) -> Path:
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load((ROOT / "brands" / "o-jewels.yaml").read_text("utf-8")), **fields}), "utf-8")
    return path


@pytest.mark.threat("2.01")
def test_nothing_is_drawn_that_can_be_foreseen() -> None:
    drawn = re.compile(r"^\s*(?:import random\b|from random import|import numpy)", re.MULTILINE)

    where = {path.relative_to(ROOT).parts[1] for path in _product() if drawn.search(path.read_text(encoding="utf-8"))}

    assert where <= {"ledger", "sources", "connectors"}  # delays that differ a little


@pytest.mark.django_db
@pytest.mark.threat("8.08")
def test_a_page_tells_nothing_of_where_it_runs(settings: Settings) -> None:
    a_brand()
    database = settings.DATABASES["default"]
    inside = {settings.SECRET_KEY, str(ROOT), database["NAME"], database["USER"], settings.DATABASES["owner"]["USER"]}
    for page in ("/o-jewels/en/", "/o-jewels/en/access/", "/o-jewels/en/follow/", "/nobody/", "/api/v1/requests", "/console/"):
        answer = Client().get(page, follow=True)
        told = answer.content.decode() + str(dict(answer.headers))
        assert not [one for one in inside if one and one in told], page
        assert "<script>" not in told


@pytest.mark.django_db
@pytest.mark.threat("8.08")
def test_no_table_has_a_place_for_the_secret_of_a_system() -> None:
    """A source holds the name under which the environment keeps its secret; what is no such name reaches no system."""
    assert not {field.name for field in Source._meta.concrete_fields if "password" in field.name or "token" in field.name}
    for number, value in enumerate(("postgresql://user:word@127.0.0.1/shop", "sqlite:///shop.db", "sk_live_0123456789abcdef")):
        with pytest.raises(Refused):
            config(a_source(f"orders{number}", secret=value))


@pytest.mark.django_db
@pytest.mark.threat("1.10")
@pytest.mark.parametrize("trusted", [0, 1])
def test_no_header_makes_a_network_another_one(settings: Settings, trusted: int) -> None:
    """The counters lie in the database, for every process; what a caller says about where they are counts for nothing."""
    settings.PORTAL_FILINGS_AN_HOUR, settings.TRUSTED_PROXIES = 3, trusted
    forms = (
        {"X-Forwarded-For": "{n}"}, {"Forwarded": "for={n}"}, {"X-Real-IP": "{n}"}, {"True-Client-IP": "{n}"},
        {"CF-Connecting-IP": "{n}"}, {"X-Forwarded-For": "{n}, {n}"}, {"X-Forwarded-For": "unknown, {n}"}, {"Via": "{n}"},
        {"X-Originating-IP": "{n}"}, {"X-Forwarded-For": "[::ffff:{n}]"}, {"X-Forwarded-For": ",,,{n}"}, {"Client-IP": "{n}"},
    )  # fmt: skip

    def asked(number: int, said: Mapping[str, str]) -> bool:
        headers: dict[str, Any] = {name: value.replace("{n}", f"198.51.100.{number}") for name, value in said.items()}
        if trusted:
            headers["X-Forwarded-For"] = ", ".join(filter(None, [headers.get("X-Forwarded-For"), "203.0.113.9"]))
        return is_flooding(Client(REMOTE_ADDR="203.0.113.9").get("/", headers=headers).wsgi_request)

    turned_away = [asked(number, said) for number, said in enumerate(forms * 2)]

    assert turned_away == [False] * 3 + [True] * (2 * len(forms) - 3)


@pytest.mark.threat("8.04")
def test_no_machine_makes_a_key() -> None:
    """Keys are made by whoever sits at the server: there is no address for it, and no view that could."""
    doors = [str(pattern.pattern) for pattern in _patterns(get_resolver())]
    assert not [door for door in doors if re.search(r"(?<!pass)keys?/|token(?!>)|oauth|clients?/", door)]
    callers = {str(path.relative_to(ROOT)) for path in _product() if "ApiKey.objects.create" in path.read_text(encoding="utf-8")}

    assert callers == {"requests_app/api/services.py"}


def _patterns(resolver: Any) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in resolver.url_patterns:
        found += _patterns(one) if isinstance(one, URLResolver) else [one]
    return found


_MADE: Final = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function")
_ADDRESS: Final = re.compile(r"location\.(?:hash|search|href)|document\.cookie|URLSearchParams|document\.referrer")


@pytest.mark.threat("8.02")
def test_no_script_makes_a_page_of_what_the_address_says() -> None:
    """Of our own scripts; what a library writes passes the one policy that `trusted.js` holds."""
    for path in sorted((ROOT / "static").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        if path.name != "trusted.js":
            assert not _MADE.search(text), path.name
        assert not (_MADE.search(text) and _ADDRESS.search(text)), path.name
