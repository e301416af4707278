"""The base of screens that stay true while other desks work."""

from __future__ import annotations

from typing import ClassVar, Protocol

from conciergedesk.core.errors import DeskError
from conciergedesk.ui.desk_screen import DeskScreen


class Watched(Protocol):
    """Where a screen reads. ``token`` differs as soon as anything was committed; called in worker threads."""

    def token(self) -> str: ...


class WatchedScreen(DeskScreen):
    """Reads when it is first shown, and again when the token is no longer that of what is shown.

    Subclasses give :meth:`reload` and set ``_token`` with every reading.
    """

    READ_ON_RESUME: ClassVar[bool] = True
    """Whether coming back from a sheet or another mode reads again at once."""

    def __init__(self, watched: Watched, poll_seconds: float) -> None:
        super().__init__()
        self._watched = watched
        self._poll_seconds = poll_seconds
        self._token: str | None = None

    def on_mount(self) -> None:
        self.call_after_refresh(self.reload)
        if self._poll_seconds:
            self.set_interval(self._poll_seconds, self._poll)

    def on_screen_resume(self) -> None:
        if self.READ_ON_RESUME and self.loaded:
            self.reload()

    @property
    def loaded(self) -> bool:
        """Whether there is a reading to show."""
        return self._token is not None

    def reload(self) -> None:
        """Read again what is shown."""
        raise NotImplementedError

    def _poll(self) -> None:
        if self.is_current and self._worth_asking():
            self.run_service(
                self._watched.token,
                self._compare_token,
                group=f"{self.MODE}-poll",
                exclusive=True,
                failed=self._poll_failed,
            )

    def _worth_asking(self) -> bool:
        """A reading that is under way must not be begun anew."""
        return self.loaded

    def _poll_failed(self, error: DeskError) -> None:
        self.desk.show_trouble(str(error))

    def _compare_token(self, token: str) -> None:
        if token != self._token:
            self.reload()
