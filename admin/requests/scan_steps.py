"""Between choosing a scan and storing it: somebody looks at it and makes black what may not stay.

The file waits as a draft, sealed with a key that only this browser's cookie has. The form comes
back with the picture until somebody said that no such number is on it any more.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from admin.access import post_key
from admin.page import Page
from portal.domain.foundation.errors import DomainError, IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.requests import scan_drafts
from portal.domain.requests.requests.black_marks import (
    LOWEST,
    MOST,
    Mark,
    between,
    of_cells,
    read_marks,
    written,
)
from portal.domain.requests.requests.scans import CheckedScan, ReceivedScan, burn_in
from portal.platform.http.forms import Form, Upload
from portal.platform.sent_again import was_carried_out

Result = TypeVar("Result")
COOKIE: Final = "scan"
WIDTH = 640
"""How wide the page is shown that is pressed, in pixels of CSS; presses are counted in these."""
NONE, BLACKENED = "none", "black"


@dataclass(slots=True)
class Steps:
    """What the form says of one file, field by field: ``scan.draft``, ``scan.marks`` and so on."""

    page: Page
    name: str

    def get(self, what: str) -> str:
        """Return one of the fields."""
        return self.page.form.get(f"{self.name}.{what}")

    def put(self, **fields: str) -> None:
        """Set fields for the page that comes back."""
        form = self.page.form
        kept = {**form.values, **{f"{self.name}.{what}": text for what, text in fields.items()}}
        self.page.fill(Form(kept, form.errors, form.faulty, form.files))

    def say(self, sentence: str) -> None:
        """Make the form come back with a sentence beside the file."""
        self.page.form.error(self.name, sentence)

    @property
    def number(self) -> int:
        """The page of the paper that is shown, from 1."""
        return max(1, _whole(self.get("page")))


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def ask(page: Page, name: str) -> None:
    """Go on with a scan: what came is held; what was looked at becomes the file of the form."""
    steps = Steps(page, name)
    came = page.form.files.get(name)
    if came is not None:
        received, came.checked = came.checked, None
        if isinstance(received, ReceivedScan):
            begin(page, received, name)
    elif steps.get("act") == "drop":
        _own(page, lambda work: scan_drafts.drop(work, _whole(steps.get("draft"))))
        steps.put(draft="")
        steps.say(_s("書類を選びなおしてください。"))
    elif steps.get("draft"):
        try:
            _go_on(steps)
        except DomainError as error:
            if error.code == "gone" and _sent_again(steps):
                return
            if error.code in {"gone", "marks"}:
                steps.put(draft="")
            steps.say(error.message)


def begin(page: Page, received: ReceivedScan, name: str) -> None:
    """Hold a file and ask what is on it."""
    key, wrapped = _key(page)
    draft = _own(page, lambda work: scan_drafts.hold(work, received, key).id)
    page.answer.set_cookie(COOKIE, urlsafe_b64encode(wrapped).decode())
    steps = Steps(page, name)
    steps.put(draft=str(draft), pages=str(received.pages), page="1", seen="1")
    steps.put(marks="", corner="", cells="", numbers="")
    steps.say(_s("書類を見て、残してはいけない番号が写っていないか、確かめてください。"))


def _own(page: Page, act: Callable[[Work], Result]) -> Result:
    """Act in a transaction of its own: what comes later must not keep writers waiting."""
    with page.site.database.write() as session:
        return act(page.site.work(session, page.actor, page.now))


def _key(page: Page) -> tuple[bytes, bytes]:
    """Return the key of this browser, plain and wrapped; a new one where it has none."""
    try:
        wrapped = urlsafe_b64decode(page.cookie(COOKIE))
        return page.site.vault.unwrap(wrapped), wrapped
    except (binascii.Error, ValueError, IntegrityFaultError):
        return page.site.vault.new_data_key()


def held(page: Page, draft_id: int) -> ReceivedScan:
    """Return a file of this person and this browser that waits.

    Raises:
        InputError: there is none, it waited too long, or another browser brought it.
    """

    def read(work: Work) -> ReceivedScan:
        try:
            return scan_drafts.held(work, draft_id, _key(page)[0])
        except IntegrityFaultError:
            raise scan_drafts.gone() from None

    with page.site.database.read() as session:
        return read(page.site.work(session, page.actor, page.now))


def _go_on(steps: Steps) -> None:
    received = held(steps.page, _whole(steps.get("draft")))
    marks = list(read_marks(steps.get("marks"), received.pages))
    steps.put(pages=str(received.pages))
    if _changed(steps, marks, received.pages):
        steps.put(marks=written(marks[:MOST]))
        return
    if steps.get("cells").strip():
        steps.say(_s("マス目が書いてあります。「塗る」を押すか、消してください。"))
    elif _whole(steps.get("seen")) < received.pages:
        steps.put(page=str(steps.number + 1), seen=str(steps.number + 1))
        steps.say(_s("次のページも確かめてください。"))
    elif _answered(steps, marks):
        picture = burn_in(received, marks)
        done = replace(picture, draft_id=_whole(steps.get("draft")))
        _as_file(steps).checked = done


def _as_file(steps: Steps) -> Upload:
    """Put the draft in the place of the form's file; equal forms have equal files."""
    file = Upload(b"draft:%d" % _whole(steps.get("draft")), 0)
    steps.page.form.files[steps.name] = file
    return file


