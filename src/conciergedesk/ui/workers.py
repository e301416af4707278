"""How a screen runs a service: in a worker thread, with the answer delivered back on the screen's own loop.

Expected errors become one sentence in one place; the rest is logged with its traceback, said once, and the desk
stays open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_

T = TypeVar("T")
ResultT = TypeVar("ResultT")

log = logging.getLogger("conciergedesk.ui")

READING, ANSWER = "reading", "answer"
"""Names of workers: what only shows something anew, and what the operator's next key may depend on."""

UNEXPECTED = N_("Something unexpected happened. It was written to the log; nothing you saved is lost.")


class CallingScreen(Screen[ResultT]):
    """A screen that can run service calls::

    self.run_service(
        lambda: requests.claim(desk, promise.id),
        then=lambda claimed: self.say(_("{ref} is yours", ref=claimed.ref)),
        group="write",
    )
    """

    @dataclass
    class Answered(Message, bubble=False):
        """A service has answered; ``deliver`` hands the answer over on the loop."""

        deliver: Callable[[], object]

    def run_service(
        self,
        call: Callable[[], T],
        then: Callable[[T], object],
        *,
        group: str,
        exclusive: bool = False,
        failed: Callable[[DeskError], None] | None = None,
        description: str = "",
    ) -> Worker[None]:
        """Run ``call`` in a thread and ``then`` with its answer on the loop.

        Args:
            call: One service call; touches no widget.
            then: Shows the answer.
            group: Calls of one group that are ``exclusive`` replace each other: only the last answer is shown.
            exclusive: Whether an earlier call of the group is forgotten. The next key does not wait for such a call.
            failed: Shows an expected error; default is ``show_error``.
            description: For the log.
        """

        def body() -> None:
            worker = get_current_worker()
            try:
                answer = call()
            except DeskError as error:
                self._deliver(worker, lambda error=error: (failed or self.show_error)(error))  # type: ignore[misc]
            except Exception:
                log.exception("A service call failed unexpectedly (%s)", description or group)
                self._deliver(worker, lambda: (failed or self.show_error)(Unavailable(UNEXPECTED)))
            else:
                self._deliver(worker, lambda: then(answer))

        return self.run_worker(
            body,
            name=READING if exclusive else ANSWER,
            group=group,
            exclusive=exclusive,
            exit_on_error=False,
            thread=True,
            description=description,
        )

    def _deliver(self, worker: Worker[None], deliver: Callable[[], object]) -> None:
        if not worker.is_cancelled:
            self.post_message(self.Answered(deliver))

    def on_calling_screen_answered(self, message: Answered) -> None:
        message.deliver()

    def show_error(self, error: DeskError) -> None:
        """Show an expected error to the operator."""
        raise NotImplementedError
