"""How providers, chips and weeks are said and drawn in lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_language, active_zone, plural
from conciergedesk.providers.hours import DayPlan, OpenState, Status
from conciergedesk.providers.rules import HOURS_OLD_AFTER, Below, Outcome
from conciergedesk.providers.search.entry import Chip, ChipKind, Reason
from conciergedesk.providers.search.lexicon import Lexicon
from conciergedesk.requests.ask_reading import AskLine
from conciergedesk.ui.cells import Row, bar, clock, duration, safe, weekday_short, word
from conciergedesk.ui.glyphs import glyphs

if TYPE_CHECKING:
    from conciergedesk.providers.found import Found, FoundProvider

SOON = timedelta(minutes=30)

CHIP_WORDS = {
    ChipKind.TRADE: N_("chip|trade"),
    ChipKind.PLACE: N_("chip|place"),
    ChipKind.MOMENT: N_("chip|when"),
    ChipKind.LANGUAGE: N_("chip|language"),
    ChipKind.DISTANCE: N_("chip|within"),
    ChipKind.AGREEMENT: N_("chip|agreement"),
    ChipKind.ACCESS: N_("chip|access"),
    ChipKind.PHONE: N_("chip|number"),
}
CHIP_INKS = {
    ChipKind.TRADE: "accent",
    ChipKind.PLACE: "done",
    ChipKind.MOMENT: "soon",
    ChipKind.LANGUAGE: "waiting",
    ChipKind.DISTANCE: "done",
    ChipKind.AGREEMENT: "mine",
    ChipKind.ACCESS: "mine",
    ChipKind.PHONE: "bright",
}
LANGUAGE_WORDS = {
    "fr": N_("French"),
    "de": N_("German"),
    "en": N_("English"),
    "lb": N_("Luxembourgish"),
    "nl": N_("Dutch"),
    "it": N_("Italian"),
    "es": N_("Spanish"),
    "pt": N_("Portuguese"),
}
AGREEMENT_WORDS = {
    "none": N_("agreement|none"),
    "listed": N_("agreement|listed"),
    "in_talks": N_("agreement|in talks"),
    "signed": N_("agreement|signed"),
    "ended": N_("agreement|ended"),
}
ASK_WORDS = {
    "asked": N_("ask|asked"),
    "accepted": N_("ask|accepted"),
    "declined": N_("ask|declined"),
    "counter": N_("ask|counter-offer"),
    "silent": N_("ask|silent"),
    "withdrawn": N_("ask|withdrawn"),
}
OUTCOME_WORDS = {
    Outcome.KEPT: N_("outcome|kept"),
    Outcome.LATE: N_("outcome|late"),
    Outcome.INCOMPLETE: N_("outcome|incomplete"),
    Outcome.NO_SHOW: N_("outcome|absent"),
    Outcome.WEATHER: N_("outcome|weather"),
    Outcome.CALLED_OFF: N_("outcome|called off"),
}
ASK_INKS = {"asked": "waiting", "accepted": "done", "declined": "muted", "counter": "soon", "silent": "late"}


def ask_words(ask: AskLine) -> tuple[str, str]:
    """How a provider stands who was asked: the answer, or what became of the order; with its ink."""
    if ask.state == "accepted" and ask.outcome:
        ink = "done" if ask.outcome == Outcome.KEPT else "soon" if ask.outcome == Outcome.WEATHER else "late"
        return word(OUTCOME_WORDS[Outcome(ask.outcome)]), ink
    return word(ASK_WORDS[ask.state]), ASK_INKS.get(ask.state, "muted")


def trade_words(codes: Sequence[str], lexicon: Lexicon, most: int = 2) -> str:
    """The trades in the language of the interface."""
    labels = [
        lexicon.trades[code].label.in_language(active_language()) for code in codes if code in lexicon.trades
    ]
    return ", ".join(labels[:most])


def language_word(code: str) -> str:
    """``allemand`` for ``de``."""
    return _(LANGUAGE_WORDS[code]).lower() if code in LANGUAGE_WORDS else code


def status_row(status: Status) -> Row:
    """``● ouvert → 20:30``, about the moment that was asked for."""
    signs = glyphs()
    if status.state is OpenState.TO_CONFIRM:
        return Row().say(f"{signs.question} ", "soon").say(_("to confirm"), "soon")
    if status.state is OpenState.OPEN:
        if status.until is None:
            return Row().say(f"{signs.soon} ", "done").say(_("always open"), "done")
        if status.until - status.at <= SOON:
            return (
                Row().say(f"{signs.soon} ", "soon").say(_("closes {time}", time=clock(status.until)), "soon")
            )
        far = status.until - status.at >= timedelta(hours=24)
        until = f"{weekday_short(status.until.astimezone(active_zone()).date())} " if far else ""
        return (
            Row()
            .say(f"{signs.soon} ", "done")
            .say(f"{word(N_('state|open'))} {signs.right} {until}{clock(status.until)}", "done")
        )
    if status.opens_at is None:
        return Row().say(f"{signs.waiting} ", "muted").say(_("closed"), "muted")
    opens = status.opens_at.astimezone(active_zone()).date()
    same = opens == status.at.astimezone(active_zone()).date()
    when = clock(status.opens_at) if same else f"{weekday_short(opens)} {clock(status.opens_at)}"
    return Row().say(f"{signs.waiting} ", "muted").say(_("opens {when}", when=when), "muted")


def distance_words(kilometres: float | None) -> str:
    """``1,4 km``; nothing when it is not known."""
    if kilometres is None:
        return ""
    from conciergedesk.core.i18n import show_number

    return f"{show_number(round(kilometres, 1) if kilometres < 100 else round(kilometres))} km"


def share_ink(share: float) -> str:
    return "done" if share >= 0.85 else "soon" if share >= 0.7 else "late"


def columns(width: int) -> tuple[int, int, int, int, int]:
    """Where status, distance, agreement and reliability begin, and the name's room; 0 leaves a column out."""
    reliability = width - 10 if width >= 70 else 0
    agreement = (reliability or width) - 11 if width >= 60 else 0
    distance = (agreement or reliability or width) - 9
    status = distance - 18
    return status, distance, agreement, reliability, status - 3


