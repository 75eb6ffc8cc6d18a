"""Each line of the log says when it was written, on the clock of no place (ASVS 16.2.2)."""

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from logging.config import dictConfig
from typing import Any

import pytest
import structlog
from django.conf import settings


@pytest.fixture(params=["Asia/Kathmandu", "America/St_Johns"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_a_line_tells_the_time_in_utc_wherever_the_machine_stands(capsys: pytest.CaptureFixture[str]) -> None:
    dictConfig(settings.LOGGING)
    structlog.get_logger("dsar.web").info("answered")
    logging.getLogger("django.request").warning("Not Found")

    told = [json.loads(line)["timestamp"] for line in capsys.readouterr().err.splitlines()]
    assert len(told) == 2
    assert all(moment.endswith("Z") for moment in told)
    assert all(abs(datetime.now(UTC) - datetime.fromisoformat(moment)) < timedelta(minutes=1) for moment in told)
