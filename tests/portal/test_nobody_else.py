"""Nothing of a customer goes to anybody who has no part in it: no page loads from elsewhere, no letter has a strange reader."""

import re
from typing import Final

import pytest
from django.test import Client

from requests_app.connectors.suppressing import Channel
from requests_app.correspondence.models import Letter, RecipientNotice
from requests_app.optouts.channels import channels_of
from tests.filing import file_and_confirm
from tests.mail import Post
from tests.making import a_brand
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
PAGES: Final = ("", "access/", "erasure/", "object_direct_marketing/", "follow/", "metrics/")
LOADS: Final = re.compile(r'<(?:script|img|iframe|link|source|embed|object|form)\b[^>]*?\b(?:src|href|action|data)="([^"]*)"')


@pytest.mark.promise("A12")
@pytest.mark.promise("C9")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_may_not(page: str) -> None:
    a_brand()
    answer = Client().get(f"/o-jewels/en/{page}", follow=True)

    foreign = [one for one in LOADS.findall(answer.content.decode()) if re.match(r"(?:[a-z]+:)?//", one)]
    assert foreign == []
    rules = answer["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert not re.search(r"https?:|\*", rules)
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.promise("A12")
@pytest.mark.promise("C9")
def test_letters_of_a_request_go_to_the_person_and_the_shops_own_officers_alone(post: Post) -> None:
    filed = file_and_confirm(post, right="access")
    run_all_due()

    readers = {recipient for mail in post.taken for recipient in mail.recipients}
    assert readers == {str(filed.now.email)}
    assert not RecipientNotice.objects.exists()
    assert Letter.objects.filter(dsr=filed.dsr).count() == len(post.taken)


@pytest.mark.promise("A12")
def test_who_refuses_a_sale_refuses_that_anybody_is_handed_the_data_for_advertising() -> None:
    assert set(channels_of("opt_out_sale")) == {Channel.SALE, Channel.AD_PARTNERS}