def heading_row(width: int, when: str) -> Row:
    """The column titles."""
    status, distance, agreement, reliability, _name = columns(width)
    row = Row().gap(1).say(_("Provider"), "muted").to(status).data(when, "muted", 16)
    row.to(distance).data(_("Dist."), "muted", 7, right=True)
    if agreement:
        row.to(agreement).say(_("Agreement"), "muted")
    if reliability:
        row.to(reliability).data(_("Reliability"), "muted", width - reliability, right=True)
    return row


def first_line(one: FoundProvider, width: int, *, here: bool, marked: bool, focused: bool) -> Row:
    """Name, what holds at the moment, distance, agreement, reliability."""
    status, distance, agreement, reliability, room = columns(width)
    signs = glyphs()
    row = Row(ground="select" if here else "")
    row.say(signs.marked if marked else signs.cursor if here and focused else " ", "accent")
    ink = "bright bold" if here else "muted" if one.needs_word or one.below else "text"
    row.gap(1).data(one.brief.name, ink, room - 1).to(status).add(status_row(one.status)).to(distance)
    row.data(distance_words(one.distance_km), "text", 7, right=True)
    if agreement:
        said, tone = word(AGREEMENT_WORDS.get(one.brief.agreement, "")), "text"
        if one.below is Below.SUSPENDED:
            said, tone = _("suspended"), "late"
        elif one.below is Below.SEASONAL:
            said, tone = word(N_("status|seasonal")), "soon"
        elif one.brief.agreement == "none":
            said, tone = glyphs().dash, "muted"
        row.to(agreement).data(said, tone, 10)
    if reliability and one.record.reliability is not None:
        share = one.record.reliability
        row.to(reliability).add(bar(share, 4, share_ink(share))).gap(1)
        row.data(f"{round(share * 100)} %", "text", width - row.width, right=True)
    return row.to(width)


