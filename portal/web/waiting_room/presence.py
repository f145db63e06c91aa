"""How many requests a process is at, by the standing of who sent them."""

from litestar.types import HTTPReceiveMessage, Receive

from portal.web.waiting_room.passes import Standing


class Presence:
    """One request among those at which a process works.

    A form counts from when it came whole: forms that are sent slowly, on purpose, cost next to
    nothing, and must not make others wait.
    """

    def __init__(self, inside: dict[Standing, int], standing: Standing) -> None:
        self._inside, self._standing = inside, standing
        self._counted = False

    def begin(self) -> None:
        """Count it from now on."""
        if not self._counted:
            self._inside[self._standing] += 1
            self._counted = True

    def end(self) -> None:
        """Count it no longer."""
        if self._counted:
            self._inside[self._standing] -= 1
            self._counted = False

    def when_whole(self, receive: Receive) -> Receive:
        """Wrap ``receive`` so that the request counts from its last part on."""

        async def receiving() -> HTTPReceiveMessage:
            message: HTTPReceiveMessage = await receive()  # type: ignore[assignment]  # http
            if not message.get("more_body", False):
                self.begin()
            return message

        return receiving
