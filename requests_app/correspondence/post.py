"""Handing a message to the mail server, under exactly the address that it was written to."""

from email.generator import BytesGenerator
from email.message import Message
from email.policy import SMTPUTF8, Compat32, Policy
from io import BytesIO
from smtplib import SMTPNotSupportedError
from typing import Any, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

SMTP_OF_DJANGO: Final = Compat32(linesep="\r\n")


class Post(EmailBackend):
    """SMTP as Django speaks it, except for recipients, whose names Django would rewrite.

    It encodes a local part outside ASCII as if it were a display name, which makes it another mailbox. Such an address
    needs a server that takes UTF-8 (RFC 6531); with any other the letter does not go.
    """

    def _send(self, email_message: EmailMessage) -> bool:
        """Send one message.

        Raises:
            SMTPNotSupportedError: the address needs UTF-8, and the server takes none.
            SMTPException: the server did not take it.
        """
        server: Any = self.connection
        recipients, message = email_message.recipients(), email_message.message()
        _readdress(message, email_message.to)
        if all(address.isascii() for address in recipients):
            server.sendmail(email_message.from_email, recipients, _as_bytes(message, SMTP_OF_DJANGO))
        elif _takes_utf8(server):
            server.sendmail(email_message.from_email, recipients, _as_bytes(message, SMTPUTF8), ["SMTPUTF8", "BODY=8BITMIME"])
        else:
            raise SMTPNotSupportedError("the mail server takes no address outside ASCII")
        return True


def _takes_utf8(server: Any) -> bool:
    server.ehlo_or_helo_if_needed()
    return bool(server.has_extn("smtputf8"))


def _readdress(message: Message, to: list[str]) -> None:
    """Say in the header what the envelope says. Django's own way of setting it would rewrite it again."""
    del message["To"]
    Message.__setitem__(message, "To", ", ".join(to))


def _as_bytes(message: Message, policy: "Policy[Any]") -> bytes:
    text = BytesIO()
    generator: Any = BytesGenerator(text, mangle_from_=False, policy=policy)
    generator.flatten(message)
    return text.getvalue()
