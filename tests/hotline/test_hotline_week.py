"""A week on both lines, over a public holiday and the change to summer time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.cards import TicketCard
from conciergedesk.hotline.figures import first_contact, resolutions
from conciergedesk.hotline.ledgers import ambassador_card, recompute_commission
from conciergedesk.hotline.queries import banners, incident_card, incidents
from conciergedesk.hotline.rules import Impact, ResolutionCode, Urgency
from conciergedesk.hotline.service.opening import walk_of
from conciergedesk.hotline.tables import Ticket
from conciergedesk.providers import service as providers

from .conftest import PARIS, Line

URGENT: dict[str, Any] = {"impact": Impact.DEGRADED, "urgency": Urgency.NOW}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


def suggested(line: Line, ticket_id: int) -> str:
    with line.desk.read() as session:
        ticket = session.get(Ticket, ticket_id)
        assert ticket is not None
        walk = walk_of(line.house, ticket)
        assert walk is not None
        return walk.article


def test_a_week_of_tickets_gives_the_expected_states_and_figures(line: Line) -> None:
    house, desk = line.house, line.desk
    provider = line.providers[2]
    desk.act(line.helene, providers.agree_rate, provider, 900, since=date(2027, 2, 1))

    line.at("22 09:40")
    tablet = line.open("tablet", caller="Bernadette", keys="nn").id
    card = line.card(tablet)
    assert (card.tree, suggested(line, tablet), card.row.severity) == ("T1", "KB-01", "S3")
    line.at("22 09:52")
    desk.act(
        line.yanis, hotline.solve, house, tablet, ResolutionCode.SOLVED_BY_PROVIDER_WITH_US, article="KB-01"
    )
    assert (line.card(tablet).row.state, line.card(tablet).fcr) == ("done", True)

    line.at("22 10:20")
    desk.act(
        line.lucie, hotline.charge_commission, provider, "B-204", booked_on=date(2027, 2, 9), base_cents=34_000,
        charged_cents=2_720,
    )  # fmt: skip
    commission = line.open("commission", site_id=line.sites[2], caller="Wilfried").id
    card = line.card(commission)
    assert (card.tree, card.row.severity, card.row.state) == ("C5", "S4", "in_progress")

    line.at("23 16:00")
    sync = line.open("calendar_sync", site_id=line.sites[2], **URGENT).id
    card = line.card(sync)
    assert (card.tree, card.row.severity) == ("T9", "S2")
    assert (card.row.due_at, card.escalate_at) == (at(24, 16), at(24, 10))

    line.at("24 10:00")
    desk.act(line.yanis, hotline.note_what_time_did, house)
    line.at("24 15:00")
    checks = desk.ask(recompute_commission, provider, date(2027, 2, 1), date(2027, 3, 1))
    assert [one.correction_cents for one in checks] == [340]
    desk.act(line.lucie, hotline.correct_commission, house, commission, checks, reason="ancien taux appliqué")
    desk.act(line.lucie, hotline.solve, house, commission, ResolutionCode.SOLVED_REMOTE)
    line.at("24 16:20")
    desk.act(line.sabrina, hotline.solve, house, sync, ResolutionCode.CONFIG_CHANGE, article="KB-11")
    card = line.card(sync)
    assert (card.row.level, card.resolution_met, card.fcr, card.breached_at) == (
        "L2",
        False,
        False,
        at(24, 16),
    )

    wifi = []
    for minute, site in ((5, 0), (20, 1), (41, 2)):
        line.at(f"25 10:{minute:02}")
        assert desk.ask(incidents) == [], "not yet a mass incident"
        wifi.append(line.open("wifi", site_id=line.sites[site], **URGENT).id)
    assert [line.card(one).row.severity for one in wifi] == ["S2", "S2", "S2"]
    proposed = desk.ask(incidents)[0]
    assert (proposed.proposed_at, [one.id for one in proposed.tickets]) == (at(25, 10, 41), wifi)
    desk.act(line.yanis, hotline.open_incident, house, proposed.id)
    line.at("25 13:50")
    desk.act(
        line.yanis,
        hotline.close_incident,
        house,
        proposed.id,
        ResolutionCode.THIRD_PARTY,
        root_cause="coupure opérateur",
    )
    assert desk.ask(incident_card, proposed.id).resolution_met is True
    assert {line.card(one).row.state for one in wifi} == {"done"}

    line.at("26 10:15")
    points = desk.act(line.paulo, hotline.register_card, "AMB-0042", holder="Mathilde")
    ambassador = line.open("ambassador_card", site_id=line.sites[1], by=line.paulo).id
    assert (line.card(ambassador).tree, line.card(ambassador).row.severity) == ("C7", "S3")
    line.at("26 10:24")
    desk.act(line.paulo, hotline.triage, house, ambassador, "mn")
    desk.act(
        line.paulo, hotline.correct_card, house, points, reason="visite non lue par le lecteur", points=40,
        ticket_id=ambassador,
    )  # fmt: skip
    desk.act(line.paulo, hotline.solve, house, ambassador, ResolutionCode.SOLVED_REMOTE)
    assert line.card(ambassador).fcr is True
    assert desk.ask(ambassador_card, points).lines[0].kind == "correction"

    line.at("28 11:10")
    double = line.open("double_booking", site_id=line.sites[2], caller="Wilfried").id
    card = line.card(double)
    assert (card.tree, card.row.severity, card.row.due_at) == ("C2", "S1", at(28, 15, 10))
    assert [one.id for one in desk.ask(banners)] == [double], "everybody sees it"
    line.at("28 13:30")
    desk.act(
        line.lucie,
        hotline.solve,
        house,
        double,
        ResolutionCode.SOLVED_REMOTE,
        root_cause="relogé, payé par l'hôte",
    )
    assert (line.card(double).resolution_met, line.card(double).fcr) == (True, False)

    week = (at(22, 0), at(29, 0))
    contact = desk.ask(first_contact, *week)
    assert set(contact.population) == {tablet, sync, commission, ambassador, double}
    assert contact.of_incidents == tuple(wifi)
    assert set(contact.yes) == {tablet, ambassador} and contact.share == 0.4
    attained = desk.ask(resolutions, *week)
    assert (len(attained.met), attained.missed) == (7, (sync,))
    assert round((attained.share or 0) * 100, 1) == 87.5
    assert all(isinstance(line.card(one), TicketCard) for one in contact.population)
