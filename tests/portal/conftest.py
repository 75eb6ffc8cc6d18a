"""A customer with a browser, at the door of a shop."""

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.brands.models import Brand
from tests.making import a_brand
from tests.portal.customer import Customer


@pytest.fixture(autouse=True)
def _nobody_waits(settings: Settings) -> None:
    settings.PORTAL_FILL_DELAY = -1


@pytest.fixture
def brand(db: None) -> Brand:
    return a_brand(privacy_phone="+33 1 99 00 20 20", look={"accent": "#1d4a5f", "heading_font": "Didot, serif"})


@pytest.fixture
def customer(brand: Brand) -> Customer:
    return Customer(Client(enforce_csrf_checks=False), brand)


@pytest.fixture
def elsewhere(brand: Brand) -> Customer:
    """The same shop, in a browser that knows nothing."""
    return Customer(Client(), brand)
