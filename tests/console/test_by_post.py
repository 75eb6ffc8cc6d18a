"""What is typed for somebody without an e-mail address: what no letter could carry is said at its field."""

from uuid import uuid4

import pytest
from django.test import Client

from requests_app.workflow.models import SubjectRequest
from tests.letter_writing import SAID, at, desk, filed, homes, letter, lives, send_figures
from tests.mail import Post
from tests.small_shop import SmallShop, shop

__all__ = ["desk", "homes", "shop"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"street": "", "postcode": "", "city": ""}, {"email"}),
        ({"street": ""}, {"street"}),
        ({"postcode": "", "city": ""}, {"postcode", "city"}),
        ({"street": "a\nb\nc\nd"}, {"street"}),
        ({"street": "x" * 5000}, {"street"}),
        ({"city": "Paris\nTo: somebody"}, {"city"}),
        ({"street": "12 rue \u202eevil"}, {"street"}),
        ({"email": "no address"}, {"email"}),
        ({"name": ""}, {"name"}),
    ],
)
def test_what_cannot_be_written_to_is_said_at_its_field_and_nothing_is_filed(
    desk: Client, changes: dict[str, str], fields: set[str]
) -> None:
    answer = desk.post("/console/file-for/o-jewels/", SAID | {"once": str(uuid4())} | changes)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == fields
    assert not SubjectRequest.objects.exists()


def test_what_looks_like_a_page_stands_as_words_on_page_and_paper(desk: Client, homes: SmallShop, post: Post) -> None:
    evil = "<b onclick=x>Rue</b>"
    lives(homes, 1, evil)
    dsr = filed(desk, street=evil)
    send_figures(desk, dsr)
    sent = letter(dsr, "post_code")

    page = desk.get(at(dsr, f"letters/{sent.pk}/")).content.decode()
    assert evil not in page
    assert "&lt;b onclick=x&gt;Rue&lt;/b&gt;" in page
    assert desk.get(at(dsr, f"letters/{sent.pk}/paper.pdf")).content.startswith(b"%PDF-")
