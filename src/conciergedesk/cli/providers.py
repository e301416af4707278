"""``conciergedesk find`` and ``conciergedesk providers``: the provider base without a screen."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, plural

if TYPE_CHECKING:
    from conciergedesk.core.desk import Desk
    from conciergedesk.core.shared import Agency
    from conciergedesk.providers.finder import Finder
    from conciergedesk.providers.found import Found, FoundProvider
    from conciergedesk.providers.importers.plan import ImportPlan
    from conciergedesk.ui.session import DeskSession

app = typer.Typer(help="Import, export and take back listings of providers.", no_args_is_help=True)

Agent = Annotated[str, typer.Option("--agent", help="Code of whoever does it, such as HEL.")]
Sample = Annotated[bool, typer.Option("--sample", help="Use the sample desk.")]
WIDTH = 30


def register(whole: typer.Typer) -> None:
    """Add ``find`` to the commands that stand alone."""
    whole.command("find")(find)


@contextmanager
def _open(sample: bool, agent: str | None = None) -> Iterator[tuple[DeskSession, Desk, Agency]]:
    """The desk and its agency, with ``agent`` signed in when it is not None; errors are said in one sentence."""
    from conciergedesk.cli.output import opened, signed_in, spoken
    from conciergedesk.core.shared import Agency

    with spoken():
        session: DeskSession = (
            opened(sample=sample) if agent is None else signed_in(agent=agent, sample=sample)
        )
        try:
            yield session, session.desk(), session.agency or Agency()
        finally:
            session.close()


def make_finder(desk: Desk, agency: Agency) -> Finder:
    """The search of this desk, with the house's words, holidays and numbers."""
    from zoneinfo import ZoneInfo

    from conciergedesk.core.holidays import load_holidays
    from conciergedesk.core.paths import knowledge_base
    from conciergedesk.providers.fallbacks import load_fallbacks
    from conciergedesk.providers.finder import Finder
    from conciergedesk.providers.search.lexicon import read_lexicon
    from conciergedesk.requests.ask_reading import histories

    lexicon = read_lexicon()
    return Finder(
        desk,
        load_holidays(knowledge_base()),
        lexicon=lexicon,
        fallbacks=load_fallbacks(knowledge_base() / "desk", tuple(lexicon.trades)),
        histories=histories(desk.clock),
        zone=ZoneInfo(agency.zone),
    )


