"""The table of all acts of the desk: one line per act, in the order of help and palette.

An act without a key is found in the palette and can be given a key by the house's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conciergedesk.core.i18n import N_


class Scope(StrEnum):
    """Where an act can be done."""

    EVERYWHERE = "everywhere"
    GO = "go"
    BOARD = "board"
    KEYS = "keys"
    RELOCATION = "relocation"
    ROTA = "rota"
    ASKS = "asks"
    TEAM = "team"
    VERSIONS = "versions"
    INCIDENT = "incident"
    COUNT = "count"
    SHOWN = "shown"
    HANDOVER = "handover"
    REPORTS = "reports"
    REGISTER = "register"
    PROVIDERS = "providers"
    PROVIDER_SEARCH = "provider_search"
    HOTLINE = "hotline"
    CALL = "call"
    TRIAGE = "triage"
    ARTICLE = "article"
    MISSED = "missed"
    SITES = "sites"
    SITE = "site"
    PLAN = "plan"
    BORDER = "border"
    PROGRAMME = "programme"
    LIST = "list"
    FILTER = "filter"
    SHEET = "sheet"
    FORM = "form"
    CHOICE = "choice"
    CONFIRM = "confirm"
    WELCOME = "welcome"
    CAPTURE = "capture"
    SEARCH = "search"
    PALETTE = "palette"
    HELP = "help"


SCOPE_TITLES: Mapping[Scope, str] = {
    Scope.EVERYWHERE: N_("Everywhere"),
    Scope.GO: N_("After g"),
    Scope.BOARD: N_("Board"),
    Scope.KEYS: N_("scope|Keys"),
    Scope.RELOCATION: N_("Relocations"),
    Scope.ROTA: N_("Rota"),
    Scope.ASKS: N_("In what is asked of each other"),
    Scope.TEAM: N_("In team and shifts"),
    Scope.VERSIONS: N_("In the publications of the rota"),
    Scope.INCIDENT: N_("After an incident"),
    Scope.COUNT: N_("While counting keys"),
    Scope.SHOWN: N_("In a note that is shown"),
    Scope.HANDOVER: N_("Handover"),
    Scope.REPORTS: N_("Reports"),
    Scope.REGISTER: N_("Register of improvement"),
    Scope.PROVIDERS: N_("Providers"),
    Scope.PROVIDER_SEARCH: N_("In the search line"),
    Scope.HOTLINE: N_("Hotlines"),
    Scope.CALL: N_("While it rings"),
    Scope.TRIAGE: N_("During a triage"),
    Scope.ARTICLE: N_("In an article"),
    Scope.MISSED: N_("In missed calls"),
    Scope.SITES: N_("In the list of sites"),
    Scope.SITE: N_("At a site"),
    Scope.PLAN: N_("Before another plan"),
    Scope.BORDER: N_("Work across the border"),
    Scope.PROGRAMME: N_("In a programme of visits"),
    Scope.LIST: N_("In a list"),
    Scope.FILTER: N_("While filtering"),
    Scope.SHEET: N_("In a sheet"),
    Scope.FORM: N_("In a form"),
    Scope.CHOICE: N_("In a choice"),
    Scope.CONFIRM: N_("Before what cannot be undone"),
    Scope.WELCOME: N_("First screen"),
    Scope.CAPTURE: N_("New request"),
    Scope.SEARCH: N_("While searching"),
    Scope.PALETTE: N_("In the list of all acts"),
    Scope.HELP: N_("In this help"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One act of the desk.

    ``label`` carries its context before a bar (``act|open``), because a short word is said differently
    elsewhere. ``verb`` is the Textual action that the binding runs on its screen. ``order`` is the place in the
    footer (lower is used more; 0 keeps it out). ``leaves_desk`` marks what goes out or cannot be undone.
    """

    id: str
    scope: Scope
    keys: tuple[str, ...]
    verb: str
    label: str
    help: str
    order: int = 0
    leaves_desk: bool = False
    priority: bool = False


_PLACES: Mapping[str, Scope] = {"desk": Scope.EVERYWHERE, "mode": Scope.EVERYWHERE}


def _act(
    act_id: str,
    keys: str,
    order: int,
    label: str,
    help_text: str,
    *,
    verb: str = "",
    leaves_desk: bool = False,
    priority: bool = False,
) -> Action:
    """An act; its scope is the first part of its id, its verb asks the screen unless another one is given."""
    place = act_id.partition(".")[0]
    return Action(
        id=act_id,
        scope=_PLACES.get(place) or Scope(place),
        keys=tuple(keys.split()),
        verb=verb or f"ask('{act_id}')",
        label=label,
        help=help_text,
        order=order,
        leaves_desk=leaves_desk,
        priority=priority,
    )


