"""``conciergedesk rota``: check, generate, repair, publish and export the rota, from files or on the desk."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from conciergedesk.cli.output import opened, say, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused, Unavailable
from conciergedesk.core.i18n import N_, _, plural, show_date, show_moment

if TYPE_CHECKING:
    from conciergedesk.rota.house import RotaHouse
    from conciergedesk.rota.planning import PlanResult
    from conciergedesk.rota.values import Roster, Rota

app = typer.Typer(help="Check, generate, repair, publish and export the rota.", no_args_is_help=True)

_FILES = typer.Argument(None, help="A .toml file or a folder of them; without it, shifts/.")
_DESK = typer.Option(False, "--desk", help="Work on the rota of the desk instead of files.")
_AGENT = typer.Option("", "--agent", help="Code of who acts (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="The sample desk.")
_JSON = typer.Option(False, "--json", help="Print JSON.")
_FIRST = typer.Option("", "--first", help="First day, such as 2027-03-22.")
_WEEKS = typer.Option(0, "--weeks", min=0, max=52, help="Length of the period.")
_SECONDS = typer.Option(10.0, "--seconds", min=0.1, max=600)
_SEED = typer.Option(0, "--seed", min=0)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(N_("“{text}” is not a day such as 2027-03-22."), field=field, text=text) from None


def _house(source: Path | None, *, sample: bool = False) -> RotaHouse:
    from conciergedesk.core.paths import desk_home, knowledge_base, shifts
    from conciergedesk.rota.house import load_rota_house
    from conciergedesk.rota.team import sample_folder

    own = sample_folder(desk_home()) if sample else None
    return load_rota_house(source or own or shifts(), knowledge_base() / "rota")


def _period(rota: Rota, first: str, weeks: int) -> Rota:
    return replace(
        rota, first=_day(first, "first") if first else rota.first, days=7 * weeks if weeks else rota.days
    )


def _known(house: RotaHouse, first: str, weeks: int, session: Any = None) -> tuple[Rota, Roster]:
    """Period and roster, of the files or of an open desk."""
    if session is None:
        rota = _period(house.rota, first, weeks)
        return rota, rota.roster
    from conciergedesk.rota.queries import desk_rota

    today = session.now().astimezone(house.zone).date()
    begin = _day(first, "first") if first else today - timedelta(days=today.weekday())
    found = session.ask(desk_rota, house, begin, 7 * (weeks or 4))
    return found.rota, found.roster


@app.command()
def check(
    source: Path = _FILES, desk: bool = _DESK, sample: bool = _SAMPLE, first: str = _FIRST, weeks: int = _WEEKS,
    as_json: bool = _JSON,
) -> None:  # fmt: skip
    """Judge files or the published rota: head-count of each line, broken rules, open posts."""
    with spoken():
        from conciergedesk.rota.arithmetic import lines
        from conciergedesk.rota.checker.coverage import seat_counts
        from conciergedesk.rota.checker.judge import check as judge
        from conciergedesk.rota.checker.violations import gathered
        from conciergedesk.rota.explain import shift_name

        house = _house(source, sample=sample)
        session = opened(sample=sample) if desk or sample else None
        rota, roster = _known(house, first, weeks, session)
        sums = [sentence for line in lines(rota, house.law) for sentence in line.sentences()]
        broken = judge(rota, roster, house.law) if len(roster) else ()
        open_posts = [one for one in seat_counts(rota, roster) if one.missing] if len(roster) else []
    if as_json:
        say_json({
            "head_count": sums,
            "broken": [{"hard": one.hard, "article": one.article, "text": str(one)} for one in broken],
            "open": [{"day": one.day.isoformat(), "shifts": one.shifts, "missing": one.missing} for one in open_posts],
        })  # fmt: skip
    else:
        for sentence in sums:
            say(sentence)
        for one in gathered(broken):
            say(f"{'!!' if one.blocks else '!'} {one}")
        for post in open_posts:
            day, shift = show_date(post.day), shift_name(rota, post.shifts[0])
            say(
                f"0 {day} {shift}: "
                + _("{staffed} of {needed}", staffed=str(post.staffed), needed=str(post.needed))
            )
        if len(roster) and not broken and not open_posts:
            say(_("Every rule holds and no post is empty."))
    raise typer.Exit(1 if any(one.blocks for one in broken) else 0)


def _plan(house: RotaHouse, rota: Rota, seconds: float, seed: int, *, frozen: Any = ()) -> PlanResult:
    from conciergedesk.rota.planning import plan_period

    found = plan_period(rota, house.law, seconds=seconds, seed=seed, frozen=frozen)
    if found.roster is None:
        raise RuleRefused(
            N_("No lawful rota exists for {people} over these days. Look at absences and limits."),
            people=", ".join(house.name_of(person) for person in found.stuck),
        )
    return found


def _proof(found: PlanResult) -> str:
    if found.proved:
        return _("proved: no rota costs less")
    return _(
        "cost {value}, no rota costs less than {bound}",
        value=round(found.value),
        bound=round(max(0.0, found.bound)),
    )


@app.command()
def generate(
    source: Path = _FILES, first: str = _FIRST, weeks: int = _WEEKS, seconds: float = _SECONDS, seed: int = _SEED,
    out: Path = typer.Option(None, "--out", help="Write the assignments to this file."),
    quiet: bool = typer.Option(False, "--quiet", help="Leave out what does not hold with one away, and why."),
    desk: bool = _DESK, agent: str = _AGENT, sample: bool = _SAMPLE,
) -> None:  # fmt: skip
    """Plan a period; with --desk it becomes the draft of the desk."""
    with spoken():
        from conciergedesk.rota.dump import dump_assignments
        from conciergedesk.rota.planning import frozen_cells

        house = _house(source, sample=sample)
        session = signed_in(agent=agent, sample=sample) if desk or sample else None
        rota, roster = _known(house, first, weeks, session)
        now = session.now() if session is not None else None
        frozen = frozen_cells(rota, now) if now is not None else frozenset()
        found = _plan(house, rota.with_roster(roster), seconds, seed, frozen=frozen)
        assert found.roster is not None
        if session is not None:
            from conciergedesk.rota import service

            session.act(
                service.save_draft,
                house,
                found.roster,
                rota.first,
                rota.last,
                value=found.value,
                bound=found.bound,
            )
        elif out is not None:
            _write(out, dump_assignments(found.roster.assignments).encode())
        else:
            sys.stdout.write(dump_assignments(found.roster.assignments))
        notes = [] if quiet else _doubts(house, rota, found)
    for note in notes:
        sys.stderr.write(f"{note}\n")
    sys.stderr.write(f"{_proof(found)}, {found.seconds:.1f} s\n")


def _doubts(house: RotaHouse, rota: Rota, found: PlanResult) -> list[str]:
    """What whoever plans must know: lines that do not hold with one away, and why posts stay empty."""
    from conciergedesk.rota.arithmetic import lines
    from conciergedesk.rota.errands import ExplainOrder
    from conciergedesk.rota.repair import uncovered

    assert found.roster is not None
    said = [
        text for line in lines(rota, house.law) if not line.holds_with_one_away for text in line.sentences()
    ]
    empty = uncovered(rota, found.roster, rota.first, rota.last)
    if empty:
        first = empty[0].day
        last = min(max(one.day for one in empty), first + timedelta(days=13))
        said += ExplainOrder(rota, rota.roster, house.law, first, last).run().sentences()
    return said


@app.command()
def repair(
    person: str = typer.Argument(..., help="Code of who is away."),
    begins: str = typer.Option(..., "--from", help="First day away."),
    ends: str = typer.Option("", "--to", help="Last day away; without it, the same day."),
    source: Path = typer.Option(None, "--files", help="A .toml file or a folder; without it, shifts/."),
    seconds: float = typer.Option(2.0, "--seconds", min=0.1, max=60),
    mark: bool = typer.Option(False, "--mark", help="On the desk: mark the absence, do not only look."),
    desk: bool = _DESK, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON,
) -> None:  # fmt: skip
    """Somebody is away: what falls open, who can stand in at what price, and the smallest repair."""
    with spoken():
        from conciergedesk.core.clock import SystemClock
        from conciergedesk.rota.errands import RepairOrder
        from conciergedesk.rota.explain import shift_name
        from conciergedesk.rota.repair import mark_absent, stand_ins

        house = _house(source, sample=sample)
        first = _day(begins, "from")
        last = _day(ends, "to") if ends else first
        if person not in house.rota.agent_by_id:
            raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
        session = signed_in(agent=agent, sample=sample) if desk or sample else None
        monday = (first - timedelta(days=first.weekday() + 7)).isoformat()
        rota, roster = _known(
            house, monday if session is not None else "", 5 if session is not None else 0, session
        )
        away, left = mark_absent(rota, roster, person, first, last)
        now = session.now() if session is not None else SystemClock().now()
        fixed = RepairOrder(away, left, house.law, first, last, now, seconds).run()
        posts = fixed.open_posts
        ranked = [stand_ins(away, left, house.law, post.day, post.shift) for post in posts]
        if session is not None and mark:
            from conciergedesk.rota import service

            session.act(service.mark_absent, house, person, first, last)
    if as_json:
        say_json({
            "open": [{"day": post.day.isoformat(), "shift": post.shift, "missing": post.missing} for post in posts],
            "stand_ins": [[one.agent for one in post.eligible] for post in ranked],
            "changed": [
                {
                    "person": one.changed.agent, "day": one.changed.day.isoformat(), "before": one.changed.before,
                    "after": one.changed.after, "fills": one.fills,
                    "otherwise": str(one.otherwise) if one.otherwise is not None else "",
                }
                for one in fixed.cells
            ],
            "proved": fixed.proved,
            "still_open": [
                {"day": post.day.isoformat(), "shift": post.shift, "missing": post.missing}
                for post in fixed.still_open
            ],
            "why": fixed.why.sentences() if fixed.why is not None else [],
        })  # fmt: skip
        return
    for post in ranked:
        say(f"{show_date(post.day)} {shift_name(rota, post.shift)}")
        for place, able in enumerate(post.eligible, 1):
            say(f"  {place} {able.person}  {able.week_before // 60} > {able.week_after // 60} h")
        for refused in post.refused:
            say(f"  x {refused.person}: {refused.reason}")
    changed = plural("{count} changed cell", "{count} changed cells", len(fixed.cells))
    say(f"{changed}, {_('proved smallest') if fixed.proved else _('not proved smallest')}")
    for cell in fixed.cells:
        before, after = (" ".join(one) or "-" for one in (cell.changed.before, cell.changed.after))
        why = str(cell.otherwise) if cell.otherwise is not None and not cell.fills else ""
        say(f"  {cell.person}  {show_date(cell.changed.day)}  {before} > {after}  {why}".rstrip())
    for sentence in fixed.why.sentences() if fixed.why is not None else ():
        say(sentence)


@app.command()
def publish(
    reason: str = typer.Option("", "--reason", help="Why changes are told later than the notice period."),
    yes: bool = typer.Option(False, "--yes", help="Publish; without it, only show who changes what."),
    agent: str = _AGENT, sample: bool = _SAMPLE,
) -> None:  # fmt: skip
    """Show what the draft of the desk changes, and publish it."""
    with spoken():
        from conciergedesk.rota import service
        from conciergedesk.rota.queries import open_draft, preview

        house = _house(None, sample=sample)
        session = signed_in(agent=agent, sample=sample)
        draft = session.ask(open_draft)
        if draft is None:
            raise NotFound(N_("There is no draft. Make one: conciergedesk rota generate --desk."))
        plan = session.ask(preview, house, draft.id, session.now())
        say_table(
            [_("Who"), _("Day"), _("before"), _("after")],
            [
                [house.name_of(one.agent), show_date(one.day), " ".join(one.before), " ".join(one.after)]
                for one in plan.changed
            ],
        )
        for late in (*plan.blocking, *plan.late):
            say(f"! {late}")
        if yes:
            session.act(service.publish, house, draft.id, seen=draft.version, reason=reason)
            say(_("Published until {day}", day=draft.last))


@app.command()
def versions(agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """What was published when, by whom and why."""
    with spoken():
        from conciergedesk.rota.versions import publications

        found = signed_in(agent=agent, sample=sample).ask(publications)
    if as_json:
        say_json([
            {
                "version": one.id, "first": one.first.isoformat(), "last": one.last.isoformat(),
                "at": one.at.isoformat(), "by": one.by, "reason": one.reason, "changes": one.changes, "late": one.late,
            }
            for one in found
        ])  # fmt: skip
        return
    say_table(
        [_("No."), _("From"), _("To"), _("Published"), _("By"), _("Changes"), _("Why")],
        [
            [
                str(one.id), show_date(one.first, pattern="d MMM yyyy"), show_date(one.last, pattern="d MMM yyyy"),
                show_moment(one.at), one.by, str(one.changes), one.reason,
            ]
            for one in found
        ],
    )  # fmt: skip


@app.command()
def back(
    version: int = typer.Argument(..., help="Number of a publication, as in: rota versions."),
    before: bool = typer.Option(False, "--before", help="What held before it: take the publication back."),
    agent: str = _AGENT, sample: bool = _SAMPLE,
) -> None:  # fmt: skip
    """Go back to a publication: it becomes the draft, which publish shows and publishes."""
    with spoken():
        from conciergedesk.rota.queries import preview
        from conciergedesk.rota.versions import go_back

        house = _house(None, sample=sample)
        session = signed_in(agent=agent, sample=sample)
        plan = session.ask(preview, house, session.act(go_back, house, version, before=before), session.now())
        days = plural("{count} day changes", "{count} days change", len(plan.changed))
        say(_("The draft is ready: {days}. See it and publish it: conciergedesk rota publish.", days=days))


@app.command()
def recovery(
    person: str = typer.Argument(..., help="Code of the person."),
    day: str = typer.Argument(..., help="The day, such as 2027-03-22."),
    hours: float = typer.Argument(..., help="Hours taken back; 0 takes the note out.", min=0, max=24),
    agent: str = _AGENT, sample: bool = _SAMPLE,
) -> None:  # fmt: skip
    """Note earned rest that somebody takes back."""
    with spoken():
        from conciergedesk.rota.recovering import note_recovery

        house = _house(None, sample=sample)
        session = signed_in(agent=agent, sample=sample)
        session.act(note_recovery, house, person, _day(day, "day"), round(60 * hours))
        say(f"{house.name_of(person)}  {show_date(_day(day, 'day'))}  {hours:g} h")


@app.command()
def export(
    kind: str = typer.Argument("", help="ical (per person), seats (per line), payroll or month."),
    out: Path = typer.Option(None, "--out", help="Folder for calendars, file for payroll and month."),
    pdf: Path = typer.Option(None, "--pdf", help="Write a month as a page to print; the same as: month --out FILE."),
    month: str = typer.Option("", "--month", help="Which month, such as 2027-03; without it, this one."),
    source: Path = typer.Option(None, "--files", help="A .toml file or a folder; without it, shifts/."),
    first: str = _FIRST, weeks: int = _WEEKS, desk: bool = _DESK, sample: bool = _SAMPLE,
) -> None:  # fmt: skip
    """Write calendar feeds, the hours for payroll, or a month to print."""
    with spoken():
        from conciergedesk.core.clock import SystemClock
        from conciergedesk.rota.exports import feed_of_person, feed_of_seat, payroll_csv

        if pdf is not None:
            kind, out = "month", pdf
        if kind not in ("ical", "seats", "payroll", "month"):
            raise InvalidInput(N_("Say ical, seats, payroll or month."), field="kind")
        if out is None:
            raise InvalidInput(N_("Say where to write with --out."), field="out")
        house = _house(source, sample=sample)
        session = opened(sample=sample) if desk or sample else None
        if kind == "month":
            _write(out, _month(house, month, session))
        else:
            rota, roster = _known(house, first, weeks, session)
            now: datetime = SystemClock().now()
        if kind == "payroll":
            _write(out, payroll_csv(rota, roster, house.law).encode())
        elif kind == "ical":
            for agent in rota.agents:
                _write(out / f"{_file_name(agent.id)}.ics", feed_of_person(rota, roster, agent.id, now))
        elif kind == "seats":
            for line in sorted({shift.line for shift in rota.shifts if shift.line}):
                _write(out / f"{_file_name(line)}.ics", feed_of_seat(rota, roster, line, now))
    say(str(out))


def _month(house: RotaHouse, month: str, session: Any) -> bytes:
    """A month of the files or of an open desk as a page."""
    from conciergedesk.core.clock import SystemClock
    from conciergedesk.rota.month import Standing, month_of, month_pdf

    now = (session.now() if session is not None else SystemClock().now()).astimezone(house.zone)
    default = now.date() if session is not None else house.rota.first
    rota = month_of(house.rota, _day(f"{month}-01", "month") if month else default)
    if session is None:
        return month_pdf(rota, rota.roster, house.law, now)
    from conciergedesk.rota.queries import desk_rota

    found = session.ask(desk_rota, house, rota.first, rota.days)
    return month_pdf(
        found.rota, found.roster, house.law, now, Standing(found.published_until, since=found.published_from)
    )


@app.command()
def bench(source: Path = _FILES, seconds: float = _SECONDS, seed: int = _SEED) -> None:
    """Plan the period once and print time, cost, bound and proof."""
    with spoken():
        house = _house(source)
        found = _plan(house, house.rota, seconds, seed)
    say_json({
        "people": len(house.rota.agents), "days": house.rota.days, "first_seconds": round(found.first_seconds, 3),
        "seconds": round(found.seconds, 3), "value": found.value, "bound": max(0.0, found.bound),
        "proved": found.proved,
        "broken": sum(one.blocks for one in found.violations),
    })  # fmt: skip


def _file_name(text: str) -> str:
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in text)


def _write(target: Path, content: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise Unavailable(
            N_("{file} cannot be written: {why}"), file=str(target), why=error.strerror or ""
        ) from error
