"""`manage.py law`, as somebody types it in a plain clone: no database, no environment."""

import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from requests_app.duties import DUTIES
from requests_app.jurisdictions import REGIMES
from tests.house.tree import ROOT


def said(*words: str) -> str:
    out = StringIO()
    call_command("law", *words, stdout=out)
    return out.getvalue()


def typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder` as a newcomer would: with no environment at all."""
    return subprocess.run(
        [sys.executable, "manage.py", "law", *words], cwd=folder, env={"PATH": os.environ["PATH"]}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip


def test_it_runs_in_a_plain_clone_with_no_environment() -> None:
    done = typed(ROOT, "check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "71 laws: 63 of their own, 8 that add to one", "150 clocks, 6 pauses", "156 duties to keep", "no mistakes",
    ]  # fmt: skip


def test_a_reader_who_has_left_is_no_fault() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "manage.py", "law", "coverage"], cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=False,
        stdout=write, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(write)

    assert (done.returncode, done.stderr) == (141, "")


def test_it_shows_all_of_a_law_with_source_and_confidence() -> None:
    shown = said("show", "eu-gdpr")

    assert shown.startswith("eu-gdpr: Regulation (EU) 2016/679 (GDPR)\n")
    assert "confidence: high" in shown
    assert "in force since 2018-05-25" in shown
    assert "right access (Right of access): Art. 15" in shown
    assert "answer (every right): 1 calendar_month from receipt" in shown
    assert "to 3 in all if" in shown
    assert "identity_doubt, no statute" in shown
    assert "    seen: " in shown


def test_it_shows_one_right_with_its_clocks_and_its_letters() -> None:
    shown = said("show", "us-ca-ccpa", "--right", "opt_out_sale")

    assert "right opt_out_sale (Right to opt out of sale): 1798.120" in shown
    assert "answer (opt_out_sale, opt_out_targeted_advertising, limit_sensitive): 15 business_day" in shown
    assert "answer (every right)" not in shown
    assert "    refusal: complaint_notice, refusal_reason, provision_relied_on, remedy\n" in shown
    assert "right access" not in shown


def test_it_says_that_a_right_is_not_granted() -> None:
    assert "right restriction: not granted" in said("show", "us-ca-ccpa", "--right", "restriction")


def test_it_shows_what_a_state_adds() -> None:
    shown = said("show", "eu-gdpr-fr", "--right", "access")

    assert "adds to: eu-gdpr" in shown
    assert "in force with the law it adds to" in shown
    assert "post_mortem: " in shown


def test_it_says_that_a_law_is_off_or_not_yet_in_force() -> None:
    assert "confidence: low (off until switched on)" in said("show", "ec")
    assert "not in force before 2028-01-01" in said("show", "us-vt")


@pytest.mark.parametrize("name", [*REGIMES, *DUTIES])
def test_every_law_and_every_duty_can_be_shown(name: str) -> None:
    shown = said("show", name)

    assert shown.startswith(f"{name}: ")
    assert "seen: " in shown or "knowledge: " in shown
    assert "None" not in shown


def test_a_name_that_nothing_has_is_refused_with_what_is_near() -> None:
    with pytest.raises(CommandError, match=r"^No law and no duty to keep is called eu-gpdr\. Near: eu-gdpr"):
        said("show", "eu-gpdr")
    with pytest.raises(CommandError, match=r"^No law and no duty to keep is called xyzzy\.$"):
        said("show", "xyzzy")
    with pytest.raises(CommandError, match="invalid choice: 'acces'"):
        said("show", "eu-gdpr", "--right", "acces")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a copy of the product, and nothing else, that a test may break."""
    for name in ("dsar", "requests_app"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    return tmp_path


def broken(clone: Path, file: str, before: str, after: str) -> None:
    path = clone / "requests_app" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_check_names_every_broken_file_and_fails(clone: Path) -> None:
    broken(clone, "jurisdictions/uk-gdpr.yaml", "status: in_force", "status: old")
    broken(clone, "jurisdictions/jp-appi.yaml", "territory: [JP]", "territory: [Japan]")
    broken(clone, "duties/france.yaml", "kind: statutory_duty", "kind: duty")

    done = typed(clone, "check")

    assert done.returncode == 1
    assert [line.partition(" must ")[0] for line in done.stderr.splitlines()] == [
        "CommandError: jp-appi.yaml: territory[0]", "uk-gdpr.yaml: status", "france.yaml: [0].kind", "3 mistakes",
    ]  # fmt: skip


def test_a_broken_law_is_refused_by_name_when_it_is_shown_and_the_others_are_not(clone: Path) -> None:
    broken(clone, "jurisdictions/uk-gdpr.yaml", "status: in_force", "status: old")

    assert typed(clone, "show", "uk-gdpr").stderr == "CommandError: uk-gdpr.yaml: status must be one of in_force, enacted\n"
    assert typed(clone, "show", "eu-gdpr").returncode == 0


def test_coverage_counts_every_right_of_every_law() -> None:
    covered = json.loads(said("coverage", "--json"))
    own = [one for one in covered["regimes"] if one["kind"] == "regime"]

    assert [one["id"] for one in covered["regimes"]] == list(REGIMES)
    assert [one["id"] for one in covered["duties"]] == list(DUTIES)
    assert all(len(one["rights"]) == 16 for one in own)
    assert all(one["confidence"] and one["evidence"] and one["sources"] for one in covered["regimes"])


def test_coverage_says_what_is_missing() -> None:
    covered = {one["id"]: one for one in json.loads(said("coverage", "--json"))["regimes"]}
    access = {
        name: next(right for right in covered[name]["rights"] if right["right"] == "access") for name in ("eu-gdpr", "jp-appi")
    }

    assert (access["eu-gdpr"]["missing"], [clock["missing"] for clock in access["eu-gdpr"]["clocks"]]) == ([], [[]])
    assert [clock["missing"] for clock in access["jp-appi"]["clocks"]] == [["a number"]]
    assert covered["cn-pipl"]["missing"] == ["the number of the term was not read in a source"]


def test_coverage_in_words_ends_with_the_counts() -> None:
    told = said("coverage")

    assert "eu-gdpr: in force 2018-05-25; confidence high; evidence statute_or_regulator_text; " in told
    assert "  access: answer 1 calendar_month\n" in told
    assert "fr-aml" not in told  # its period was read
    assert told.endswith("156 duties to keep, the period of 50 read in a source\n")
