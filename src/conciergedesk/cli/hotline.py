"""``conciergedesk hotline``: tickets, missed calls, sites, commission, cards and figures from the shell."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import typer

from conciergedesk.cli.output import opened, say, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, show_clock, show_moment
from conciergedesk.core.money import Money, show_money

if TYPE_CHECKING:
    from conciergedesk.hotline.house import HotlineHouse
    from conciergedesk.ui.session import DeskSession

app = typer.Typer(help="Tickets, calls and sites of the providers.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who acts, such as YAN (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")
_LINE = typer.Option("", "--line", help="technical or commercial; both without it.")


def _house(session: DeskSession) -> HotlineHouse:
    from conciergedesk.hotline.house import hotline_house

    return hotline_house(session.book())


@app.command()
def tickets(line: str = _LINE, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """List open tickets, soonest first."""
    with spoken():
        from conciergedesk.hotline.queries import open_tickets

        session = opened(sample=sample)
        rows = session.ask(open_tickets, line=line)
        house = _house(session)
        session.close()
    if as_json:
        say_json(rows)
        return
    say_table(
        [_("Ticket"), _("Severity"), _("Category"), _("Site"), _("Held by"), _("Due")],
        [
            [
                one.ref, f"{one.severity} {one.level}",
                f"{house.category_name(one.category, active_language())} {one.title}".strip(),
                one.site or one.provider, one.owner, show_moment(one.board_at) if one.board_at is not None else "",
            ]
            for one in rows
        ],
    )  # fmt: skip


@app.command()
def show(ticket: str, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Show one ticket with its answers and its history."""
    with spoken():
        from conciergedesk.board.hotline import ticket_timeline
        from conciergedesk.hotline.queries import read_ref, ticket_card

        session = opened(sample=sample)
        card = session.ask(ticket_card, read_ref(ticket))
        house = _house(session)
        session.close()
    if as_json:
        say_json(card)
        return
    row = card.row
    category = house.category_name(row.category, active_language())
    say(f"{row.ref}  {row.severity} {row.level}  {category} {row.title}  {row.provider} {row.site}")
    for one in card.answers:
        say(f"  {one.tree}  {one.ask_fr if active_language() == 'fr' else one.ask_en}")
        say(f"      → {one.label_fr if active_language() == 'fr' else one.label_en}")
    for entry in ticket_timeline(card):
        say(f"  {show_moment(entry.at)}  {entry.who}  {entry.text}")


