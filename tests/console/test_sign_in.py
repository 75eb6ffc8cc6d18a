from http import HTTPStatus

import pytest
from django.test import Client

from tests.console.desk import PASSWORD, an_officer, at_the_desk, code_now, has_factor

pytestmark = pytest.mark.django_db


def test_an_officer_signs_in_with_password_and_code(client: Client) -> None:
    an_officer()

    after_password = client.post("/console/account/login/", {"login": "ada@desk.example", "password": PASSWORD})
    before_code = client.get("/console/")
    after_code = client.post("/console/account/login/code/", {"code": code_now()})

    assert after_password["Location"] == "/console/account/login/code/"
    assert before_code.status_code == HTTPStatus.FOUND
    assert after_code["Location"] == "/console/"
    assert client.get("/console/").status_code == HTTPStatus.OK
