"""Dockerfile and compose.yaml, read as text: no Docker runs here, yet every word in them must mean something."""

import ast
import base64
import json
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from dsar.launch import container, product
from tests.launch.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVERS = {"postgres", "redis"}
JOBS = {"secrets", "migrate"}
PRODUCT = sorted(SERVICES.keys() - SERVERS)


def _names_that_settings_read() -> set[str]:
    calls = (
        node
        for file in (ROOT / "dsar/settings").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("env")
    )
    return {call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)}  # type: ignore[misc]


def test_the_parts_of_the_product_are_all_there() -> None:
    assert set(PRODUCT) == {"web", "worker", "eraser", "beat", "sweeper"} | JOBS
    assert SERVICES.keys() >= SERVERS


@pytest.mark.parametrize("name", PRODUCT)
def test_every_part_runs_the_one_image_without_rights(name: str) -> None:
    service = SERVICES[name]

    assert (service["image"], service["build"]) == ("dsar:local", ".")
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", PRODUCT)
def test_every_variable_is_one_that_the_settings_read(name: str) -> None:
    names = {variable.removesuffix("_FILE") for variable in SERVICES[name]["environment"]}

    assert names <= _names_that_settings_read() | {"DATABASE_OWNER_URL"}


def test_every_variable_without_a_default_is_given() -> None:
    needed = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DSAR_MASTER_KEY", "DSAR_SIGNING_KEY", "DSAR_BASE_URL", "EMAIL_URL"}
    given = {variable.removesuffix("_FILE") for variable in SERVICES["web"]["environment"]}
    of_the_image = set(re.findall(r"^    ([A-Z_]+)=", DOCKERFILE.rpartition("FROM ")[2], re.MULTILINE))

    assert needed <= given
    assert {"DSAR_VAULT", "DSAR_KEY_STORE", "DJANGO_SETTINGS_MODULE"} <= of_the_image


def test_no_secret_has_a_value_in_the_files() -> None:
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"KEY|PASSWORD|DATABASE_URL|REDIS_URL", variable):
                assert variable.endswith("_FILE"), variable
                assert value.startswith("/etc/dsar/")
    for required in ("DSAR_BASE_URL", "EMAIL_URL"):
        assert SERVICES["web"]["environment"][required].startswith(f"${{{required}:?")


def test_only_the_web_port_is_published_and_on_loopback() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {"web": ["127.0.0.1:8000:8000"]}


def test_the_workers_take_every_queue_that_the_demo_takes_and_only_one_may_erase() -> None:
    taken = {name: words[words.index("-Q") + 1] for name in ("worker", "eraser") for words in [SERVICES[name]["command"]]}

    assert taken == {"worker": product.READING, "eraser": product.ERASING}
    assert f"{taken['worker']},{taken['eraser']}" == product.QUEUES


@pytest.mark.threat("7.04")
def test_only_the_eraser_knows_the_accounts_that_may_erase() -> None:
    knowing = [name for name, service in SERVICES.items() if "erasers.env" in str(service.get("env_file"))]

    assert knowing == ["eraser"]


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - JOBS))
def test_every_service_that_stays_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_nothing_of_the_product_starts_before_the_owner_has_migrated() -> None:
    for name in set(PRODUCT) - JOBS:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "DATABASE_URL_FILE=$$DATABASE_OWNER_URL_FILE python manage.py migrate" in SERVICES["migrate"]["command"][2]
    assert "DATABASE_OWNER_URL_FILE" not in SERVICES["web"]["environment"]


def test_every_management_command_that_is_called_exists() -> None:
    text = " ".join([DOCKERFILE, *(" ".join(service.get("command", [])) for service in SERVICES.values())])
    called = set(re.findall(r"manage\.py (\w+)", text))
    own = {file.stem for file in (ROOT / "requests_app/management/commands").glob("*.py")}

    assert called == {"migrate", "loadbrands", "sweep", "collectstatic"}
    assert called - {"migrate", "collectstatic"} <= own


def test_every_volume_that_is_mounted_is_declared() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert mounted == COMPOSE["volumes"].keys()


def test_the_image_is_built_from_the_hashed_lock_and_runs_as_nobody_special() -> None:
    final = DOCKERFILE.rpartition("FROM ")[2]

    assert "--require-hashes" in DOCKERFILE
    assert "requirements/lock.txt" in DOCKERFILE
    assert "USER 10001" in final
    assert not re.search(r"SECRET_KEY|PASSWORD", final)
    for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists()


def test_the_image_holds_nothing_but_what_runs() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert ignored[0] == "*"
    assert {"manage.py", "dsar", "requests_app", "requirements", "templates", "static", "locale", "brands"} <= let_in
    assert not let_in & {".git", ".dsar", ".venv", "tests"}


def test_the_secrets_of_a_first_start_are_private_random_and_kept(tmp_path: Path) -> None:
    for part in ("product", "owner", "postgres", "redis"):
        (tmp_path / part).mkdir()
    container.make_secrets(tmp_path)
    first = {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    container.make_secrets(tmp_path)

    assert {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == first
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "product").iterdir()} == {0o400}
    assert len(base64.b64decode((tmp_path / "product/DSAR_MASTER_KEY").read_text())) == 32
    plan = json.loads((tmp_path / "owner/plan.json").read_text())
    assert urlsplit(plan["admin"]).password == (tmp_path / "postgres/password").read_text()
    password = urlsplit((tmp_path / "product/REDIS_URL").read_text()).password
    assert f"requirepass {password}\n" in (tmp_path / "redis/redis.conf").read_text()


def test_every_secret_file_that_compose_names_is_made(tmp_path: Path) -> None:
    for part in ("product", "owner", "postgres", "redis"):
        (tmp_path / part).mkdir()
    container.make_secrets(tmp_path)
    named = set(re.findall(r"/etc/dsar/(\w+/[\w.]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))

    assert named == {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