def second_line(
    one: FoundProvider,
    found: Found,
    lexicon: Lexicon,
    width: int,
    now: datetime,
    ask: AskLine | None,
    *,
    here: bool,
) -> Row:
    """Why it is here: trade, place, languages, what was corrected, and what speaks against it."""
    row = Row(ground="select" if here else "").gap(4)
    pieces: list[tuple[str, str]] = []
    if ask is not None:
        left = ask.left(now)
        said, ink = ask_words(ask)
        pieces.append((said + (f" {duration(left)}" if left is not None else ""), ink))
    pieces.append((trade_words(one.brief.trades, lexicon).lower(), "accent"))
    if one.brief.commune:
        where = one.brief.commune + (f" ({one.brief.country})" if one.brief.country not in ("", "FR") else "")
        pieces.append((where, "muted"))
    against = _against(one, now)
    if against:
        pieces.append(against)
    for why in one.why:
        if why.reason is Reason.CORRECTED:
            pieces.append((_("“{typed}” read as {found}", typed=why.typed, found=why.found), "soon"))
        elif why.reason in (Reason.PHONE, Reason.PHONE_ENDS, Reason.PHONE_BEGINS, Reason.PHONE_ALMOST):
            pieces.append((_("number {number}", number=why.found), "bright"))
    chip = found.understanding.chip(ChipKind.LANGUAGE)
    wanted = chip.value if chip is not None else ""
    spoken = sorted(one.brief.languages, key=lambda code: code != wanted)
    languages = [(language_word(code), "waiting" if code == wanted else "muted") for code in spoken[:4]]
    dot = f" {glyphs().dot} "
    for place, (said, ink) in enumerate(pieces):
        if said and row.width < width - 6:
            row.say(dot if place and row.width > 4 else "", "muted")
            row.data(said, ink, width - row.width - 1)
    join = dot
    for said, ink in languages:
        if row.width + len(said) + 4 < width:
            row.say(join, "muted").data(said, ink)
            join = ", "
    return row.to(width)


def _against(one: FoundProvider, now: datetime) -> tuple[str, str] | None:
    if one.below is Below.SUSPENDED:
        return one.brief.status_reason or _("suspended"), "late"
    if one.below is Below.SEASONAL:
        return _("out of season"), "soon"
    if one.below is Below.LAPSED:
        return _("agreement ended"), "soon"
    if one.below is Below.UNRELIABLE:
        record = one.record
        return _("kept {kept} of {due}", kept=record.kept, due=record.due), "late"
    if one.status.state is OpenState.TO_CONFIRM and not one.brief.hours:
        return _("hours not known"), "soon"
    seen = one.brief.hours_seen_on
    if seen is not None and now.date() - seen > HOURS_OLD_AFTER:
        from conciergedesk.core.i18n import show_date

        return _("hours not checked since {month}", month=show_date(seen, None, "MMM")), "soon"
    return None


def chip_row(chips: Sequence[Chip], found: Found, nearby: float, width: int) -> Row:
    """How the query was read; ``nearby`` is how far around a town is looked."""
    row = Row()
    for place, chip in enumerate(chips):
        said = chip_words(chip, found, nearby)
        piece = Row(ground="track").gap(1).say(word(CHIP_WORDS[chip.kind]), "muted").gap(1)
        piece.data(said, f"{CHIP_INKS[chip.kind]} bold", 28).gap(1)
        rest = len(chips) - place - 1
        if row.width + piece.width + 2 + (5 if rest else 0) > width:
            row.gap(2).say(f"+{rest + 1}", "muted")
            break
        row.gap(2 if row.width else 1).on(piece, piece.width)
    return row


def chip_said(chip: Chip, found: Found, nearby: float) -> str:
    """``lieu Metz + 10 km``."""
    return f"{word(CHIP_WORDS[chip.kind])} {safe(chip_words(chip, found, nearby), 30)}"


def nobody_words(found: Found, nearby: float) -> list[str]:
    """Sentences above the list, when nobody fits as asked for: what is shown instead, or what would help."""
    if not found.understanding.query.strip():
        return []
    if not found.everybody:
        loosened = [
            plural(
                "without “{chip}”: {count}", "without “{chip}”: {count}", one.total,
                chip=chip_said(one.chip, found, nearby),
            )
            for one in found.looser
        ]  # fmt: skip
        return [_("Nobody fits."), *loosened]
    if found.widened:
        place = next((chip.label for chip in found.understanding.chips if chip.kind is ChipKind.PLACE), "")
        return [
            _("Nobody in {place} nor within {km} km: the nearest elsewhere.", place=place, km=round(nearby))
        ]
    if not found.rows and found.asked_moment:
        return [_("Nobody is open {when}.", when=moment_words(found.moment, found))]
    return []


