"""``portal staff``: secrets shown once, working accounts, deactivation."""

import json
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from portal.cli.context import Context
from portal.cli.people.staff import staff
from portal.domain.foundation.vault import make_keys
from portal.domain.people.authn.passwords import verify_password
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff import services, sign_in
from portal.domain.people.staff.models import StaffUser
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.proofs import typed_when_asked
from tests.support.work import work_in

ADD = (
    "add",
    "--login",
    "tanaka",
    "--name",
    "田中",
    "--organization",
    "ward",
    "--role",
    "ward_officer",
)

OFFICER = (*ADD[:5], "--organization", "contractor", "--role", "officer")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "demo",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    return made


def portal(settings: Settings, *words: str) -> Result:
    context = Context(settings)
    left, lines = typed_when_asked(words)
    try:
        return CliRunner().invoke(staff, left, obj=context, input=lines)
    finally:
        context.database().engine.dispose()


def accounts(settings: Settings) -> list[StaffUser]:
    context = Context(settings)
    with context.database().read() as session:
        found = services.all_staff(session)
        session.expunge_all()
    context.database().engine.dispose()
    return found


def test_what_add_prints_signs_the_person_in(settings: Settings) -> None:
    done = portal(settings, *ADD, "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    context = Context(settings)
    vault = context.vault()
    with context.database().write() as session:
        user = services.find_staff(session, "Tanaka")
        assert verify_password(vault, user.password_hash, made["password"])
        now = context.clock.now(session)
        code = pyotp.TOTP(made["totp_secret"]).at(now)
        assert (
            sign_in.check_code(work_in(session, now=now, vault=vault), user.id, code)
            is CodeAnswer.RIGHT
        )
        assert made["password"] not in user.password_hash
    context.database().engine.dispose()
    assert made["otpauth"].startswith("otpauth://totp/")


def test_people_read_the_secrets_once_and_the_list_has_none(settings: Settings) -> None:
    shown = portal(settings, *ADD).output
    secret = next(line for line in shown.splitlines() if line.startswith("otpauth")).split(
        "secret="
    )[1][:32]
    listed = portal(settings, "list").output
    assert "tanaka\tward\tward_officer" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("--role", "officer"), "ward_officer"),
        (("--login", "two words"), "空白"),
        (("--name", " "), "名前"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_added(
    settings: Settings, change: tuple[str, str], words: str
) -> None:
    place = ADD.index(change[0])
    given = (*ADD[:place], *change, *ADD[place + 2 :])
    done = portal(settings, *given)
    assert done.exit_code == 1
    assert words in done.output
    assert accounts(settings) == []


def test_a_dry_run_adds_nothing_and_a_login_is_given_once(settings: Settings) -> None:
    assert portal(settings, *OFFICER, "--dry-run").exit_code == 0
    assert accounts(settings) == []
    assert portal(settings, *OFFICER).exit_code == 0
    again = portal(settings, *OFFICER)
    assert again.exit_code == 1
    assert "もう使われています" in again.output


def test_deactivating_and_unlocking_name_the_account(settings: Settings) -> None:
    portal(settings, *OFFICER)
    assert portal(settings, "deactivate", "--login", "tanaka", "--dry-run").exit_code == 0
    assert accounts(settings)[0].active
    assert portal(settings, "deactivate", "--login", "TANAKA").exit_code == 0
    assert not accounts(settings)[0].active
    assert portal(settings, "unlock", "--login", "tanaka").exit_code == 0
    assert portal(settings, "deactivate", "--login", "nobody").exit_code == 1
