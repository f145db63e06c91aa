"""``--by LOGIN`` proves who it is: a code of that person's app, and of the second person's own.

The attack: somebody with a shell typed the logins of an officer and of the ward, and was both.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.cli.mailroom.roster import roster_group as roster
from portal.cli.operating_user import operating_user
from portal.cli.oversight.copies import copies
from portal.cli.people.staff import staff
from tests.functional.people.admin.command_support import House
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE, ROOT

COPY = ("--kind", "other", "--place", "棚1", "--owner", "区", "--purpose", "試し")
SOON = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
ADD = ("add", *COPY, "--until", SOON, "--by", "officer")
NONE = ("protection", "none", "--date", "2023-06-01", "--by", "officer", "--confirmed-by", "ward")


def test_a_login_alone_is_nobody(house: House, tmp_path: Path) -> None:
    """Without a terminal and without a code, and with any word for a code."""
    words = ("copies", *ADD)
    program = warm.start("portal", *words, env=house.environment())
    _out, err = program.communicate(timeout=PATIENCE)
    assert program.wait() == 1
    assert "--codes-fd" in err
    for typed in ("", "000000", "officer", "12345"):
        refused = house.by_codes(copies, *ADD, codes=(typed,))
        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
    assert house.events("data_copy.registered", "staff.command_proven") == []


def test_the_code_is_the_persons_own_and_works_once(house: House) -> None:
    assert house.by_codes(copies, *ADD, codes=(house.code("ward"),)).exit_code == 1
    code = house.code("officer")
    assert house.by_codes(copies, *ADD, codes=(code,)).exit_code == 0
    again = house.by_codes(copies, *ADD, codes=(code,))
    assert again.exit_code == 1
    assert "もう使われました" in again.stderr
    assert house.by_codes(copies, *ADD, codes=(house.code("officer", 1),)).exit_code == 0


def test_the_event_names_the_person_and_the_user_of_the_machine(house: House) -> None:
    assert house.by_codes(copies, *ADD, codes=(house.code("officer"),)).exit_code == 0
    proven, entered = house.events("staff.command_proven", "data_copy.registered")
    for event in (proven, entered):
        assert (event.actor_id, event.channel) == (house.id_of("officer"), "command")
        assert event.detail["os_user"] == operating_user() != ""
    assert proven.detail["command"].endswith("add")
    hired = house.events("staff.added")[0]
    assert (hired.actor_role, hired.detail["os_user"]) == ("system", operating_user())


def test_two_people_are_two_proofs(house: House) -> None:
    officer, ward = house.code("officer"), house.code("ward")
    for codes in ((officer,), ("000000", ward)):
        assert house.by_codes(roster, *NONE, codes=codes).exit_code == 1
    twice = (*NONE[:-1], "officer")
    same = house.by_codes(roster, *twice, codes=(house.code("officer", 1),) * 2)
    assert same.exit_code == 1
    assert "ほかの人" in same.stderr
    assert not house.none_recorded
    done = house.by_codes(roster, *NONE, codes=(house.code("officer", 1), ward))
    assert done.exit_code == 0, done.output
    assert house.none_recorded


def test_a_dry_run_is_no_way_around(house: House) -> None:
    assert house.by_codes(roster, *NONE, "--dry-run", codes=("000000", "000000")).exit_code == 1
    codes = house.code("officer"), house.code("ward")
    assert house.by_codes(roster, *NONE, "--dry-run", codes=codes).exit_code == 0
    assert not house.none_recorded


def test_wrong_codes_are_counted_together_with_those_of_the_site(house: House) -> None:
    answers = [house.by_codes(copies, *ADD, codes=("000000",)) for _try in range(6)]
    assert "続けて間違えた" in answers[-1].stderr
    right = house.by_codes(copies, *ADD, codes=(house.code("officer"),))
    assert right.exit_code == 1
    refused = house.events("staff.code_refused")
    assert len(refused) == 5
    assert {event.detail["os_user"] for event in refused} == {operating_user()}
    assert house.events("data_copy.registered") == []


def test_who_may_not_or_is_gone_proves_in_vain(house: House) -> None:
    by_agent = (*ADD[:-1], "agent")
    assert house.by_codes(copies, *by_agent, codes=(house.code("agent"),)).exit_code == 1
    assert house.run(staff, "deactivate", "--login", "officer").exit_code == 0
    assert house.by_codes(copies, *ADD, codes=(house.code("officer"),)).exit_code == 1
    assert house.by_codes(copies, *(*ADD[:-1], "nobody"), codes=("000000",)).exit_code == 1
    assert house.events("data_copy.registered") == []


def test_at_a_terminal_the_code_is_asked_and_not_shown(house: House) -> None:
    ours, theirs = os.openpty()
    command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "portal", "copies", *ADD]
    program = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=house.environment(), cwd=ROOT
    )
    os.close(theirs)
    shown = ""
    while "officer の認証アプリの番号" not in shown:
        shown += os.read(ours, 1000).decode()
    code = house.code("officer")
    os.write(ours, f"{code}\n".encode())
    assert program.wait(timeout=PATIENCE) == 0
    shown += os.read(ours, 1000).decode()
    os.close(ours)
    assert code not in shown
    assert "写しの番号は" in shown