def chip_words(chip: Chip, found: Found, nearby: float) -> str:
    """What a chip stands for."""
    if chip.kind is ChipKind.TRADE and chip.corrected and found.trade is not None:
        return found.trade.label.in_language(active_language()).lower()
    if chip.kind is ChipKind.PLACE:
        place = chip.value if chip.corrected else chip.label
        return f"{place} + {round(nearby)} km" if nearby else place
    if chip.kind is ChipKind.LANGUAGE:
        return language_word(chip.value)
    if chip.kind is ChipKind.MOMENT:
        return moment_words(found.moment, found)
    if chip.kind is ChipKind.DISTANCE:
        return f"{chip.value} km"
    return chip.label


def moment_words(moment: datetime, found: Found) -> str:
    """``mer 20:00``."""
    return f"{weekday_short(moment.astimezone(active_zone()).date())} {clock(moment)}"


# --- the week ---

HOUR_CELLS = 2
FIRST_HOUR, HOURS = 7, 14


def week_rows(week: Sequence[DayPlan], moment: datetime, asked: bool, edge: int) -> list[Row]:
    """Seven days of half hours, with the asked hour as a column."""
    local = moment.astimezone(active_zone())
    first = max(0, min(FIRST_HOUR if local.hour < FIRST_HOUR + HOURS else local.hour - HOURS + 1, local.hour))
    cells = HOURS * HOUR_CELLS
    column = (local.hour * 60 + local.minute - first * 60) // (60 // HOUR_CELLS)
    head = Row()
    for hour in range(first + 1 if first % 4 else first, first + HOURS + 1):
        if hour % 4 == 0 and abs(hour - local.hour) > 1:
            head.to(7 + (hour - first) * HOUR_CELLS).say(str(hour), "muted")
    labelled = Row()
    for text, ink in head.pieces:
        labelled.say(text, ink)
    place = 7 + column
    if labelled.width <= place:
        labelled.to(place).say(f"{local.hour}", "soon bold")
    else:
        plain = labelled.plain
        plain = (plain[:place] + f"{local.hour:<2}" + plain[place + 2 :]).rstrip()
        labelled = Row().say(plain[:place], "muted").say(plain[place : place + 2], "soon bold")
        labelled.say(plain[place + 2 :], "muted")
    return [labelled, *(_day_row(plan, local, first, cells, column, asked, edge) for plan in week)]


def _day_row(
    plan: DayPlan, local: datetime, first: int, cells: int, column: int, asked: bool, edge: int
) -> Row:
    signs = glyphs()
    today = plan.day == local.date()
    row = Row().gap(2).say(weekday_short(plan.day), "bright bold" if today else "muted").to(7)
    for cell in range(cells):
        minute = first * 60 + cell * (60 // HOUR_CELLS)
        stretch = next((one for one in plan.stretches if one.start <= minute < one.end), None)
        state = stretch.state if stretch is not None else OpenState.CLOSED
        ground = " @select" if cell == column else ""
        if state is OpenState.OPEN:
            ink = "soon" if cell == column and today else "accent" if today else "heat-4"
            row.say(signs.blocks[5] if signs.blocks[5].strip() else "#", ink + ground)
        elif state is OpenState.TO_CONFIRM:
            row.say("?" if cell % HOUR_CELLS == 0 else " ", "soon" + ground)
        else:
            row.say(signs.dot if cell % HOUR_CELLS == 0 else " ", "faint" + ground)
    note = _day_note(plan, local, today)
    return row.gap(1).data(note, "soon" if today and asked else "muted", max(edge - row.width - 1, 0))


def _day_note(plan: DayPlan, local: datetime, today: bool) -> str:
    if plan.exception is not None:
        return safe(plan.exception.reason) or _("exception")
    if plan.holiday is not None:
        return word(N_("day|holiday"))
    if not plan.openings:
        return word(N_("day|closed"))
    if today:
        minute = local.hour * 60 + local.minute
        here = next((one for one in plan.openings if one.start <= minute < one.end), None)
        if here is not None and here.state is OpenState.OPEN and here.end < 24 * 60:
            return f"{here.end // 60}:{here.end % 60:02d}"
    return ""
