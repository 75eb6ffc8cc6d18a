"""The HTML of a letter says the same words, and its addresses can be pressed."""

from time import process_time

import pytest

from requests_app.correspondence.linking import linked
from tests.mail import words

TEXTS = (
    "Write to CNIL (https://www.cnil.fr). Or not.", "a (https://a.example/x?y=1&z=2), b <https://b.example>; c: d@e.example.",
    "<script>alert(1)</script> & 'x' \"y\"", "https://a.example/<b>x</b>", "javascript:alert(1) data:text/html,x", "x@y http:// @",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_lost_or_added(text: str) -> None:
    assert "".join(words(linked(text))) == "".join(text.split())


def test_only_addresses_of_the_web_and_of_mail_are_links() -> None:
    assert linked(TEXTS[0]) == 'Write to CNIL (<a href="https://www.cnil.fr">https://www.cnil.fr</a>). Or not.'
    assert 'href="https://a.example/x?y=1&amp;z=2"' in linked(TEXTS[1])
    assert 'href="mailto:d@e.example"' in linked(TEXTS[1])
    assert [linked(text).count("<a ") for text in TEXTS] == [1, 3, 0, 1, 0, 0]
    assert linked(TEXTS[3]) == '<a href="https://a.example/">https://a.example/</a>&lt;b&gt;x&lt;/b&gt;'


def test_a_long_word_costs_no_more_than_its_length() -> None:
    started = process_time()

    assert "<a " not in linked("a." * 100_000)
    assert process_time() - started < 1