ACTIONS: tuple[Action, ...] = (
    _act("desk.new", "n", 1, N_("act|new"), N_("Note a new request in one line.")),
    _act("desk.find", "f", 2, N_("act|find"), N_("Find a person, a request, a file, a key, a ticket or a site.")),
    _act("desk.call", "r", 3, N_("act|call in"), N_("A call came in: find who is calling.")),
    _act("desk.undo", "u", 60, N_("act|undo"), N_("Undo my last act.")),
    _act("desk.redo", "U", 0, N_("act|redo"), N_("Do again what I have just undone.")),
    _act("desk.note", "e", 65, N_("act|note"), N_("Write a note on what is selected.")),
    _act("desk.drafts", "ctrl+b", 0, N_("act|drafts"), N_("Take up a form that was interrupted.")),
    _act("desk.log", "comma", 0, N_("act|shift log"), N_("Write a line into the shift log.")),
    _act("desk.copy", "y", 130, N_("act|copy"), N_("Copy the number and a one-line summary."), verb="copy"),
    _act(
        "desk.theme", "", 0, N_("act|light or dark"),
        N_("Change between the dark and the light theme."), verb="next_theme",
    ),
    _act(
        "desk.language", "", 0, N_("act|language"),
        N_("Change the language of the interface."), verb="next_language",
    ),
    _act(
        "desk.acts", "ctrl+p", 0, N_("act|all acts"),
        N_("List every act with its key and run one."), verb="palette",
    ),
    _act("desk.keys", "question_mark f1", 0, N_("act|keys"), N_("Show the keys that work here."), verb="help"),
    _act(
        "desk.go", "g", 0, N_("act|go to…"),
        N_("Then one letter: change the screen without F-keys."), verb="go",
    ),
    _act(
        "desk.back", "escape", 0, N_("act|back"),
        N_("Leave, take a filter off, or put an error away."), verb="back",
    ),
    _act(
        "desk.quit", "ctrl+q", 0, N_("act|leave"),
        N_("Leave the desk. Nothing is lost."), verb="quit", priority=True,
    ),
    _act("mode.board", "f2", 0, N_("act|Board"), N_("The one list of promises."), verb="mode('board')"),
    _act(
        "mode.providers", "f3", 0, N_("act|Providers"),
        N_("Who can do it, and who is open."), verb="mode('providers')",
    ),
    _act("mode.keys", "f4", 0, N_("act|Keys"), N_("Where each key is and who holds it."), verb="mode('keys')"),
    _act(
        "mode.relocation", "f5", 0, N_("act|Relocations"),
        N_("Newcomers and their dated plans."), verb="mode('relocation')",
    ),
    _act("mode.rota", "f6", 0, N_("act|Rota"), N_("Who works when."), verb="mode('rota')"),
    _act(
        "mode.handover", "f7", 0, N_("act|Handover"),
        N_("What one shift passes to the next."), verb="mode('handover')",
    ),
    _act(
        "mode.reports", "f8", 0, N_("act|Reports"),
        N_("Figures with their definitions."), verb="mode('reports')",
    ),
    _act("mode.hotline", "f9", 0, N_("act|Hotlines"), N_("Calls, tickets and sites of the providers."), verb="mode('hotline')"),
    _act("go.board", "t", 1, N_("act|Board"), N_("The one list of promises."), verb="mode('board')"),
    _act(
        "go.providers", "p", 2, N_("act|Providers"),
        N_("Who can do it, and who is open."), verb="mode('providers')",
    ),
    _act("go.keys", "c", 3, N_("act|Keys"), N_("Where each key is and who holds it."), verb="mode('keys')"),
    _act(
        "go.relocation", "i", 4, N_("act|Relocations"),
        N_("Newcomers and their dated plans."), verb="mode('relocation')",
    ),
    _act("go.rota", "l", 5, N_("act|Rota"), N_("Who works when."), verb="mode('rota')"),
    _act(
        "go.handover", "r", 6, N_("act|Handover"),
        N_("What one shift passes to the next."), verb="mode('handover')",
    ),
    _act("go.reports", "s", 7, N_("act|Reports"), N_("Figures with their definitions."), verb="mode('reports')"),
    _act("go.hotline", "h", 8, N_("act|Hotlines"), N_("Calls, tickets and sites of the providers."), verb="mode('hotline')"),
    _act("board.open", "enter", 10, N_("act|open"), N_("Open the selected promise.")),
    _act("board.claim", "t", 20, N_("act|take"), N_("Take it: it is mine from now on.")),
    _act("board.status", "s", 30, N_("act|status"), N_("Change the state: wait, confirm, done, cancel…")),
    _act("board.callback", "z", 40, N_("act|promise a call"), N_("Promise a call-back, or put off until later.")),
    _act("board.provider", "p", 50, N_("act|provider"), N_("Ask a provider.")),
    _act("board.call", "a", 70, N_("act|ring"), N_("Ring the person and write down the attempt.")),
    _act("board.step", "x", 75, N_("act|step done"), N_("Tick the next step of the checklist.")),
    _act(
        "board.mark", "space", 80, N_("act|mark"),
        N_("Mark this line; the next act is for all marked lines."), verb="mark",
    ),
    _act("board.key", "k", 90, N_("act|key"), N_("Hand over or take back a key.")),
    _act("board.letter", "l", 100, N_("act|letter"), N_("Prepare a letter in the client's language.")),
    _act("board.message", "m", 110, N_("act|message"), N_("Prepare a message.")),
    _act("board.assign", "i", 0, N_("act|give to…"), N_("Give it to a colleague or a team.")),
    _act("board.qualify", "c", 0, N_("act|correct"), N_("Correct type, moment, person, place or priority.")),
    _act("board.link", "", 0, N_("act|follow-up"), N_("Create a follow-up linked to this request.")),
    _act("board.duplicate", "", 0, N_("act|duplicate"), N_("Mark as the duplicate of another request.")),
    _act("board.priority", "", 0, N_("act|priority"), N_("Change the priority and say why.")),
    _act("board.appointment", "", 0, N_("act|appointment"), N_("Agree on an appointment.")),
    _act("board.detail", "right", 120, N_("act|detail"), N_("Show the whole detail."), verb="detail"),
    _act("board.list", "left", 0, N_("act|list"), N_("Back from the detail to the list."), verb="list"),
    _act(
        "board.filter", "slash", 85, N_("act|filter"),
        N_("Filter: words, !not, mine, team, late, today, waiting, free."), verb="filter",
    ),
    _act("board.views", "v", 125, N_("act|views"), N_("Choose a saved view."), verb="views"),
    _act(
        "board.save_view", "", 0, N_("act|name this view"),
        N_("Give the filter in use a name; v opens it again."),
    ),
    _act("board.person", "", 0, N_("act|add a person"), N_("Put a further person on the request, with a role.")),
    _act("board.kept", "h", 0, N_("act|kept today"), N_("Show the promises kept today.")),
    _act("board.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the board again."), verb="reload"),
    _act("keys.handover", "k", 10, N_("act|hand over"), N_("Hand the key over, with proof.")),
    _act("keys.takeback", "b", 20, N_("act|take back"), N_("Take a key back and count its pieces.")),
    _act("keys.acts", "enter", 30, N_("act|more"), N_("Everything that can be done with this key.")),
    _act("keys.code", "c", 40, N_("act|code"), N_("One-time codes, and codes under seal.")),
    _act("keys.count", "i", 50, N_("act|count"), N_("Count the cabinet: type the tags one after the other.")),
    _act(
        "keys.late", "exclamation_mark", 60, N_("act|late ones"),
        N_("Show only the late keys, the worst first."), verb="late",
    ),
    _act("keys.chase", "m", 65, N_("act|chase"), N_("Write to whoever is late, in their language.")),
    _act("keys.address", "v", 70, N_("act|address"), N_("See the address behind the tag; the reading is noted.")),
    _act("keys.incident", "w", 75, N_("act|incident"), N_("Open the list of what is to be done about an incident.")),
    _act(
        "keys.lost", "X", 80, N_("act|lost"), N_("Declare the key lost and begin the procedure."),
        leaves_desk=True,
    ),
    _act("keys.register", "o", 82, N_("act|new set"), N_("Register a set that its owner entrusts to the desk.")),
    _act("keys.place", "p", 0, N_("act|new place"), N_("Add a hook, a cabinet, a safe or a vehicle.")),
    _act("keys.filter", "slash", 85, N_("act|filter"), N_("Filter by tag, holder or property."), verb="filter"),
    _act("keys.history", "right", 0, N_("act|history"), N_("Go to the history of the key."), verb="detail"),
    _act("keys.list", "left", 0, N_("act|list"), N_("Back to the list of keys."), verb="list"),
    _act("keys.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the keys again."), verb="reload"),
    _act("incident.done", "x enter", 1, N_("act|done"), N_("Tick this step, dated now."), verb="done"),
    _act("incident.skip", "s", 2, N_("act|skip"), N_("Leave this step out, with a reason."), verb="skip"),
    _act("incident.risk", "w", 3, N_("act|risk"), N_("Say whether a finder can tell the door."), verb="risk"),
    _act("incident.close", "ctrl+s", 4, N_("act|close"), N_("Close the incident with cause and measure."), verb="close"),
    _act("incident.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("incident.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("count.finish", "ctrl+s", 1, N_("act|finish"), N_("End the count and show the differences."), verb="finish", priority=True),
    _act("shown.copy", "y", 1, N_("act|copy"), N_("Copy this text."), verb="copy"),
    _act("shown.leave", "enter", 0, N_("act|leave"), N_("Put this away."), verb="leave"),
    _act("handover.take", "enter", 10, N_("act|read and taken"), N_("Take this line: read, and mine from now on.")),
    _act("handover.ask", "q", 20, N_("act|question"), N_("Ask the outgoing agent about this line.")),
    _act("handover.synthesis", "tab", 30, N_("act|synthesis"), N_("To my own words, and back."), verb="synthesis"),
    _act("handover.green", "v", 40, N_("act|green lines"), N_("Show or fold the green lines."), verb="green"),
    _act("handover.differences", "d", 50, N_("act|differences"), N_("Show what was changed after the signature.")),
    _act(
        "handover.accept", "ctrl+s", 60, N_("act|accept"),
        N_("Accept the handover once nothing is missing."), priority=True,
    ),
    _act("handover.log", "j", 70, N_("act|log"), N_("Read and search the shift log.")),
    _act(
        "handover.sign", "H", 80, N_("act|sign mine"),
        N_("Draft my handover from what is true now; on my draft, sign it."), leaves_desk=True,
    ),
    _act("handover.if", "i", 85, N_("act|if, then"), N_("Say what to do if this line goes wrong.")),
    _act("handover.edit", "c", 90, N_("act|change"), N_("Change this line; after the signature a new edition.")),
    _act("handover.add", "a", 95, N_("act|add"), N_("Add a line to this section.")),
    _act("handover.answer", "o", 100, N_("act|answer"), N_("Answer the open question.")),
    _act("handover.desk", "t", 110, N_("act|at the desk"), N_("Parcels, luggage, the float, the vehicles.")),
    _act("handover.older", "left", 0, N_("act|earlier"), N_("The handover before this one."), verb="older"),
    _act("handover.newer", "right", 0, N_("act|later"), N_("The handover after this one."), verb="newer"),
    _act("handover.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the handover again."), verb="reload"),
    _act("relocation.open", "enter", 10, N_("act|open"), N_("Open the file, or the selected item."), verb="open"),
    _act("relocation.done", "x", 20, N_("act|done"), N_("Mark the selected item as done.")),
    _act("relocation.later", "z", 30, N_("act|put off"), N_("Give the item another day; a legal deadline stays.")),
    _act("relocation.move", "j", 40, N_("act|move D0"), N_("Move the arrival: see what moves, what stays, what gets late.")),
    _act("relocation.pulse", "b", 50, N_("act|pulse"), N_("Hold the next contact, or note a pulse.")),
    _act("relocation.risk", "w", 55, N_("act|risk"), N_("Flag, review or end a risk.")),
    _act("relocation.document", "d", 58, N_("act|document"), N_("Note a document that was seen, or an expiry that was told.")),
    _act("relocation.letter", "l", 62, N_("act|plan to hand out"), N_("Write the family's plan as PDF and calendar.")),
    _act("relocation.state", "s", 64, N_("act|state"), N_("Waiting, does not apply, begun, given to, after others…")),
    _act("relocation.send", "p", 66, N_("act|to the desk"), N_("Turn the item into a request for the desk or a provider.")),
    _act("relocation.new", "o", 78, N_("act|open a file"), N_("Open a file in six lines.")),
    _act("relocation.facts", "c", 70, N_("act|household"), N_("Correct or complete the household and what dates hang on.")),
    _act("relocation.needs", "i", 72, N_("act|needs"), N_("Go on with the needs interview where it was left.")),
    _act("relocation.ask", "m", 74, N_("act|reminders"), N_("Ask family or employer; remind; note their answer.")),
    _act("relocation.whole", "a", 75, N_("act|whole file"), N_("Close, give on, another plan, telework and border, package, back-up.")),
    _act("relocation.visits", "h", 77, N_("act|visits"), N_("Candidate visits and mini-stays: begin, compose, send, decide.")),
    _act("relocation.view", "v", 76, N_("act|figures"), N_("Between files, everybody's files and the figures."), verb="view"),
    _act("relocation.filter", "slash", 85, N_("act|filter"), N_("Filter the files by household, employer, coach or stage."), verb="filter"),
    _act("relocation.right", "right", 0, N_("act|next owner"), N_("To the items of the next owner."), verb="side(1)"),
    _act("relocation.left", "left", 0, N_("act|owner before"), N_("To the items of the owner before."), verb="side(-1)"),
    _act("relocation.more", "tab", 0, N_("act|below"), N_("To risks, pulse, documents and thread, and back."), verb="below"),
    _act("rota.replace", "s enter", 10, N_("act|stand-in"), N_("Who can take this shift, with figures, and who may not and why; the smallest repair.")),
    _act("rota.swap", "x", 20, N_("act|swap"), N_("Swap two shifts: here, then on the other one. The partner is asked; a planner swaps at once.")),
    _act("rota.absent", "a", 30, N_("act|absent"), N_("Mark this person absent; why is never asked.")),
    _act("rota.change", "c", 35, N_("act|change"), N_("Another shift for this person on this day; each choice says what the rules think of it.")),
    _act("rota.asks", "d", 40, N_("act|asks"), N_("What people ask of each other: say yes or no, or take one's own ask back.")),
    _act("rota.check", "v", 45, N_("act|check"), N_("Head-count of each line, why posts stay empty with the cheapest ways out, every broken rule.")),
    _act("rota.generate", "p", 50, N_("act|plan"), N_("Let the planner make a draft of some weeks; Esc keeps the best so far.")),
    _act("rota.publish", "P", 55, N_("act|publish"), N_("Show who changes what, then publish the draft."), leaves_desk=True),
    _act("rota.take", "t", 70, N_("act|I take it"), N_("Take an empty post or an offered shift; a colleague is asked first.")),
    _act("rota.offer", "o", 75, N_("act|volunteers"), N_("Call for volunteers: for one's own shift, or for an empty post.")),
    _act("rota.wish", "w", 80, N_("act|wish"), N_("Note what this person would like on this day.")),
    _act("rota.month", "m", 85, N_("act|print"), N_("Write the month of the cursor as a page to print, with totals, holidays and gaps.")),
    _act("rota.export", "i", 90, N_("act|iCal"), N_("Write the calendars of people and lines, and the hours for payroll.")),
    _act("rota.year", "h", 95, N_("act|year"), N_("This person's year: hours, Sundays, holidays, evenings, the recovery ledger.")),
    _act("rota.now", "q", 97, N_("act|who is on"), N_("Who is on now, who is next, and my own shifts.")),
    _act("rota.recover", "k", 96, N_("act|recovery"), N_("Note rest that this person takes back: the day and the hours.")),
    _act("rota.versions", "z", 98, N_("act|publications"), N_("What was published when, by whom and why; go back to one, or take one back.")),
    _act("rota.team", "b", 99, N_("act|team and shifts"), N_("People, shifts, what is needed, rotations and the place: change the house's files.")),
    _act("rota.drop", "", 0, N_("act|put the draft aside"), N_("Put the draft aside; what is published stays.")),
    _act("rota.left", "left", 0, N_("act|day before"), N_("One day to the left."), verb="side(-1)"),
    _act("rota.right", "right", 0, N_("act|day after"), N_("One day to the right."), verb="side(1)"),
    _act("rota.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the rota again."), verb="reload"),
    _act(
        "providers.choose", "enter", 10, N_("act|open"),
        N_("Show this provider in full."),
    ),
    _act("providers.ask", "d", 20, N_("act|ask"), N_("Ask the provider, or all that are marked.")),
    _act("providers.call", "a", 30, N_("act|ring"), N_("Ring the provider and write down the answer.")),
    _act("providers.answer", "s", 40, N_("act|answer"), N_("The provider has answered: yes, no, or something else.")),
    _act("providers.letter", "l", 50, N_("act|letter"), N_("Prepare the confirmation in the client's language.")),
    _act(
        "providers.mark", "space", 60, N_("act|mark"),
        N_("Mark this provider; the next act is for all marked."), verb="mark",
    ),
    _act(
        "providers.unavailable", "i", 70, N_("act|unavailable"),
        N_("Closed for some days, suspended, or open again."),
    ),
    _act("providers.edit", "c", 80, N_("act|correct"), N_("Correct the card of this provider.")),
    _act("providers.hours", "h", 90, N_("act|hours"), N_("Write the opening hours and see the week they mean.")),
    _act("providers.hour", "o", 100, N_("act|any hour"), N_("Look for any hour."), verb="hour"),
    _act("providers.wider", "v", 110, N_("act|neighbours"), N_("Look twice as far around."), verb="wider"),
    _act(
        "providers.drop", "backspace", 0, N_("act|take a chip off"),
        N_("Take the last chip off the search."), verb="drop",
    ),
    _act("providers.chips", "x", 105, N_("act|chips"), N_("Take any chip off, or look for its words in names."), verb="chips"),
    _act("providers.note", "", 0, N_("act|note"), N_("Write a note or an incident on this provider.")),
    _act("providers.add", "", 0, N_("act|new provider"), N_("Note a provider the desk does not know yet.")),
    _act("providers.agreement", "", 0, N_("act|agreement"), N_("The agreement, its rate and its renewal.")),
    _act("providers.visit", "", 0, N_("act|visit"), N_("Write down a qualification visit.")),
    _act(
        "providers.weather", "", 0, N_("act|weather"),
        N_("The provider calls the booking off because of the weather."),
    ),
    _act("providers.import", "", 0, N_("act|import"), N_("Read a listing: first what would happen, then do it.")),
    _act("providers.export", "", 0, N_("act|export"), N_("Write all providers to a table.")),
    _act("providers.detail", "right", 120, N_("act|detail"), N_("Show the whole detail."), verb="detail"),
    _act("providers.list", "left", 0, N_("act|list"), N_("Back from the detail to the list."), verb="list"),
    _act(
        "provider_search.results", "enter down", 1, N_("act|results"),
        N_("To the providers found."), verb="screen.results",
    ),
    _act("provider_search.clear", "escape", 2, N_("act|clear"), N_("Empty the search line."), verb="screen.clear"),
    _act("reports.behind", "enter", 10, N_("act|see the list"), N_("Show the list behind this figure."), verb="behind"),
    _act("reports.shift", "p", 15, N_("act|shift"), N_("The report of the shift."), verb="period('shift')"),
    _act("reports.day", "j", 20, N_("act|day"), N_("The report of the day."), verb="period('day')"),
    _act("reports.week", "s", 30, N_("act|week"), N_("The report of the week."), verb="period('week')"),
    _act("reports.month", "m", 40, N_("act|month"), N_("The report of the month."), verb="period('month')"),
    _act("reports.earlier", "left", 0, N_("act|before"), N_("The period before."), verb="earlier"),
    _act("reports.later", "right", 0, N_("act|after"), N_("The period after."), verb="later"),
    _act("reports.compare", "c", 50, N_("act|compare"), N_("Compare with the period before."), verb="switch('compare')"),
    _act(
        "reports.definitions", "d", 60, N_("act|definitions"),
        N_("Show how each figure is counted."), verb="switch('definitions')",
    ),
    _act("reports.print", "i", 70, N_("act|print"), N_("Write PDF, workbook and text."), verb="print"),
    _act("reports.filter", "slash", 62, N_("act|only"), N_("Only one team, person, type, company …")),
    _act("reports.by", "b", 64, N_("act|by"), N_("Break the commitments down by something else.")),
    _act("reports.saved", "v", 66, N_("act|saved"), N_("Saved reports, and those written by themselves.")),
    _act("reports.register", "q", 68, N_("act|improve"), N_("The register of improvement.")),
    _act("register.fact", "a", 10, N_("act|fact"), N_("Note a fact; its cell of the matrix follows.")),
    _act("register.fill", "m", 20, N_("act|figures"), N_("Take the figures of the last month as facts.")),
    _act("register.aim", "o", 30, N_("act|objective"), N_("Set an objective: indicator, target, deadline, owner.")),
    _act("register.action", "p", 40, N_("act|action"), N_("Plan an action for this objective.")),
    _act("register.review", "v", 50, N_("act|review"), N_("Look at this action: kept, adjusted or dropped.")),
    _act("register.done", "x", 60, N_("act|done"), N_("This action is done; say what came of it.")),
    _act("register.decide", "d", 70, N_("act|decide"), N_("Those who lead decide for this objective.")),
    _act("register.mandate", "c", 80, N_("act|commission"), N_("Write down who asks, and which question.")),
    _act("register.print", "i", 90, N_("act|print"), N_("Write the register as text and table.")),
    _act("register.drop", "backspace", 0, N_("act|take out"), N_("Take this fact out of the matrix.")),
    _act("register.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the register again."), verb="reload"),
    _act("reports.wall", "w", 80, N_("act|wall"), N_("Back to the live wall."), verb="wall"),
    _act("reports.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the figures again."), verb="reload"),
    _act("hotline.open", "enter", 10, N_("act|triage"), N_("Go on with the triage, the incident, the round or the renewal.")),
    _act("hotline.take", "t", 20, N_("act|take"), N_("Take it: it is mine from now on.")),
    _act("hotline.status", "s", 30, N_("act|status"), N_("Solve, pass on, send to the field, wait, reopen, approve.")),
    _act("hotline.article", "k", 40, N_("act|articles"), N_("Search the articles with the caller’s own words.")),
    _act("hotline.missed", "a", 50, N_("act|missed calls"), N_("Clear the missed calls in one go.")),
    _act("hotline.incident", "i", 55, N_("act|incident"), N_("Group the marked tickets, or tell and close an incident.")),
    _act("hotline.sites", "p", 60, N_("act|sites"), N_("Sites and equipment: what is down, unseen, without contact.")),
    _act("hotline.round", "v", 65, N_("act|plan a round"), N_("Plan a maintenance round over sites, in the order of the road.")),
    _act("hotline.both", "o", 70, N_("act|both lines"), N_("Show both lines, or only mine."), verb="both"),
    _act("hotline.mark", "space", 80, N_("act|mark"), N_("Mark this line; the next act is for all marked lines."), verb="mark"),
    _act("hotline.filter", "slash", 85, N_("act|filter"), N_("Filter by words: provider, site, caller, severity."), verb="filter"),
    _act("hotline.detail", "right", 90, N_("act|detail"), N_("Show the whole detail."), verb="detail"),
    _act("hotline.list", "left", 0, N_("act|list"), N_("Back from the detail to the list."), verb="list"),
    _act("hotline.reload", "ctrl+r", 0, N_("act|read again"), N_("Read the list again."), verb="reload"),
    _act("call.take", "enter", 1, N_("act|take the call"), N_("Take the call; once taken, open the ticket."), verb="take"),
    _act("call.ticket", "n", 2, N_("act|new ticket"), N_("Open a ticket with everything filled in."), verb="ticket"),
    _act("call.article", "k", 3, N_("act|articles"), N_("Search the articles with the caller’s own words."), verb="article"),
    _act("call.wrap_up", "x", 4, N_("act|end the call"), N_("End the call without a ticket: why, and what came of it."), verb="wrap_up"),
    _act("triage.conclude", "enter", 1, N_("act|do it"), N_("Do what the end of the triage says, and end the call."), verb="conclude"),
    _act("triage.article", "k", 2, N_("act|article"), N_("Read the article of this step, or search one."), verb="article"),
    _act("triage.fields", "tab", 3, N_("act|to note"), N_("Note what this step asks for."), verb="fields"),
    _act("triage.back", "u backspace", 4, N_("act|one step back"), N_("Take the last answer back."), verb="step_back"),
    _act("article.down", "down pagedown", 1, N_("act|down"), N_("Further down."), verb="down"),
    _act("article.up", "up pageup", 2, N_("act|up"), N_("Further up."), verb="up"),
    _act(
        "article.send", "M", 3, N_("act|send"), N_("Send this article to the caller, in their language."),
        verb="send", leaves_desk=True,
    ),
    _act("asks.yes", "enter", 1, N_("act|yes"), N_("Say yes, or have the last word."), verb="yes"),
    _act("asks.no", "x", 2, N_("act|no"), N_("Say no, or take one's own ask back."), verb="no"),
    _act("team.open", "enter", 1, N_("act|open"), N_("Change this entry of the house's files."), verb="open"),
    _act("team.new", "n", 2, N_("act|new"), N_("Add one of this kind."), verb="new"),
    _act("team.remove", "x", 3, N_("act|take it out"), N_("Take this entry out."), verb="remove"),
    _act("team.right", "right tab", 4, N_("act|next kind"), N_("People, shifts, what is needed, rotations, the place."), verb="side(1)"),
    _act("team.left", "left shift+tab", 0, N_("act|kind before"), N_("The kind before."), verb="side(-1)"),
    _act("team.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("team.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("versions.back", "enter", 1, N_("act|go back to it"), N_("Make a draft of what this publication said, and look at what would change."), verb="back"),
    _act("versions.before", "x", 2, N_("act|take it back"), N_("Make a draft of what held before this publication, and look at what would change."), verb="before"),
    _act("versions.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("versions.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("asks.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("asks.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("missed.reached", "enter", 1, N_("act|called back"), N_("All marked ones were called back."), verb="reached"),
    _act("missed.no_need", "x", 2, N_("act|no need"), N_("All marked ones need no call."), verb="no_need"),
    _act("missed.mark", "space", 3, N_("act|mark"), N_("Take this one out, or in again."), verb="mark"),
    _act("missed.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("missed.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("sites.take", "enter", 1, N_("act|open"), N_("Open this site."), verb="take"),
    _act("sites.add", "ctrl+n", 2, N_("act|new site"), N_("Note a place of a provider."), verb="add", priority=True),
    _act("sites.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("sites.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("site.device", "a", 1, N_("act|new device"), N_("Register a device at this site."), verb="device"),
    _act("site.seen", "s", 2, N_("act|device seen"), N_("A device was seen: how it is now."), verb="seen"),
    _act("site.work", "x", 3, N_("act|to do"), N_("Note work for the next round."), verb="work"),
    _act("site.contact", "c", 4, N_("act|new contact"), N_("Note who calls from this site."), verb="contact"),
    _act("site.down", "down", 0, N_("act|down"), N_("Further down."), verb="down"),
    _act("site.up", "up", 0, N_("act|up"), N_("Further up."), verb="up"),
    _act("plan.apply", "enter", 1, N_("act|apply"), N_("Bring the file to this version of the plan."), verb="apply"),
    _act("plan.down", "down", 0, N_("act|down"), N_("Further down."), verb="down"),
    _act("plan.up", "up", 0, N_("act|up"), N_("Further up."), verb="up"),
    _act("border.days", "a", 1, N_("act|note days"), N_("Note days worked at home, as the person says."), verb="days"),
    _act("border.down", "down", 2, N_("act|down"), N_("Further down."), verb="down"),
    _act("border.up", "up", 0, N_("act|up"), N_("Further up."), verb="up"),
    _act("programme.add", "a", 1, N_("act|new part"), N_("Add a part: a request of its own."), verb="add"),
    _act("programme.cancel_part", "x", 2, N_("act|cancel part"), N_("Cancel the part under the cursor, with its request."), verb="cancel_part"),
    _act("programme.operator", "o", 3, N_("act|operator"), N_("Name the registered operator of a package."), verb="operator"),
    _act("programme.sent", "M", 4, N_("act|sent"), N_("The household has its programme."), verb="sent", leaves_desk=True),
    _act("programme.decide", "s", 5, N_("act|decision"), N_("Hired, not hired, or withdrew."), verb="decide"),
    _act("programme.assign", "i", 6, N_("act|assign"), N_("Put it into a file, or give it to another coach."), verb="assign"),
    _act("programme.cancel", "X", 7, N_("act|cancel all"), N_("Cancel the programme with all its requests."), verb="cancel", leaves_desk=True),
    _act("programme.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("programme.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("list.up", "up", 0, N_("act|up"), N_("One line up."), verb="cursor(-1)"),
    _act("list.down", "down", 0, N_("act|down"), N_("One line down."), verb="cursor(1)"),
    _act("list.page_up", "pageup", 0, N_("act|page up"), N_("One page up."), verb="page(-1)"),
    _act("list.page_down", "pagedown", 0, N_("act|page down"), N_("One page down."), verb="page(1)"),
    _act("list.first", "home", 0, N_("act|first"), N_("To the first line."), verb="edge(-1)"),
    _act("list.last", "end", 0, N_("act|last"), N_("To the last line."), verb="edge(1)"),
    _act(
        "filter.keep", "enter down", 1, N_("act|keep"),
        N_("Keep the filter and go back to the list."), verb="keep",
    ),
    _act("filter.leave", "escape", 2, N_("act|take off"), N_("Take the filter off."), verb="leave"),
    _act("sheet.leave", "escape", 90, N_("act|leave"), N_("Leave; what was typed is kept."), verb="leave"),
    _act("form.save", "ctrl+s", 1, N_("act|save"), N_("Save."), verb="save", priority=True),
    _act("form.next", "tab down", 2, N_("act|next line"), N_("Go to the next line."), verb="next_field"),
    _act(
        "form.previous", "shift+tab up", 0, N_("act|line before"),
        N_("Go to the line before."), verb="previous_field",
    ),
    _act("welcome.first", "enter", 1, N_("act|go on"), N_("Take the first choice."), verb="first"),
    _act("welcome.own", "m", 2, N_("act|my desk"), N_("Set up a desk of one's own."), verb="own"),
    _act("welcome.sample", "x", 3, N_("act|sample"), N_("Explore the sample desk."), verb="sample"),
    _act("welcome.language", "l", 4, N_("act|language"), N_("Change the language of the interface."), verb="other_language"),
    _act("capture.form", "enter", 1, N_("act|open the form"), N_("Open the form, filled in as understood."), verb="form"),
    _act(
        "capture.save", "ctrl+s", 2, N_("act|save and open"),
        N_("Save at once as understood, and open the request."), verb="save", priority=True,
    ),
    _act(
        "capture.person", "tab", 3, N_("act|other person"),
        N_("The next person the name may mean."), verb="next_person", priority=True,
    ),
    _act(
        "capture.take_up", "ctrl+b", 0, N_("act|draft"),
        N_("Take up the interrupted line."), verb="take_up", priority=True,
    ),
    _act("capture.down", "down", 4, N_("act|already there"), N_("To the look-alikes."), verb="down"),
    _act("capture.up", "up", 0, N_("act|up"), N_("Back to the line."), verb="up"),
    _act("search.take", "enter", 1, N_("act|open"), N_("Open what is found."), verb="take"),
    _act("search.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("search.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act(
        "search.new", "ctrl+n", 2, N_("act|new request"),
        N_("Note a new request for this person."), verb="new_request", priority=True,
    ),
    _act("choice.take", "enter", 1, N_("act|choose"), N_("Choose this line."), verb="take"),
    _act("choice.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("choice.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("confirm.safe", "enter escape", 1, N_("act|leave it"), N_("Change nothing."), verb="safe"),
    _act("palette.run", "enter", 1, N_("act|run"), N_("Run this act."), verb="take"),
    _act("palette.down", "down", 0, N_("act|down"), N_("One line down."), verb="down"),
    _act("palette.up", "up", 0, N_("act|up"), N_("One line up."), verb="up"),
    _act("help.down", "down pagedown", 1, N_("act|down"), N_("Further down."), verb="down"),
    _act("help.up", "up pageup", 2, N_("act|up"), N_("Further up."), verb="up"),
)  # fmt: skip
