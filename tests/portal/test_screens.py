"""What a first-time user goes through, right by right: screens and questions until it is filed; nothing is asked twice."""

import re
from typing import Any, Final

import pytest

from requests_app.brands.models import Brand
from requests_app.rights import RIGHTS
from tests.portal.customer import ANSWERS, SEE_OTHER, Customer, words

pytestmark = pytest.mark.django_db
MOST_SCREENS: Final = 5
MOST_QUESTIONS: Final = 12  # an erasure’s; most of them may stay empty
OFFERED: Final = sorted(name for name, right in RIGHTS.items() if not right.concerns)
SAID: Final = {
    "extent": "everything", "ground": "objection", "details": "It was long ago.", "decision": "No invoice.", "reach": "general",
    "residence": "FR", "postcode": "69002",
}  # fmt: skip
_FIELDS: Final = re.compile(r"<(?:input|select|textarea)\b[^>]*>")
_KEPT: Final = {"website", "opened", "csrfmiddlewaretoken", "step", "account"}


def questions(page: str) -> set[str]:
    """Return the names of what a page asks; the parts of one date, and the boxes of one choice, are one question."""
    shown = [tag for tag in _FIELDS.findall(page) if 'type="hidden"' not in tag]
    names = {found[1] for tag in shown if (found := re.search(r'name="(\w+?)(?:_\d)?"', tag))}
    return names - _KEPT


def text(answer: Any) -> str:
    return str(answer.content.decode())


def path(customer: Customer, right: str) -> tuple[int, set[str]]:
    """Go from the shop's first page to a filed request; return the screens seen, and the questions asked."""
    screens = [text(customer.get())]
    assert f"/{right}/" in screens[0], "the first page leads to the form"
    screens.append(text(customer.get(f"{right}/")))
    asked = questions(screens[-1])
    if not RIGHTS[right].needs_proof:
        answer = customer.post(
            f"{right}/", email="ada@example.com", everything="1", opened=ANSWERS.get("opened") or _stamp(screens[-1])
        )
    else:
        checked = customer.sends("check", right, **SAID)
        assert checked.status_code == 200, words(checked)
        screens.append(text(checked))
        assert questions(screens[-1]) == set(), "what was said is shown, not asked again"
        answer = customer.sends("send", right, **SAID)
    assert answer.status_code == SEE_OTHER, words(answer)
    screens.append(text(customer.client.get(answer["Location"])))
    assert questions(screens[-1]) == set(), "nothing is asked after it was filed"
    return len(screens), asked


def _stamp(page: str) -> str:
    found = re.search(r'name="opened" value="([^"]+)"', page)
    assert found
    return found[1]


def test_every_right_is_filed_in_five_screens_at_most_and_asks_nothing_twice(
    customer: Customer, capsys: pytest.CaptureFixture[str]
) -> None:
    Brand.objects.filter(pk=customer.brand.pk).update(rights={"voluntary": OFFERED})
    table = {}
    for right in OFFERED:
        customer.client.cookies.clear()
        table[right] = path(customer, right)
    with capsys.disabled():
        for right, (screens, asked) in table.items():
            print(f"{right:32} {screens} screens {len(asked):2} questions: {', '.join(sorted(asked))}")  # noqa: T201  # its purpose

    assert {right for right, (screens, _asked) in table.items() if screens > MOST_SCREENS} == set()
    assert {right for right, (_screens, asked) in table.items() if len(asked) > MOST_QUESTIONS} == set()


def test_who_goes_back_to_change_something_finds_every_answer(customer: Customer) -> None:
    page = text(customer.post("access/", **(ANSWERS | SAID | {"change": "email", "opened": "x"})))

    for answer in ("Ada Example", "ada@example.com", "69002", "It was long ago."):
        assert answer in page


@pytest.mark.parametrize("step", ["check", "send"])
def test_what_was_typed_stays_when_the_language_changes_until_it_is_filed(customer: Customer, step: str) -> None:
    wrong = {"email": "nobody"} if step == "send" else {}
    page = text(customer.sends(step, **SAID | wrong))
    assert 'hreflang="fr"' in page
    customer.language = "fr"

    page = text(customer.get("access/"))

    for answer in ("Ada Example", "69002", "It was long ago.", 'value="1984"'):
        assert answer in page
    kept = customer.client.cookies["draft"].value
    assert "Ada Example" not in kept
    assert "Ada Example" not in text(customer.get("portability/")), "a draft belongs to its form"
    assert customer.sends("send", **SAID).status_code == SEE_OTHER
    assert "Ada Example" not in text(customer.get("access/"))


def test_a_draft_that_somebody_changed_is_none(customer: Customer) -> None:
    customer.sends("check")
    customer.client.cookies["draft"] = "x" + customer.client.cookies["draft"].value[1:]

    assert "Ada Example" not in text(customer.get("access/"))


def test_what_is_too_long_for_a_browser_is_left_out_and_the_rest_stays(customer: Customer) -> None:
    noise = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(2000))
    assert customer.sends("check", details=noise).status_code == 200

    page = text(customer.get("access/"))
    assert "Ada Example" in page
    assert noise not in page
