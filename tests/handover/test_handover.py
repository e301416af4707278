"""A handover from the draft to the acceptance, on both databases, between two agents."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.board.handover import HandoverOffer
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.journal import lines_about, verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.handover import queries, service
from conciergedesk.handover.cards import HandoverCard, LineCard
from conciergedesk.handover.rules import (
    Change,
    Colour,
    EditionLine,
    MissingPart,
    Section,
    State,
    colour_of,
    differences,
    missing_to_accept,
    risks_of,
)
from conciergedesk.handover.turns import HandoverHouse, load_handover_house
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.house import hotline_house
from conciergedesk.hotline.queries import incidents
from conciergedesk.hotline.rules import Impact, Urgency
from conciergedesk.hotline.service import NewTicket
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import KEY, hire
from tests.hotline.conftest import plant_provider

PARIS = ZoneInfo("Europe/Paris")
SYNTHESIS = "1. Jonas arrive 18:24, il parle allemand\n2. Aurélien : taxi si retard\n3. Lilas rend la 117"


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(Path(knowledge_base()))


@pytest.fixture(scope="module")
def house() -> HandoverHouse:
    return load_handover_house(knowledge_base() / "handover")


@pytest.fixture
def bastien(desk: Desk, clock: FixedClock) -> Actor:
    clock.move_to(at(7, 50))
    return hire(desk, "Bastien")


def card_of(desk: Desk, handover_id: int) -> HandoverCard:
    return desk.ask(queries.handover_card, handover_id)


def lines_in(card: HandoverCard, section: Section) -> list[LineCard]:
    return [line for line in card.lines if line.section == section]


def a_morning(desk: Desk, clock: FixedClock, bastien: Actor, book: Rulebook) -> dict[str, int]:
    """What a morning leaves: one urgent, one for tonight, one for next week, two promises."""
    clock.move_to(at(13))
    made = {
        "urgent": desk.act(
            bastien,
            requests.capture,
            book,
            NewRequest("taxi", title="gare", priority="P1", requester_name="Annika Vogt", take=True),
        ),
        "tonight": desk.act(
            bastien,
            requests.capture,
            book,
            NewRequest("taxi", title="théâtre", priority="P3", wanted_from=at(20), take=True),
        ),
        "later": desk.act(
            bastien, requests.capture, book, NewRequest("taxi", title="aéroport", priority="P4", take=True)
        ),
    }
    made["call"] = desk.act(
        bastien,
        requests.promise_call_back,
        due_at=at(17, 30),
        number="06 39 98 14 27",
        about="terminal de carte",
    )
    desk.act(bastien, service.log, book, "promesse prévenir Ilse de la météo 20h")
    clock.move_to(at(14, 18))
    return made


def test_every_section_is_there_even_when_nothing_happened(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(14, 18))
    card = card_of(desk, desk.act(bastien, service.draft, book, house))
    assert [section.code for section in card.sections] == list(Section)
    figures = {section.code: section.figure for section in card.sections}
    assert figures["requests"] == "rien"
    assert figures["hotline"] == "ni S1, ni S2"
    assert figures["roster"] == "rien"
    assert (card.row.from_shift, card.row.to_shift, card.row.state) == ("M", "S", "draft")
    assert card.row.accept_by == at(14, 35)


def test_the_draft_holds_what_is_true_now_with_its_colours_owners_and_times(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    made = a_morning(desk, clock, bastien, book)
    card = card_of(desk, desk.act(bastien, service.draft, book, house))
    colours = {line.source_id: line.colour for line in lines_in(card, Section.REQUESTS)}
    assert colours == {made["urgent"]: "red", made["tonight"]: "amber", made["later"]: "green"}
    promises = lines_in(card, Section.PROMISES)
    assert [(line.colour, line.owner, line.due_at) for line in promises] == [
        ("amber", "Bastien", at(17, 30)),
        ("amber", "Bastien", at(20)),
    ]
    assert {section.code: section.figure for section in card.sections}["promises"] == "2 sur 2 ont un nom"
    assert card.row.open_items == 5
    assert [line.text for line in card.log] == ["prévenir Ilse de la météo 20h"]


def test_drafting_again_follows_what_happened_and_keeps_what_was_written(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    made = a_morning(desk, clock, bastien, book)
    draft = desk.act(bastien, service.draft, book, house)
    urgent = lines_in(card_of(desk, draft), Section.REQUESTS)[0]
    desk.act(
        bastien, service.edit_line, book, urgent.id,
        action="Gaël conduit", fallback="si le train a plus de 30 min : taxi Moulotte",
    )  # fmt: skip
    desk.act(bastien, service.add_line, book, draft, Section.TOMORROW, what="grève partielle des trains")
    desk.act(bastien, requests.keep_call_back, book, made["call"])
    assert desk.act(bastien, service.draft, book, house) == draft
    card = card_of(desk, draft)
    again = lines_in(card, Section.REQUESTS)[0]
    assert (again.id, again.action, again.fallback) == (
        urgent.id, "Gaël conduit", "si le train a plus de 30 min : taxi Moulotte",
    )  # fmt: skip
    assert len(lines_in(card, Section.PROMISES)) == 1
    assert [line.what for line in lines_in(card, Section.TOMORROW)] == ["grève partielle des trains"]


def test_the_whole_life_from_draft_to_accepted(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    with pytest.raises(RuleRefused):
        desk.act(ines, service.read, number)
    desk.act(bastien, service.sign, number)
    clock.move_to(at(14, 24))
    desk.act(ines, service.read, number)
    card = card_of(desk, number)
    assert (card.row.state, card.row.to_name, card.row.signed_at) == ("read", "Inès", at(14, 18))
    with pytest.raises(RuleRefused) as refused:
        desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS)
    assert "1 ligne rouge" in str(refused.value)
    red = next(line for line in card.lines if line.colour == "red")
    desk.act(ines, service.acknowledge, red.id, seen=red.version)
    with pytest.raises(RuleRefused) as refused:
        desk.act(ines, service.accept, book, number, synthesis="vu")
    assert "synthèse" in str(refused.value)
    clock.move_to(at(14, 31))
    assert desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS) is True
    card = card_of(desk, number)
    assert (card.row.state, card.row.accepted_at, card.synthesis) == ("accepted", at(14, 31), SYNTHESIS)
    acts = [line.act for line in desk.ask(lines_about, "handover", number)]
    assert acts[0] == "handover.accepted"
    assert desk.ask(lambda session: verify(session, desk.key)) is None
    assert desk.ask(HandoverOffer().promises, None)[0].kind == "log"  # the document itself is off the board


def test_nobody_receives_their_own_handover(
    desk: Desk, bastien: Actor, helene: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    line = card_of(desk, number).lines[0]
    for call in (
        lambda: desk.act(bastien, service.read, number),
        lambda: desk.act(bastien, service.acknowledge, line.id),
        lambda: desk.act(bastien, service.accept, book, number, synthesis=SYNTHESIS),
    ):
        with pytest.raises(RuleRefused):
            call()
    assert card_of(desk, number).row.state == "signed"


def test_only_the_first_receiver_receives_and_says_so_to_a_second_one(
    desk: Desk,
    bastien: Actor,
    ines: Actor,
    maelle: Actor,
    book: Rulebook,
    house: HandoverHouse,
    clock: FixedClock,
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    desk.act(ines, service.read, number)
    with pytest.raises(NotAllowed, match="Inès"):
        desk.act(maelle, service.read, number)


def test_a_question_holds_the_handover_open_until_it_is_answered(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    for line in card_of(desk, number).lines:
        desk.act(ines, service.acknowledge, line.id)
    question = desk.act(ines, service.ask, book, number, "Qui paie si Haut-Vol annule ?")
    assert card_of(desk, number).row.state == "questioned"
    (promise,) = [one for one in desk.ask(HandoverOffer().promises, None) if one.kind == "handover"]
    assert promise.waits_for == "Bastien"
    with pytest.raises(RuleRefused, match="1 réponse"):
        desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS)
    desk.act(bastien, service.answer, book, question, "Le client, c'est dans les conditions.")
    assert card_of(desk, number).row.state == "read"
    assert desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS)


def test_a_change_after_the_signature_is_an_edition_with_its_differences(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    card = card_of(desk, number)
    red = next(line for line in card.lines if line.colour == "red")
    desk.act(ines, service.acknowledge, red.id)
    with pytest.raises(NotAllowed):
        desk.act(ines, service.edit_line, book, red.id, action="laisser")
    desk.act(bastien, service.edit_line, book, red.id, action="Gaël conduit")
    desk.act(bastien, service.add_line, book, number, Section.ITEMS, what="valise de Marek, consigne")
    card = card_of(desk, number)
    assert card.row.edition == 3
    assert card.red_open == 1, "what changed must be taken again"
    kept = desk.ask(queries.editions, number)
    (change,) = differences(kept[1], kept[2])
    assert (change.change, change.fields) == (Change.CHANGED, (("action", red.action, "Gaël conduit"),))
    assert [one.change for one in differences(kept[2], kept[3])] == [Change.ADDED]
    with pytest.raises(Conflict):
        desk.act(ines, service.acknowledge, red.id, seen=red.version)
    for line in card.lines:
        desk.act(ines, service.acknowledge, line.id)
    with pytest.raises(Conflict):
        desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS, seen_edition=1)
    assert desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS, seen_edition=3)
    with pytest.raises(RuleRefused):
        desk.act(bastien, service.edit_line, book, red.id, action="trop tard")


def test_signing_is_refused_while_a_promise_belongs_to_nobody(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(14, 18))
    number = desk.act(bastien, service.draft, book, house)
    line = desk.act(
        bastien, service.add_line, book, number, Section.PROMISES, what="rappeler Marek", is_promise=True
    )
    with pytest.raises(RuleRefused, match="1 sur 1"):
        desk.act(bastien, service.sign, number)
    desk.act(bastien, service.edit_line, book, line, owner_id=ines.id)
    desk.act(bastien, service.sign, number)
    assert card_of(desk, number).row.state == "signed"


def test_a_late_acceptance_alerts_the_supervisor_once(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    clock.move_to(at(14, 35))
    assert desk.act(SYSTEM, service.note_what_time_did, house).late == 0
    clock.move_to(at(14, 48))
    passed = desk.act(SYSTEM, service.note_what_time_did, house)
    assert (passed.late, passed.unread) == (1, 1)
    assert desk.act(SYSTEM, service.note_what_time_did, house) == type(passed)(0, 0, 0)
    for line in card_of(desk, number).lines:
        desk.act(ines, service.acknowledge, line.id)
    desk.act(ines, service.read, number)
    assert desk.act(ines, service.accept, book, number, synthesis=SYNTHESIS) is False
    incidents = [line for line in desk.ask(queries.log_lines) if line.kind == "incident"]
    assert len(incidents) == 2 and all(line.refs == (f"H-{number}",) for line in incidents)


def test_a_late_acceptance_is_an_incident_even_when_no_wake_up_ran(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(14, 30))
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    clock.move_to(at(14, 48))
    desk.act(ines, service.read, number)
    assert desk.act(ines, service.accept, book, number, synthesis="rien de risqué ce soir") is False
    assert [line.kind for line in desk.ask(queries.log_lines)] == ["incident"]


def test_a_shift_without_a_handover_is_an_incident_but_a_closed_desk_is_none(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(10))
    desk.act(bastien, service.log, book, "ouverture faite")
    clock.move_to(at(14, 34))
    assert desk.act(SYSTEM, service.note_what_time_did, house).missing == 0
    clock.move_to(at(14, 36))
    assert desk.act(SYSTEM, service.note_what_time_did, house).missing == 1
    clock.move_to(at(9, 0, day=25))
    passed = desk.act(SYSTEM, service.note_what_time_did, house)
    assert passed.missing == 0, "nobody worked in the evening, so nobody owed a handover"
    assert [row.state for row in desk.ask(queries.handovers)] == ["missing"]
    clock.move_to(at(14, 50))
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    assert [row.state for row in desk.ask(queries.handovers)] == ["signed"]


def test_a_supervisor_signs_and_accepts_for_somebody_with_a_reason(
    desk: Desk,
    bastien: Actor,
    ines: Actor,
    helene: Actor,
    book: Rulebook,
    house: HandoverHouse,
    clock: FixedClock,
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    with pytest.raises(NotAllowed):
        desk.act(ines, service.sign, number)
    with pytest.raises(InvalidInput):
        desk.act(helene, service.sign, number)
    desk.act(helene, service.sign, number, reason="Bastien a dû partir")
    desk.act(helene, service.accept, book, number, reason="Inès est au guichet")
    card = card_of(desk, number)
    assert (card.row.state, card.row.from_name, card.signed_for, card.accepted_for) == (
        "accepted", "Bastien", "Bastien a dû partir", "Inès est au guichet",
    )  # fmt: skip


def test_green_lines_of_a_section_are_taken_with_one_act_red_ones_are_not(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    a_morning(desk, clock, bastien, book)
    number = desk.act(bastien, service.draft, book, house)
    desk.act(bastien, service.sign, number)
    assert desk.act(ines, service.acknowledge_steady, number, Section.REQUESTS) == 1
    left = {
        line.colour for line in lines_in(card_of(desk, number), Section.REQUESTS) if not line.acknowledged_at
    }
    assert left == {"red", "amber"}


def test_health_is_not_named_in_a_handover(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(13))
    made = desk.act(
        bastien,
        requests.capture,
        book,
        NewRequest("dentist_late", title="ce soir", requester_name="Josy Weber"),
    )
    clock.move_to(at(14, 18))
    card = card_of(desk, desk.act(bastien, service.draft, book, house))
    (line,) = lines_in(card, Section.REQUESTS)
    assert f"D-{made}" in line.what
    assert "Josy" not in line.what and "ce soir" not in line.what


def test_two_desks_drafting_the_same_change_do_not_make_two(
    desk: Desk, bastien: Actor, ines: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    clock.move_to(at(14, 18))
    first = desk.act(bastien, service.draft, book, house)
    assert desk.act(bastien, service.draft, book, house) == first
    with pytest.raises(Conflict, match="Bastien"):
        desk.act(ines, service.draft, book, house)


def test_a_receiver_killed_in_the_middle_loses_no_line_that_was_taken(
    sqlite_desk: Desk, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    desk = sqlite_desk
    clock.move_to(at(7, 50))
    bastien, ines = hire(desk, "Bastien"), hire(desk, "Inès")
    clock.move_to(at(14, 10))
    number = desk.act(bastien, service.draft, book, house)
    for place in range(40):
        desk.act(bastien, service.add_line, book, number, Section.ITEMS, what=f"colis {place}")
    desk.act(bastien, service.sign, number)
    script = textwrap.dedent(
        """
        import sys
        from datetime import datetime
        from conciergedesk.bootstrap import import_tables
        from conciergedesk.core.clock import FixedClock
        from conciergedesk.core.db.engine import open_engine
        from conciergedesk.core.desk import Desk
        from conciergedesk.core.settings import Settings
        from conciergedesk.handover import queries, service
        from conciergedesk.staff.queries import actor_for
        import_tables()
        url, agent, number, now = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        desk = Desk(open_engine(url), KEY, FixedClock(datetime.fromisoformat(now)), Settings(database=url))
        actor = desk.ask(actor_for, agent, language="fr", desk="two")
        for line in desk.ask(queries.handover_card, number).lines:
            desk.act(actor, service.acknowledge, line.id)
            print(line.id, flush=True)
        """
    ).replace("KEY,", f"{KEY!r},")
    source = str(Path(__file__).parents[2] / "src")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            script,
            desk.settings.database,
            str(ines.id),
            str(number),
            at(14, 20).isoformat(),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    process.wait()
    process.stdout.close()
    again = Desk(open_engine(desk.settings.database), KEY, clock, desk.settings)
    taken = {line.id for line in card_of(again, number).lines if line.acknowledged_at is not None}
    assert set(told) <= taken
    assert 5 <= len(taken) < 40
    assert again.ask(lambda session: verify(session, KEY)) is None
    again.close()


# --- rules without a desk ---


def test_mass_incidents_and_severe_tickets_are_handed_over_and_mild_ones_stay_with_their_line(
    desk: Desk, bastien: Actor, book: Rulebook, house: HandoverHouse, clock: FixedClock
) -> None:
    lines = hotline_house(book)
    yanis = hire(desk, "Yanis", "hotline", "technical")
    with desk.write(SYSTEM) as unit:
        provider = plant_provider(unit, "Maison Aubier")
        sites = [hotline.add_site(unit, provider, f"Site {number}", commune="Metz") for number in range(4)]
    clock.move_to(at(14))

    def ticket_of(tree: str, site: int, impact: Impact | None = None, urgency: Urgency | None = None) -> int:
        new = NewTicket(tree, site_id=site, impact=impact, urgency=urgency)
        return desk.act(yanis, hotline.open_ticket, lines, new).id

    for site in sites[:3]:
        ticket_of("wifi", site, Impact.DEGRADED, Urgency.NOW)
    severe = ticket_of("calendar_sync", sites[3], Impact.DEGRADED, Urgency.NOW)
    mild = ticket_of("tablet", sites[3])
    clock.move_to(at(14, 18))
    card = card_of(desk, desk.act(bastien, service.draft, book, house))
    told = {line.source_kind: line for line in lines_in(card, Section.HOTLINE)}
    assert told["mass_incident"].action == "ouvrir l’incident ou l’écarter"
    proposed = desk.ask(incidents)[0]
    desk.act(yanis, hotline.open_incident, lines, proposed.id)
    card = card_of(desk, desk.act(bastien, service.draft, book, house))
    incident, ticket = lines_in(card, Section.HOTLINE)
    assert (incident.colour, incident.source_kind, incident.owner) == ("red", "mass_incident", "Yanis")
    assert incident.what.endswith("3 sites") and "wifi" not in incident.what
    assert (ticket.source_kind, ticket.source_id, ticket.what.endswith("S2")) == ("ticket", severe, True)
    figures = {section.code: section.figure for section in card.sections}
    assert figures["hotline"] == "1 incident collectif, 0 S1, 1 S2"
    assert [line.source_id for line in lines_in(card, Section.REQUESTS)] == []
    clock.move_to(at(16, 50))
    card = card_of(desk, desk.act(yanis, service.draft, book, house))
    assert [line.source_id for line in lines_in(card, Section.REQUESTS)] == [mild]


@pytest.mark.parametrize(
    ("due", "priority", "broken", "expected"),
    [
        (at(13), "P3", False, Colour.RED),
        (at(20), "P1", False, Colour.RED),
        (at(20), "S1", False, Colour.RED),
        (at(9, day=26), "P3", True, Colour.RED),
        (at(21, 14), "P3", False, Colour.AMBER),
        (at(21, 15), "P3", False, Colour.GREEN),
        (None, "P4", False, Colour.GREEN),
    ],
)
def test_colours(due: datetime | None, priority: str, broken: bool, expected: Colour) -> None:
    found = colour_of(due, priority, broken=broken, now=at(14, 18), next_shift_ends=at(21, 15))
    assert found is expected


def test_a_synthesis_counts_risks_not_lines() -> None:
    assert len(risks_of(SYNTHESIS)) == 3
    assert risks_of("1.\n2. ok\n---\n") == ()
    needed = missing_to_accept(State.READ, red_open=0, questions_open=0, synthesis="", items=2)
    assert [(one.part, one.count) for one in needed] == [(MissingPart.SYNTHESIS, 2)]
    assert missing_to_accept(State.READ, red_open=0, questions_open=0, synthesis=SYNTHESIS, items=9) == ()


def test_differences_name_what_was_removed() -> None:
    line = EditionLine(1, "items", "green", "colis", "", "", "", "")
    assert [one.change for one in differences((line,), ())] == [Change.REMOVED]
    assert differences((line,), (line,)) == ()


def test_the_change_that_is_meant_follows_the_shifts_also_over_the_clock_change(house: HandoverHouse) -> None:
    morning = house.change_for("concierge", at(14, 20))
    assert morning is not None and morning.at == at(14, 15)
    evening = house.change_for("concierge", at(18))
    assert evening is not None and evening.at == at(7, 45, day=25)
    night = house.change_for("concierge", at(23, 30))
    assert night is not None and night.at == at(7, 45, day=25)
    spring = house.change_for("concierge", at(22, 0, day=27))
    assert spring is not None
    assert spring.at - spring.outgoing.ends_at == timedelta(hours=9, minutes=30)
    assert house.change_for("coach", at(12)) is None


def test_a_wrong_turns_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "turns.toml").write_text(
        'zone = "Europe/Paris"\naccept_within = 20\nunread_after = 30\ngrace = 30\n[[turn]]\nteam = "concierge"\n'
        'code = "M"\nfr = "matin"\nen = "morning"\nfrom = "7h45"\nto = "14:45"\n',
        encoding="utf-8",
    )
    with pytest.raises(InvalidInput) as refused:
        load_handover_house(tmp_path)
    assert "turns.toml" in str(refused.value) and "from" in str(refused.value)
