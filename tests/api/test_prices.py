"""What machines' questions cost, in queries."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings


@pytest.mark.django_db
@pytest.mark.pages("api:health", "api:ready")
@pytest.mark.parametrize(("path", "price"), [("/healthz", 0), ("/readyz", 1)])
def test_asking_whether_all_is_well(path: str, price: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(price):
        assert Client().get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.pages("api:figures")
def test_asking_for_the_figures(settings: Settings, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    settings.METRICS_TOKEN = "right"
    with django_assert_num_queries(6):
        assert Client().get("/metrics", headers={"Authorization": "Bearer right"}).status_code == 200
