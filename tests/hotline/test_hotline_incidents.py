"""Mass incidents: proposed, grouped, told, closed together, reopened by their caller only."""

from __future__ import annotations

import pytest

from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.figures import first_contact, resolutions
from conciergedesk.hotline.queries import incident_card, incidents
from conciergedesk.hotline.rules import ResolutionCode
from conciergedesk.hotline.service import OpenedTicket

from .conftest import Line


def three_outages(line: Line) -> list[OpenedTicket]:
    opened = []
    for minute, site, language in (("05", 0, "fr"), ("20", 1, "de"), ("41", 2, "en")):
        line.at(f"25 10:{minute}")
        opened.append(
            line.open("wifi", site_id=line.sites[site], language=language, caller=f"{site}", number="+33353014001")
        )  # fmt: skip
    return opened


def test_the_third_ticket_of_a_third_site_proposes_an_incident(line: Line) -> None:
    one, two, three = three_outages(line)
    assert (one.incident_id, two.incident_id) == (None, None)
    assert three.incident_id is not None and not three.incident_open
    card = line.desk.ask(incident_card, three.incident_id)
    assert (card.state, card.proposed_at) == ("proposed", line.clock.now())
    assert [ticket.id for ticket in card.tickets] == [one.id, two.id, three.id]
    assert line.card(one.id).row.parent_id is None, "nothing hangs under it until a human opens it"


def test_a_fourth_ticket_grows_the_proposal_and_the_same_site_twice_proposes_nothing(line: Line) -> None:
    line.at("24 09:00")
    for _ in range(3):
        assert line.open("wifi").incident_id is None
    opened = three_outages(line)
    fourth = line.open("wifi", site_id=line.sites[0])
    assert fourth.incident_id == opened[2].incident_id
    assert len(line.desk.ask(incidents)) == 1
    assert fourth.id in {ticket.id for ticket in line.desk.ask(incidents)[0].tickets}


def test_the_incident_is_told_to_all_in_their_language_and_closed_together(line: Line) -> None:
    opened = three_outages(line)
    incident = opened[2].incident_id
    assert incident is not None
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.tell_all, line.house, incident)
    line.at("25 10:45")
    assert line.desk.act(line.yanis, hotline.open_incident, line.house, incident) == tuple(
        one.id for one in opened
    )
    told = line.desk.act(line.yanis, hotline.tell_all, line.house, incident)
    assert [one.language for one in told] == ["fr", "de", "en"]
    assert told[0].text.startswith("Panne connue (Wifi, réf. M-") and told[1].text.startswith(
        "Bekannte Störung"
    )
    with pytest.raises(InvalidInput):
        line.desk.act(
            line.yanis,
            hotline.close_incident,
            line.house,
            incident,
            ResolutionCode.THIRD_PARTY,
            root_cause=" ",
        )
    began = line.at("25 13:44")
    line.at("25 13:50")
    closed = line.desk.act(
        line.yanis, hotline.close_incident, line.house, incident, ResolutionCode.THIRD_PARTY,
        root_cause="coupure chez l'opérateur", began=began,
    )  # fmt: skip
    assert closed == tuple(one.id for one in opened)
    card = line.desk.ask(incident_card, incident)
    assert (card.state, card.resolution_met) == ("closed", True)
    for one in opened:
        ticket = line.card(one.id)
        assert (ticket.row.state, ticket.fcr, ticket.resolution_code) == ("done", None, "third_party")
        assert ticket.times[-1].seconds == 120, "six minutes for three tickets"
    over = line.desk.act(line.yanis, hotline.tell_all, line.house, incident)
    assert over[0].text.startswith("La panne (Wifi")
    figures = line.desk.ask(first_contact, line.at("25 00:00"), line.at("26 00:00"))
    assert (figures.population, figures.of_incidents) == ((), tuple(one.id for one in opened))
    assert figures.share is None, "no population, no percentage"
    assert len(line.desk.ask(resolutions, line.at("25 00:00"), line.at("26 00:00")).met) == 3


def test_a_child_is_reopened_only_when_its_caller_says_that_it_still_fails(line: Line) -> None:
    opened = three_outages(line)
    incident = opened[2].incident_id
    assert incident is not None
    line.desk.act(line.yanis, hotline.open_incident, line.house, incident)
    line.desk.act(
        line.yanis,
        hotline.close_incident,
        line.house,
        incident,
        ResolutionCode.THIRD_PARTY,
        root_cause="opérateur",
    )
    with pytest.raises(RuleRefused, match="appelant"):
        line.desk.act(line.yanis, hotline.reopen, line.house, opened[0].id, reason="doute")
    line.desk.act(
        line.yanis, hotline.reopen, line.house, opened[0].id, reason="box éteinte", caller_says_so=True
    )
    states = [line.card(one.id).row.state for one in opened]
    assert states == ["in_progress", "done", "done"]


def test_tickets_join_and_leave_an_open_incident_and_a_wrong_proposal_is_dismissed(line: Line) -> None:
    opened = three_outages(line)
    incident = opened[2].incident_id
    assert incident is not None
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.dismiss, incident, reason="")
    line.desk.act(line.yanis, hotline.open_incident, line.house, incident)
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.dismiss, incident, reason="trop tard")
    late = line.open("wifi")
    assert (late.incident_id, late.incident_open) == (incident, True)
    line.desk.act(line.yanis, hotline.join, incident, late.id)
    line.desk.act(line.yanis, hotline.leave, opened[0].id)
    children = {ticket.id for ticket in line.desk.ask(incident_card, incident).tickets}
    assert children == {opened[1].id, opened[2].id, late.id}
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.leave, opened[0].id)


def test_a_dismissed_proposal_leaves_the_tickets_alone(line: Line) -> None:
    opened = three_outages(line)
    assert opened[2].incident_id is not None
    line.desk.act(line.yanis, hotline.dismiss, opened[2].incident_id, reason="trois causes")
    assert line.desk.ask(incidents) == []
    assert all(line.card(one.id).row.state == "in_progress" for one in opened)


def test_tickets_can_be_grouped_by_hand(line: Line) -> None:
    line.at("23 10:00")
    one, two = line.open("tablet"), line.open("tablet", site_id=line.sites[1])
    other = line.open("wifi", site_id=line.sites[2])
    for wrong in ([one.id], [one.id, other.id]):
        with pytest.raises(InvalidInput):
            line.desk.act(line.yanis, hotline.group, line.house, wrong)
    incident = line.desk.act(line.yanis, hotline.group, line.house, [one.id, two.id])
    card = line.desk.ask(incident_card, incident)
    assert (card.state, card.severity, len(card.tickets)) == ("open", "S3", 2)
    with pytest.raises(NotFound):
        line.desk.ask(incident_card, 999)
