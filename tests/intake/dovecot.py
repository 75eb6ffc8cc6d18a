"""A real IMAP server of a test's own: Dovecot, with one mailbox in a folder."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.brokers import free_port

SERVER: Final = shutil.which("dovecot") or "/usr/sbin/dovecot"
_CONFIG: Final = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{home}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox, and how to put something into it."""

    port: int
    home: Path

    @property
    def place(self) -> str:
        return f"imap://privacy:secret@127.0.0.1:{self.port}/INBOX"

    def put(self, *mails: bytes) -> None:
        with imaplib.IMAP4("127.0.0.1", self.port) as box:
            box.login("privacy", "secret")
            for mail in mails:
                assert box.append("INBOX", "", "", mail)[0] == "OK"

    def flags(self) -> list[bytes]:
        with imaplib.IMAP4("127.0.0.1", self.port) as box:
            box.login("privacy", "secret")
            box.select("INBOX", readonly=True)
            return [one for one in box.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]


@contextmanager
def dovecot(home: Path) -> Iterator[Box]:
    """Run a server whose files lie in `home`; it ends with the block."""
    me = pwd.getpwnam(getpass.getuser())
    user = "nobody" if me.pw_uid == 0 else me.pw_name
    owner = pwd.getpwnam(user)
    port, config = free_port(), home / "dovecot.conf"
    for folder in ("run", "state", "mail"):
        (home / folder).mkdir(parents=True)
    _open_to(owner, home)
    group = grp.getgrgid(owner.pw_gid).gr_name
    config.write_text(_CONFIG.format(home=home, port=port, user=user, group=group, uid=owner.pw_uid, gid=owner.pw_gid))
    server = subprocess.Popen([SERVER, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, server, home)
        yield Box(port, home)
    finally:
        server.terminate()
        server.wait(10)


def _open_to(owner: pwd.struct_passwd, home: Path) -> None:
    """Let the server's own user reach the mail: it refuses to touch any as root."""
    if os.getuid() == 0:
        shutil.chown(home / "mail", owner.pw_uid, owner.pw_gid)
        for folder in (home, *home.parents):
            if folder.stat().st_uid == 0 and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o011)


def _wait(port: int, server: "subprocess.Popen[bytes]", home: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and server.poll() is None:
        try:
            with imaplib.IMAP4("127.0.0.1", port, timeout=2) as box:
                box.login("privacy", "secret")
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
        else:
            return
    log = (home / "log").read_text() if (home / "log").exists() else ""
    raise AssertionError(f"dovecot did not start (as {os.getuid()}): {log[-1500:]}")
