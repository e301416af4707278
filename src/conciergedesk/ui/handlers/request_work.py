"""What every act on the queue's promises needs: run it once for all that are chosen, say it, read the board again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, plural
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class RequestWork:
    """A group of acts on the queue; ``ACTS`` names the method that answers each of them."""

    ACTS: ClassVar[dict[str, str]] = {}

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts) -> None:
        self.app = app
        self.session = session
        self.drafts = drafts
        for act, method in self.ACTS.items():
            app.on_act(act, getattr(self, method))

    def run(
        self,
        screen: DeskScreen,
        call: Callable[[], Any],
        said: str,
        *,
        undo: bool = True,
        failed: Callable[[DeskError], None] | None = None,
    ) -> None:
        """Run one write in a worker, then say what happened and read the board again."""

        def done(_result: object) -> None:
            self.done(screen, said, undo=undo)

        screen.run_service(
            call, done, group="write", failed=failed or (lambda error: self.refused(screen, error))
        )

    def refused(self, screen: DeskScreen, error: DeskError) -> None:
        """Say why nothing was written; of several requests, at which one it failed."""
        at = getattr(error, "__notes__", ())
        if at:
            screen.toasts.fail(_("Nothing is changed. {name}: {why}", name=at[0], why=str(error)))
        else:
            screen.show_error(error)

    def done(self, screen: DeskScreen, said: str, *, undo: bool = True) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, BoardScreen):
            screen.list.clear_marks()
            screen.reload()

    def each(self, verb: str, ids: Sequence[int], **values: Any) -> Callable[[], bool]:
        """One unit of work that applies a verb to several requests: all of them or none."""

        def call() -> bool:
            from conciergedesk.requests import asks
            from conciergedesk.requests import service as requests
            from conciergedesk.requests.queries import ref

            apply = getattr(requests, verb, None) or getattr(asks, verb)
            book = self.session.book()

            def all_of_them(unit: Unit) -> None:
                for request_id in ids:
                    try:
                        apply(unit, book, request_id, **values)
                    except DeskError as error:
                        if len(ids) > 1:
                            error.add_note(ref(request_id))
                        raise

            self.session.act(all_of_them)
            return True

        return call

    @staticmethod
    def requests_of(ask: Ask) -> list[Promise]:
        """The requests that are chosen; without any, say where the chosen line is worked."""
        found = [promise for promise in ask.promises if promise.kind is PromiseKind.REQUEST]
        if not found and ask.promises:
            ask.screen.refuse(_("This is not done here: Enter opens it where it is."))
        return found

    @staticmethod
    def named(promises: Sequence[Promise]) -> str:
        """What a message calls them: the number of one, the count of several."""
        if len(promises) == 1:
            return f"{promises[0].ref} {safe(promises[0].what, 30)}"
        return plural("{count} request", "{count} requests", len(promises))

    def how_the_call_went(self, ask: Ask, promise: Promise) -> None:
        def answered(answer: str | None) -> None:
            if answer is None:
                return

            def call() -> None:
                from conciergedesk.requests import service as requests

                if answer == "kept":
                    self.session.act(requests.keep_call_back, self.session.book(), promise.id)
                elif answer == "tried":
                    self.session.act(requests.call_attempted, promise.id)
                else:
                    self.session.act(requests.drop_call_back, promise.id, reason=_("no longer needed"))

            words = {
                "kept": _("Call kept"), "tried": _("Attempt written down"), "drop": _("Call no longer needed"),
            }  # fmt: skip
            self.run(ask.screen, call, words[answer])

        options = [
            Option("kept", _("called: kept"), letter="f"),
            Option("tried", _("no answer: count the attempt"), letter="a"),
            Option("drop", _("no longer needed"), letter="x"),
        ]
        self.app.push_screen(Choice(_("Promised call"), options, safe(promise.for_whom, 40)), answered)