@app.command()
def missed(
    line: str = _LINE,
    clear: bool = typer.Option(False, "--clear", help="Clear them all: they were called back."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """List missed calls, or clear them all."""
    with spoken():
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.queries import missed_calls

        session = signed_in(agent=agent, sample=sample) if clear else opened(sample=sample)
        rows = session.ask(missed_calls, line)
        if clear and rows:
            session.act(hotline.clear_missed, [one.id for one in rows], "reached")
        session.close()
    if as_json:
        say_json(rows)
        return
    say_table(
        [_("Time"), _("Caller"), _("Phone"), _("Provider")],
        [[show_clock(one.rang_at), one.caller, one.number, one.provider] for one in rows],
    )


@app.command()
def sites(text: str = typer.Argument(""), sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """List sites with what is down, unseen or open there."""
    with spoken():
        from conciergedesk.hotline.register import sites as find

        session = opened(sample=sample)
        rows = session.ask(find, session.now(), _house(session).rules, text=text)
        session.close()
    if as_json:
        say_json(rows)
        return
    say_table(
        [_("Site"), _("Provider"), _("Equipment"), _("In trouble"), _("Unseen"), _("Tickets")],
        [
            [
                one.name,
                one.provider,
                str(one.assets),
                str(one.troubled),
                str(one.unseen),
                str(one.open_tickets),
            ]
            for one in rows
        ],
    )


@app.command()
def commission(
    provider: str = typer.Argument(..., help="Number of the provider, such as PR-12."),
    since: str = typer.Argument(..., help="First day, 2027-02-01."),
    until: str = typer.Argument(..., help="The day after the last, 2027-03-01."),
    correct: str = typer.Option("", "--correct", help="Ticket to which correction lines are added."),
    reason: str = typer.Option("", "--reason", help="Why they are corrected."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Recompute a statement with the rate valid at each booking date; old lines are never edited."""
    with spoken():
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.ledgers import recompute_commission
        from conciergedesk.hotline.queries import read_ref
        from conciergedesk.providers.queries import read_ref as read_provider

        session = signed_in(agent=agent, sample=sample) if correct else opened(sample=sample)
        checks = session.ask(recompute_commission, read_provider(provider), _day(since), _day(until))
        if correct:
            session.act(hotline.correct_commission, _house(session), read_ref(correct), checks, reason=reason)
        session.close()
    if as_json:
        say_json(checks)
        return

    def money(cents: int) -> str:
        return show_money(Money(cents))

    say_table(
        [_("Booking"), _("Day"), _("Rate"), _("Charged"), _("Right"), _("Correction")],
        [
            [
                one.booking, one.booked_on.isoformat(), f"{one.basis_points / 100:g} %", money(one.charged_cents),
                money(one.right_cents), money(one.correction_cents) if one.correction_cents else "",
            ]
            for one in checks
        ],
    )  # fmt: skip


@app.command()
def articles(words: str, sample: bool = _SAMPLE) -> None:
    """Search the articles with a caller's words."""
    with spoken():
        session = opened(sample=sample)
        hits = _house(session).index(active_language()).search(words)
        session.close()
    say_table(
        [_("Article"), _("Title"), _("Found by")],
        [[one.article.id, one.article.title, ", ".join(met.met for met in one.matches)] for one in hits],
    )


@app.command()
def figures(
    days: int = typer.Option(30, "--days", min=1, max=3660, help="How many days back."),
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """First contact resolution, service level and use of the articles, with their definitions."""
    with spoken():
        from conciergedesk.hotline.figures import calls_of_line, first_contact, knowledge, resolutions

        session = opened(sample=sample)
        house, now = _house(session), session.now()
        since = now - timedelta(days=days)
        contact = session.ask(first_contact, since, now)
        attained = session.ask(resolutions, since, now)
        used = session.ask(knowledge, house.shelf, since, now, now.astimezone(house.book.zone).date())
        calls = {
            line: session.ask(calls_of_line, house.book, line, since, now)
            for line in ("technical", "commercial")
        }
        session.close()
    if as_json:
        say_json({"first_contact": contact, "resolutions": attained, "knowledge": used, "calls": calls})
        return
    total = len(attained.met) + len(attained.missed)
    rows = [
        [_("Solved at the first contact"), _share(contact.share), f"{len(contact.yes)} / {len(contact.population)}"],
        [_("Solved in time"), _share(attained.share), f"{len(attained.met)} / {total}"],
        [_("Solved with an article"), _share(used.share), f"{used.with_article} / {used.solved}"],
    ]  # fmt: skip
    for line, one in calls.items():
        label = f"{_('Answered within 20 s')}, {line}"
        rows.append([label, _share(one.service_level), f"{one.answered_in_time} / {one.counted}"])
    say_table([_("Figure"), "%", _("Count")], rows)
    say(_("Left out of the first figure: tickets of mass incidents, and duplicates."))
    say(_("Left out of the last ones: calls given up within 5 s."))


@app.command()
def check() -> None:
    """Check the trees, the articles and the messages of the house."""
    with spoken():
        from conciergedesk.core.paths import knowledge_base
        from conciergedesk.hotline.house import read_hotline_house
        from conciergedesk.requests.rulebook import load_rulebook

        house = read_hotline_house(load_rulebook(knowledge_base()), knowledge_base())
        stale = house.shelf.stale(datetime.now(house.book.zone).date())
    say(
        _(
            "{trees} trees, {articles} articles: fine.",
            trees=len(house.triage.trees),
            articles=len(house.shelf.ids),
        )
    )
    for one in stale:
        say(_("{article} ({language}) is past its review date.", article=one.id, language=one.language))


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}"


def _day(text: str) -> date:
    try:
        return datetime.combine(date.fromisoformat(text), time()).date()
    except ValueError:
        raise InvalidInput(
            N_("“{text}” is not a day such as 2027-03-22."), field="day", text=text[:20]
        ) from None
