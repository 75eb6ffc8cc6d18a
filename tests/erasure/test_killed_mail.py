"""FI-06: the worker that sends a letter is killed in the middle: before the server has it, or after that and before the receipt."""

import os
import signal
import subprocess
import sys
from typing import Any, Final

import pytest

from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import write
from requests_app.ledger.models import Step, StepState
from requests_app.workflow.states import State
from tests import database
from tests.erasure.planned import an_erasure
from tests.house.tree import ROOT
from tests.mail import Post
from tests.running import run_all_due

_SENDER: Final = """
import sys
import django
django.setup()
import requests_app.journey
from requests_app.ledger.claims import claim
from requests_app.ledger.services import run
run(claim(int(sys.argv[1])))
"""
_LINKS = {"follow": "https://shop.example/letter/f", "disown": "https://shop.example/letter/d"}


def killed_while_it_sends(step: Step, post: Post, monkeypatch: pytest.MonkeyPatch, *, taken: bool) -> tuple[int, str]:
    """Let a process of its own carry `step`, and kill it when the server has heard the letter.

    `taken`: the server keeps the letter. Return how the process ended, and what it complained of.
    It is no fork: while a browser's loop runs here, Django keeps its connections elsewhere than a child of ours would look.
    """
    take = Post.handle_DATA

    async def kill(self: Post, *said: Any) -> str:
        answer = await take(self, *said) if taken else "451 not now"
        sender.kill()
        return answer

    variables = os.environ | {"DATABASE_URL": database.url(), "EMAIL_URL": f"smtp://127.0.0.1:{post.port}"}
    command = [sys.executable, "-c", _SENDER, str(step.pk)]
    with monkeypatch.context() as patched:
        patched.setattr(Post, "handle_DATA", kill)
        with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True) as sender:
            _, complained = sender.communicate(timeout=120)
    return sender.returncode, complained


@pytest.mark.threat("FI-06")
@pytest.mark.threat("FI-14")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken", [False, True])
def test_a_letter_whose_sender_is_killed_arrives_and_twice_at_most_under_one_name(
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    taken: bool,  # noqa: FBT001  # a case
) -> None:
    dsr = an_erasure(State.ERASING)
    letter = write(dsr, "proven", links=_LINKS)
    step = Step.objects.get(kind="correspondence.send", params__letter=str(letter.pk))

    ended, complained = killed_while_it_sends(step, post, monkeypatch, taken=taken)
    assert ended == -signal.SIGKILL, complained

    assert Letter.objects.get(pk=letter.pk).state != LetterState.SENT
    Step.objects.filter(pk=step.pk, state=StepState.RUNNING).update(state=StepState.DUE, lease_until=None)  # the lease ran out
    run_all_due("correspondence.send")
    sent = [one.message["Message-ID"] for one in post.to(dsr.email) if one.message["Message-ID"].startswith(f"<{letter.pk}@")]
    assert len(sent) == 1 + taken
    assert len(set(sent)) == 1
    assert Letter.objects.get(pk=letter.pk).state == LetterState.SENT
    assert run_all_due("correspondence.send") == []
