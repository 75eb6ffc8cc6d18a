"""Which mailbox a letter goes to."""

import pytest

from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress


@pytest.mark.parametrize(
    ("typed", "handed"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.O'Neil+shop@Example.COM", "Ada.O'Neil+shop@example.com"),
        ("zoë@example.com", "zoë@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@faß.example", "ada@xn--fa-hia.example"),
        ("ada@sub.example.co.uk", "ada@sub.example.co.uk"),
    ],
)
def test_a_letter_goes_to_the_name_as_typed_at_the_domain_as_the_net_knows_it(typed: str, handed: str) -> None:
    assert mailbox(typed) == handed


@pytest.mark.threat("1.06")
@pytest.mark.parametrize(
    "typed",
    [
        "", "ada", "@example.com", "ada@", "ada@example", "ada@-a.example", "ada@example..com", "ada@exa mple.com", "ada@1.2.3.4",
        "ada@example.com\r\nBcc: eve@example.com", "ada@example.com\0", "ada\n@example.com", "ada@example.com,eve@example.com",
        "ada@example.com;eve@example.com", "Ada <ada@example.com>", '"ada x"@example.com', "ada(comment)@example.com",
        "eve@evil.example,ada@example.com", "ada%evil.example@example.com", "@evil.example:ada@example.com", "evil!ada@example.com",
        "ada@[127.0.0.1]", "a\\@example.com", f"{'a' * 65}@example.com", f"ada@{'a' * 64}.com", f"ada@{'a.' * 130}com",
        "ada@exam\u2028ple.com", "ada@example.com ",
    ],
)  # fmt: skip
def test_what_could_be_two_addresses_or_a_header_is_none(typed: str) -> None:
    with pytest.raises(NotAnAddress) as caught:
        mailbox(typed)

    assert not typed or typed not in str(caught.value)


@pytest.mark.threat("1.07")
@pytest.mark.parametrize("sign", ["\u212a", "\u017f", "ß", "ﬁ", "ı", "Å", "\uff41"])
def test_a_domain_that_looks_like_another_keeps_its_own_name(sign: str) -> None:
    """The Kelvin sign, the long s, sharp s, a ligature, the dotless i … none of them becomes ASCII on the way."""
    handed = mailbox(f"ada@{sign}example.com")

    assert handed.startswith("ada@xn--")