def _sent_again(steps: Steps) -> bool:
    """Tell whether this very form was carried out before, and its draft ended with it."""
    _as_file(steps).checked = CheckedScan(b"", "", 0, b"")  # never stored: the form is claimed
    with steps.page.site.database.read() as session:
        if was_carried_out(session, post_key(steps.page)):
            return True
    del steps.page.form.files[steps.name]
    return False


def _answered(steps: Steps, marks: list[Mark]) -> bool:
    said = steps.get("numbers")
    if said == NONE and marks:
        steps.say(_s("黒く塗ったところがあります。「黒く塗った」を選ぶか、取り消してください。"))
    elif said == BLACKENED and not marks:
        steps.say(_s("まだ、どこも黒く塗っていません。番号のところを塗ってください。"))
    elif said not in {NONE, BLACKENED}:
        steps.say(_s("残してはいけない番号が写っていないか、答えてください。"))
    return said == (BLACKENED if marks else NONE)


def _changed(steps: Steps, marks: list[Mark], pages: int) -> bool:
    """Carry out the button that was pressed inside the picture's part of the form, if any."""
    pressed = _pressed(steps)
    act, _colon, number = steps.get("act").partition(":")
    if pressed is not None:
        _corner(steps, marks, pressed)
    elif act == "cells":
        marks.append(of_cells(steps.get("cells"), steps.number))
        steps.put(cells="")
        steps.say(_s("黒く塗りました。ほかにも写っていないか、確かめてください。"))
    elif act == "undo":
        del marks[-1:]
        steps.put(corner="")
        steps.say(_s("最後に塗ったところを、元に戻しました。"))
    elif act == "page":
        shown = min(max(1, _whole(number)), pages)
        seen = max(_whole(steps.get("seen")), shown)
        steps.put(page=str(shown), seen=str(min(seen, pages)), corner="")
        steps.say(_s("%(n)sページを出しました。") % {"n": shown})
    else:
        return False
    return True


def _pressed(steps: Steps) -> tuple[int, int] | None:
    """Return where the picture was pressed, in thousandths of its width.

    A keyboard presses the corner 0, 0, and so does Enter in another field: that is no place.
    """
    across, down = (_whole(steps.get("press." + axis)) for axis in "xy")
    if not across and not down:
        return None
    return min(across * 1_000 // WIDTH, 1_000), min(down * 1_000 // WIDTH, LOWEST - 1)


def _corner(steps: Steps, marks: list[Mark], place: tuple[int, int]) -> None:
    first = [_whole(part) for part in steps.get("corner").split(":")]
    if len(first) != 2:
        steps.put(corner=f"{place[0]}:{place[1]}")
        steps.say(_s("ななめ向かいの角を押すと、その間を黒く塗ります。"))
        return
    marks.append(between(steps.number, (first[0], first[1]), place))
    steps.put(corner="")
    steps.say(_s("黒く塗りました。ほかにも写っていないか、確かめてください。"))
