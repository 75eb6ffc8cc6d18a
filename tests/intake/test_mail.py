import time
from email.message import EmailMessage

import pytest

from requests_app.intake import guessing
from requests_app.intake.mail import LARGEST, read
from tests.intake.mails import PDF, a_bounce, a_mail, raw

LETTER = "0b7b2c1e-8d1c-4f6e-9c58-0a3f0f3f0001"


def test_a_mail_is_read() -> None:
    mail = read(raw("Bonjour, où sont mes données ?", Subject="Mes données"))

    assert (mail.sender, mail.name, mail.subject) == ("ada@example.com", "Ada Example", "Mes données")
    assert mail.text == "Bonjour, où sont mes données ?"
    assert mail.message_id == "<1@mail.example>"
    assert not (mail.automatic)
    assert not (mail.forwarded)
    assert not (mail.unreadable)


def test_attachments_come_along_and_a_page_is_read_where_there_is_no_text() -> None:
    message = EmailMessage()
    message["From"] = "ada@example.com"
    message.set_content("<style>p{}</style><p>Please <b>delete</b></p><script>x()</script><p>my data</p>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="fac\u0301ture.pdf")

    mail = read(message.as_bytes())

    assert mail.text.split() == ["Please", "delete", "my", "data"]
    assert [(file.name, file.content) for file in mail.files] == [("fac\u0301ture.pdf", PDF)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; x=y"}, {"Return_Path": "<>"},
        {"List_Id": "<news.example>"}, {"List_Unsubscribe": "<https://x.example>"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"},
        {"From": "MAILER-DAEMON@mail.example"}, {"From": "no-reply@mail.example"}, {"X_Auto_Response_Suppress": "All"},
    ],
    ids=str,
)  # fmt: skip
def test_what_a_machine_wrote_is_known_by_its_head(headers: dict[str, str]) -> None:
    assert read(raw(**headers)).automatic


def test_a_person_who_says_so_is_none() -> None:
    assert not read(raw(Auto_Submitted="no")).automatic


def test_a_bounce_says_which_letter_did_not_arrive() -> None:
    assert read(a_bounce(LETTER)).failed == {LETTER}
    assert read(a_bounce(LETTER, status="4.4.1", action="delayed")).failed == frozenset()
    assert read(raw(f"Your letter <{LETTER}@testserver> failed. Status: 5.1.1")).failed == frozenset()


@pytest.mark.promise("C10")
@pytest.mark.parametrize(
    "said",
    [
        "-------- Forwarded Message --------\nSubject: x\nFrom: Grace Hopper <grace@example.org>\nTo: shop@x.example\n\nDelete me",
        "Here is one.\n\n> From: grace@example.org\n> Delete me",
        "Von: Grace Hopper [mailto:grace@example.org]\nGesendet: heute\n\nBitte löschen",
        "De : Grace Hopper <grace@example.org>\n\nEffacez",
        "Από: Grace Hopper <grace@example.org>\n\nΔιαγραφή",
    ],
)
def test_of_a_mail_that_customer_care_passes_on_the_inner_sender_is_the_person(said: str) -> None:
    mail = read(raw(said, Subject="Fwd: my data", From="care@o-jewels.example"))

    assert (mail.sender, mail.forwarded) == ("grace@example.org", True)


def test_a_mail_within_a_mail_is_passed_on_too() -> None:
    outer = a_mail("See below", From="care@o-jewels.example", Subject="For you")
    outer.add_attachment(a_mail("Delete me", From="Grace <grace@example.org>"))

    mail = read(outer.as_bytes())

    assert (mail.sender, mail.name, mail.forwarded) == ("grace@example.org", "Grace", True)
    assert "Delete me" in mail.text


def nested(depth: int) -> bytes:
    opened = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return f"From: ada@example.com\r\nSubject: deep\r\n{opened}Content-Type: text/plain\r\n\r\nhello".encode()


def many(parts: int) -> bytes:
    body = "".join(f'--b\r\nContent-Disposition: attachment; filename="{n}.txt"\r\n\r\nx\r\n' for n in range(parts))
    return f'From: ada@example.com\r\nSubject: many\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n{body}--b--'.encode()


HOSTILE = {
    "nothing": b"",
    "no head": b"\r\n\r\nhello",
    "nul": b"From: a\0da@example.com\r\n\r\n\0\0",
    "1,000 deep": nested(1000),
    "200 deep": nested(200),
    "10,000 parts": many(10_000),
    "wrong charset": b"From: ada@example.com\r\nContent-Type: text/plain; charset=klingon-8\r\n\r\n\xff\xfe\xe9",
    "wrong encoding": b"From: ada@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
    "word of no charset": b"From: =?x-none?B?/////w==?= <ada@example.com>\r\nSubject: =?utf-8?Q?=ZZ=?=\r\n\r\nx",
    "endless line": b"From: ada@example.com\r\nSubject: " + b"x" * 2_000_000 + b"\r\n\r\nx",
    "bad boundary": b'From: ada@example.com\r\nContent-Type: multipart/mixed; boundary="\r\n\r\n--\r\n',
    "bad type": b"From: ada@example.com\r\nContent-Type: ;;;=\r\nContent-Disposition: attachment; filename*=x''%\r\n\r\nx",
    "header injection": b"From: ada@example.com\r\nSubject: =?utf-8?Q?a=0D=0ABcc:_all@example.com?=\r\n\r\nx",
}


@pytest.mark.parametrize("mail", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_comes_breaks_or_stops_the_reading(mail: bytes) -> None:
    begun = time.process_time()

    found = read(mail)

    assert time.process_time() - begun < 5
    assert len(found.subject) <= 300
    assert len(found.files) <= 20
    for line in (found.subject, found.name, found.message_id):
        assert "\n" not in line
        assert "\r" not in line


@pytest.mark.parametrize("name", ["1,000 deep", "10,000 parts"])
def test_what_is_too_much_is_kept_as_unreadable_with_its_sender(name: str) -> None:
    found = read(HOSTILE[name])

    assert (found.sender, found.unreadable) == ("ada@example.com", True)


def test_a_mail_that_is_too_large_is_known_by_its_head() -> None:
    head = b"From: ada@example.com\r\nSubject: large\r\n\r\n"

    assert read(head + b"x" * (LARGEST + 1)) == read(head, whole=False)
    assert read(head, whole=False).unreadable
    assert read(head, whole=False).subject == "large"


@pytest.mark.parametrize(
    ("words", "language", "right"),
    [
        ("Hello, please delete all the data that you have about me", "en", "erasure"),
        ("Bonjour, je voudrais une copie de mes données, merci", "fr", "access"),
        ("Ich widerrufe die Einwilligung und bitte um Löschung, bitte löschen Sie meine Daten", "de", "erasure"),
        ("Παρακαλώ στείλτε μου αντίγραφο, ποια δεδομένα έχετε", "el", "access"),
        ("Stop sending me your newsletter, unsubscribe me please", "en", "object_direct_marketing"),
        ("?", "fr", "access"),
    ],
)
def test_plain_words_tell_language_and_right_for_an_officer_to_correct(words: str, language: str, right: str) -> None:
    rights = ["access", "erasure", "object_direct_marketing", "withdraw_consent"]

    assert guessing.language(words, ["fr", "en", "de", "el"], "fr") == language
    assert guessing.right(words, language, rights) == right
