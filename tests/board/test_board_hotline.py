"""What the hotlines owe, as the board lists it."""

from __future__ import annotations

from datetime import date, timedelta

from conciergedesk.board.offers import make_reader
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.house import hotline_house
from conciergedesk.hotline.rules import ResolutionCode
from conciergedesk.hotline.service import NewTicket
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire


def test_the_board_lists_tickets_incidents_rounds_and_renewals_and_keeps_them_true(
    desk: Desk, clock: FixedClock, helene: Actor
) -> None:
    book = load_rulebook(knowledge_base())
    house = hotline_house(book)
    yanis = hire(desk, "Yanis", "hotline", "technical")
    with desk.write(SYSTEM) as unit:
        maker = Provider(
            name="Gîte des Charmes", agreement="signed", agreement_until=date(2027, 6, 1), created_at=unit.now
        )
        unit.add(maker)
        assert maker.id is not None
        sites = [hotline.add_site(unit, maker.id, f"Site {n}", commune=f"Bourg {n}") for n in range(3)]
    reader = make_reader(desk, book, lambda: helene)

    def read(kind: PromiseKind) -> list[Promise]:
        return [one for one in reader.load().promises if one.kind is kind]

    assert read(PromiseKind.TICKET) == []
    tickets = [
        desk.act(
            yanis, hotline.open_ticket, house, NewTicket("wifi", site_id=site, caller="Bernadette", title="tout coupé")
        )
        for site in sites
    ]  # fmt: skip
    found = read(PromiseKind.TICKET)
    assert [one.id for one in found] == [one.id for one in tickets]
    first = found[0]
    assert (first.ref, first.what, first.for_whom, first.where) == (
        "T-1",
        "Wifi tout coupé",
        "Bernadette",
        "Site 0",
    )
    assert (first.priority, first.team, first.holder, first.due_at is not None) == (
        "S2",
        "technical",
        "Yanis",
        True,
    )
    proposed = read(PromiseKind.INCIDENT)[0]
    assert (proposed.what, proposed.for_whom) == ("Incident à ouvrir : Wifi", "3 sites")

    incident = tickets[2].incident_id
    assert incident is not None
    desk.act(yanis, hotline.open_incident, house, incident)
    assert read(PromiseKind.TICKET) == [], "they stand behind their incident"
    shown = read(PromiseKind.INCIDENT)[0]
    assert (shown.what, shown.due_at) == ("Incident : Wifi", clock.now() + timedelta(hours=4))
    detail = reader.detail(PromiseKind.INCIDENT, incident)
    assert detail is not None and [line.left for line in detail.sections[0].lines] == ["T-1", "T-2", "T-3"]
    desk.act(
        yanis,
        hotline.close_incident,
        house,
        incident,
        ResolutionCode.THIRD_PARTY,
        root_cause="coupure opérateur",
    )
    assert read(PromiseKind.INCIDENT) == []
    desk.act(yanis, hotline.reopen, house, tickets[0].id, reason="encore", caller_says_so=True)
    assert [one.id for one in read(PromiseKind.TICKET)] == [tickets[0].id]

    desk.act(yanis, hotline.plan_round, house, clock.now() + timedelta(hours=2), sites, vehicle="utilitaire")
    round_ = read(PromiseKind.ROUND)[0]
    assert (round_.what, round_.for_whom) == ("Tournée de maintenance, 3 sites", "Site 0")
    assert read(PromiseKind.AGREEMENT) == []
    desk.act(SYSTEM, hotline.note_what_time_did, house)
    renewal = read(PromiseKind.AGREEMENT)[0]
    assert (renewal.what, renewal.for_whom) == ("Convention à renouveler, J-90", "Gîte des Charmes")
    for kind, promise in ((PromiseKind.ROUND, round_), (PromiseKind.AGREEMENT, renewal)):
        found_detail = reader.detail(kind, promise.id)
        assert found_detail is not None and found_detail.acts
    desk.act(helene, hotline.renewal_done, renewal.id, "visite faite")
    assert read(PromiseKind.AGREEMENT) == []
    reader.close()


def test_a_ticket_in_full_shows_its_answers_and_what_was_done(desk: Desk, helene: Actor) -> None:
    book = load_rulebook(knowledge_base())
    house = hotline_house(book)
    yanis = hire(desk, "Yanis", "hotline", "technical")
    opened = desk.act(yanis, hotline.open_ticket, house, NewTicket("tablet", caller="Théo", keys="nn"))
    desk.act(yanis, hotline.note, house, opened.id, "Le voyant est rouge.")
    reader = make_reader(desk, book, lambda: yanis)
    reader.load()
    detail = reader.detail(PromiseKind.TICKET, opened.id)
    assert detail is not None
    triage = next(section for section in detail.sections if section.title == "Diagnostic")
    assert [line.text for line in triage.lines] == ["Non, rien", "Non, on branche maintenant"]
    assert {line.text for line in detail.timeline} == {"ticket ouvert", "Le voyant est rouge."}
    assert any(fact.value == "moi" for fact in detail.facts)
    reader.close()