def find(
    query: Annotated[list[str], typer.Argument(help="What is looked for, in everyday words.")],
    at: Annotated[str, typer.Option("--at", help="Open at this moment: 20:00, dimanche 10h.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Speaks this language: de, allemand.")] = "",
    within: Annotated[str, typer.Option("--within", help="At most this far: 10km.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most so many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sample: Sample = False,
) -> None:
    """Find providers: find "dentiste metz" --at 20:00 --lang de --within 10km."""
    with _open(sample) as (_session, desk, agency):
        from conciergedesk.providers.found import Search

        finder = make_finder(desk, agency)
        origin = (agency.latitude, agency.longitude) if agency.latitude or agency.longitude else None
        words = " ".join([*query, *_wishes(finder, desk, at, lang, within)])
        search = Search(now=desk.clock.now(), origin=origin, country=agency.home, limit=limit, typing=False)
        found = finder.find(words, search)
        finder.save()
        if as_json:
            typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        else:
            _show(found)
        if not found.everybody:
            raise typer.Exit(2)


def _wishes(finder: Finder, desk: Desk, at: str, lang: str, within: str) -> Iterator[str]:
    """Options as words of the query, each checked first, because a word nobody understands is part of a name."""
    from conciergedesk.core.moments import parse_moment

    if at:
        moment = parse_moment(at, desk.clock.now(), finder.zone)
        if moment is None:
            raise InvalidInput(
                N_("“{value}” is not a moment such as 20:00 or dimanche 10h."), field="at", value=at
            )
        yield at
    if lang:
        from conciergedesk.core.text import fold

        code = finder.lexicon.languages.get(fold(lang), lang.casefold())
        word = next((word for word, one in finder.lexicon.languages.items() if one == code), None)
        if word is None:
            raise InvalidInput(N_("“{value}” is not a language the desk knows."), field="lang", value=lang)
        yield word
    if within:
        digits = within.casefold().removesuffix("km").strip().replace(",", ".")
        try:
            kilometres = float(digits)
        except ValueError:
            kilometres = -1.0
        if not 0 < kilometres < 1000:
            raise InvalidInput(N_("“{value}” is not a distance such as 10km."), field="within", value=within)
        yield f"{kilometres:g} km"


def _as_json(found: Found) -> dict[str, Any]:
    return {
        "query": found.understanding.query,
        "understood": [
            {"kind": chip.kind.value, "typed": chip.label, "value": chip.value}
            for chip in found.understanding.chips
        ],
        "moment": found.moment.isoformat(),
        "total": found.total,
        "widened": found.widened,
        "without": {looser.chip.kind.value: looser.total for looser in found.looser},
        "providers": [_provider_json(one) for one in found.rows],
        "below": [_provider_json(one) for one in found.below],
        "fallbacks": [
            {"name": line.name.fr, "number": line.number, "checked_on": line.checked_on.isoformat()}
            for line in found.fallbacks
        ],
        "milliseconds": round(found.seconds * 1000, 1),
    }


def _provider_json(one: FoundProvider) -> dict[str, Any]:
    brief = one.brief
    return {
        "ref": brief.ref,
        "name": brief.name,
        "trades": list(brief.trades),
        "commune": brief.commune,
        "country": brief.country,
        "distance_km": one.distance_km,
        "state": one.status.state.value,
        "status": one.status.explain(),
        "until": one.status.until.isoformat() if one.status.until else None,
        "phone": brief.phone,
        "languages": list(brief.languages),
        "agreement": brief.agreement,
        "reliability": one.record.reliability,
        "below": one.below.value if one.below else None,
        "reason": brief.status_reason,
        "why": [{"reason": why.reason.value, "typed": why.typed, "found": why.found} for why in one.why],
    }


def _show(found: Found) -> None:
    from conciergedesk.core.text import clean_line, fit

    def line(one: FoundProvider) -> str:
        brief = one.brief
        far = f"{one.distance_km:.1f} km" if one.distance_km is not None else ""
        cells = (
            fit(clean_line(brief.name), WIDTH), fit(one.status.explain(), 24), fit(far, 9, right=True),
            fit(clean_line(brief.commune), 20), clean_line(brief.phone),
        )  # fmt: skip
        return "  ".join(cells).rstrip()

    chips = " · ".join(chip.label for chip in found.understanding.chips)
    if chips:
        typer.echo(_("Understood: {chips}", chips=chips))
    if found.widened:
        typer.echo(_("Nobody there or nearby: the nearest elsewhere."))
    for one in found.rows:
        typer.echo(line(one))
    if not found.everybody:
        typer.echo(_("Nobody fits."))
        for looser in found.looser:
            count = looser.total
            typer.echo(
                plural(
                    "  without “{chip}”: {count}",
                    "  without “{chip}”: {count}",
                    count,
                    chip=looser.chip.label,
                )
            )
    if found.below:
        typer.echo(_("— less sure, or closed at that hour —"))
        for one in found.below:
            typer.echo(line(one))
    if found.fallbacks:
        from conciergedesk.core.i18n import active_language

        typer.echo(_("If nobody answers, in this order:"))
        for fallback in found.fallbacks:
            name = fallback.name.in_language(active_language())
            typer.echo(
                f"  {fit(name, WIDTH)}  {fallback.number:<8}  {fallback.note.in_language(active_language())}"
            )


# --- listings ---


@app.command("import")
def import_listing(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, GeoJSON, Overpass or DATAtourisme JSON, TOML.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    source: Annotated[str, typer.Option("--source", help="Name of the listing, for later imports.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="csv, xlsx, osm, datatourisme or house.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--column", help="field=header, as often as needed.")
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Of a CSV that is not UTF-8: cp1252.")] = "",
    keep_hours: Annotated[bool, typer.Option("--keep-hours", help="Keep hours nobody understands.")] = False,
    keep_duplicates: Annotated[bool, typer.Option("--keep-duplicates", help="Add look-alikes too.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Stop when a row is refused.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write refused rows to this CSV.")] = None,
    agent: Agent = "",
    sample: Sample = False,
) -> None:
    """Read a listing, say what would happen to each row, and write it."""
    with _open(sample, agent) as (session, desk, agency):
        from conciergedesk.core.holidays import load_holidays
        from conciergedesk.core.paths import knowledge_base
        from conciergedesk.providers.cards import CardRules
        from conciergedesk.providers.importers.apply import apply_import
        from conciergedesk.providers.importers.house import read_import_words
        from conciergedesk.providers.importers.listing import open_listing
        from conciergedesk.providers.importers.plan import RowFate, plan_import
        from conciergedesk.providers.search.lexicon import read_lexicon

        lexicon = read_lexicon()
        rules = CardRules(lexicon, load_holidays(knowledge_base()), agency.home)
        listing = open_listing(
            file,
            read_import_words(knowledge_base() / "providers", lexicon),
            kind=kind,
            source=source,
            columns=dict(_pairs(column or [])),
            encoding=encoding,
            home=agency.home,
        )
        with _stoppable() as watch:
            with desk.read() as reading:
                plan = plan_import(
                    reading, listing, rules, keep_doubtful_hours=keep_hours, keep_duplicates=keep_duplicates,
                    progress=watch.show, stopped=watch.stopped,
                )  # fmt: skip
            with plan:
                watch.end()
                _show_plan(plan)
                if report is not None:
                    _write_report(plan, report)
                if dry_run or not plan.to_write:
                    return
                if all_or_nothing and plan.counts[RowFate.REFUSED]:
                    typer.echo(_("Rows are refused: nothing was imported."), err=True)
                    raise typer.Exit(1)
                if not yes and sys.stdin.isatty() and not typer.confirm(_("Write this?")):
                    raise typer.Exit(1)
                done = session.act(apply_import, plan, progress=watch.show, stopped=watch.stopped)
                watch.end()
        typer.echo(
            _(
                "Import {id}: {added} added, {changed} changed. To take it back: conciergedesk providers undo {id}",
                id=str(done.id),
                added=done.added,
                changed=done.changed,
            )
        )


def _pairs(given: list[str]) -> Iterator[tuple[str, str]]:
    for text in given:
        field, sign, header = text.partition("=")
        if not sign:
            raise InvalidInput(
                N_("Write --column field=header, not “{value}”."), field="column", value=text[:40]
            )
        yield field.strip(), header.strip()


def _show_plan(plan: ImportPlan) -> None:
    from conciergedesk.core.text import clean_line
    from conciergedesk.providers.importers.plan import RowFate

    words = {
        RowFate.ADDED: _("added"), RowFate.CHANGED: _("changed"), RowFate.SAME: _("same"),
        RowFate.DUPLICATE: _("duplicates"), RowFate.REFUSED: _("rows|refused"),
    }  # fmt: skip
    for field, header in plan.listing.columns.items():
        typer.echo(f"  {field:<18} {clean_line(header)}", err=True)
    for fate in RowFate:
        typer.echo(f"{words[fate]:<12} {plan.counts[fate]:>8}")
    for one in plan.examples[RowFate.DUPLICATE][:5]:
        typer.echo(
            _("  row {row}: {name} is already there as {of}", row=str(one.row), name=one.name, of=one.of)
        )
    for refusal in plan.refusals[:20]:
        typer.echo(f"  {refusal.row}: {refusal.field} {clean_line(refusal.in_language())}")
    if plan.counts[RowFate.REFUSED] > 20:
        typer.echo(_("  … all of them with --report FILE"))
    if plan.warned:
        typer.echo(_("{count} rows go in although somebody should look at them.", count=plan.warned))


def _write_report(plan: ImportPlan, path: Path) -> None:
    import csv

    from conciergedesk.providers.exporters import guarded

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("row", "field", "kind", "reason"))
        for kind, lines in (("refused", plan.refusals), ("warning", plan.warnings)):
            for line in lines:
                writer.writerow((line.row, line.field, kind, guarded(line.in_language())))


@app.command("export")
def export_listing(
    file: Annotated[Path, typer.Argument(help="Where to write: NAME.csv or NAME.xlsx.")],
    sample: Sample = False,
) -> None:
    """Write all providers to a table that reads back as the same."""
    with _open(sample) as (_session, desk, _agency):
        from conciergedesk.providers.exporters import export_providers

        count = desk.ask(export_providers, file)
        typer.echo(_("{count} providers written to {file}.", count=count, file=str(file)))


@app.command("imports")
def list_imports(sample: Sample = False) -> None:
    """List the latest imports."""
    with _open(sample) as (_session, desk, _agency):
        from conciergedesk.core.i18n import show_moment
        from conciergedesk.providers.queries import imports

        for one in desk.ask(imports):
            typer.echo(
                f"{one.id:>4}  {show_moment(one.at):<20}  +{one.added} ~{one.changed} ×{one.refused}  "
                f"{one.state:<8}  {one.source}  {one.file}"
            )


@app.command("undo")
def take_back(
    number: Annotated[int, typer.Argument(help="The number of the import.")],
    agent: Agent = "",
    sample: Sample = False,
) -> None:
    """Take a whole import back; what was edited since stays."""
    with _open(sample, agent) as (session, _desk, _agency):
        from conciergedesk.providers.importers.apply import undo_import

        with _stoppable() as watch:
            done = session.act(undo_import, number, progress=watch.show, stopped=watch.stopped)
            watch.end()
        typer.echo(
            _(
                "{removed} removed, {restored} restored, {kept} kept because they were used since.",
                removed=done.removed,
                restored=done.restored,
                kept=done.kept,
            )
        )


class _Watch:
    """Progress on the terminal, and whether Ctrl+C was pressed."""

    def __init__(self) -> None:
        self._stop = False
        self._shown = False
        self._terminal = sys.stderr.isatty()

    def stop(self, *_signal: object) -> None:
        self._stop = True

    def stopped(self) -> bool:
        return self._stop

    def show(self, share: float, what: str) -> None:
        if self._terminal:
            full = round(share * 30)
            typer.echo(f"\r{what[:40]}  {'━' * full}{'─' * (30 - full)} {share:4.0%}", nl=False, err=True)
            self._shown = True

    def end(self) -> None:
        if self._shown:
            typer.echo("", err=True)
            self._shown = False


@contextmanager
def _stoppable() -> Iterator[_Watch]:
    watch = _Watch()
    before = signal.signal(signal.SIGINT, watch.stop)
    try:
        yield watch
    finally:
        signal.signal(signal.SIGINT, before)
