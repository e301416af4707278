"""Tickets from the first answer to the solution, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.journal import verify
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.cards import ContactLine
from conciergedesk.hotline.figures import first_contact, time_by_agent
from conciergedesk.hotline.queries import banners, open_tickets, read_ref, ref, ticket_card, weekly_review
from conciergedesk.hotline.register import contacts_of
from conciergedesk.hotline.rules import Impact, ResolutionCode, Urgency
from conciergedesk.hotline.service import NewTicket
from conciergedesk.hotline.triage import Party
from tests.conftest import hire

from .conftest import PARIS, Line

CODE = ResolutionCode.SOLVED_BY_PROVIDER_WITH_US


def local(moment: str) -> datetime:
    return datetime.fromisoformat(f"2027-03-{moment.replace(' ', 'T')}").replace(tzinfo=PARIS)


def test_a_ticket_is_filled_in_from_its_tree_and_its_site(line: Line) -> None:
    line.at("22 09:40")
    opened = line.open("tablet", caller="Bernadette", keys="n", since="ce matin")
    card = line.card(opened.id)
    assert (card.tree, card.row.category, card.theme, card.row.line) == (
        "T1",
        "tablet",
        "terminals",
        "technical",
    )
    assert (card.row.severity, card.row.level, card.row.owner) == ("S3", "L1", "Yanis")
    assert (card.provider_id, card.row.site) == (line.providers[0], "Site 1")
    assert card.first_response_at == line.clock.now(), "a call that is answered is the first response"
    assert [one.label_fr for one in card.answers] == ["Non, rien"]
    assert card.row.due_at == local("25 09:40"), "24 line hours are three days of eight hours"


@pytest.mark.parametrize(
    ("impact", "urgency", "severity", "due"),
    [
        (Impact.SITE_BLOCKED, Urgency.NOW, "S1", "23 20:00"),
        (Impact.DEGRADED, Urgency.NOW, "S2", "24 16:00"),
        (Impact.DEGRADED, Urgency.TODAY, "S3", "26 16:00"),
        (Impact.QUESTION, Urgency.TODAY, "S4", None),
    ],
)
def test_severity_comes_from_the_matrix_and_sets_the_clock(
    line: Line, impact: Impact, urgency: Urgency, severity: str, due: str | None
) -> None:
    line.at("23 16:00")
    opened = line.open("calendar_sync", impact=impact, urgency=urgency)
    card = line.card(opened.id)
    assert card.row.severity == severity
    assert due is None or card.row.due_at == local(due)


def test_the_worst_severity_rises_at_once_and_shows_a_banner_to_all(line: Line) -> None:
    line.at("23 11:00")
    calm = line.open("tablet")
    assert line.desk.ask(banners) == []
    loud = line.open("double_booking", impact=Impact.SITE_BLOCKED, urgency=Urgency.NOW)
    card = line.card(loud.id)
    assert (card.row.severity, card.row.level, card.escalated_at) == ("S1", "L2", line.clock.now())
    assert [one.id for one in line.desk.ask(banners)] == [loud.id]
    assert [one.id for one in line.desk.ask(open_tickets)] == [loud.id, calm.id], "soonest first"


def test_an_answer_may_demand_more_than_the_matrix(line: Line) -> None:
    opened = line.open("tablet", keys="g")
    assert opened.severity == "S1"


def test_solving_in_the_call_counts_as_first_contact_and_uses_the_article(line: Line) -> None:
    line.at("22 09:40")
    opened = line.open("tablet", keys="nn")
    line.at("22 09:52")
    first = line.desk.act(
        line.yanis,
        hotline.solve,
        line.house,
        opened.id,
        CODE,
        root_cause="chargeur débranché",
        article="KB-01",
    )
    card = line.card(opened.id)
    assert first and card.fcr and card.resolution_met
    assert (card.row.state, card.resolution_code, card.root_cause) == (
        "done", "solved_by_provider_with_us", "chargeur débranché",
    )  # fmt: skip
    assert [(one.article, one.kind) for one in card.articles] == [("KB-01", "used")]


@pytest.mark.parametrize("what", ["later", "second_contact", "level_2", "field"])
def test_what_needs_more_than_the_first_conversation_is_no_first_contact(line: Line, what: str) -> None:
    line.at("22 09:40")
    opened = line.open("tablet")
    if what == "later":
        line.at("22 11:40")
    elif what == "second_contact":
        line.at("22 10:40")
        line.desk.act(line.yanis, hotline.note, line.house, opened.id, "Rappelée.", kind="call")
    elif what == "level_2":
        line.desk.act(line.yanis, hotline.escalate, line.house, opened.id, Party.LEVEL_2)
    else:
        line.desk.act(line.yanis, hotline.send_to_field, line.house, opened.id, "Changer la tablette")
    assert not line.desk.act(
        line.yanis, hotline.solve, line.house, opened.id, CODE, same_conversation=what != "later"
    )


def test_a_ticket_reopened_within_seven_days_was_not_solved_at_first_contact(line: Line) -> None:
    line.at("22 09:40")
    opened = line.open("tablet")
    line.desk.act(line.yanis, hotline.solve, line.house, opened.id, CODE)
    assert line.card(opened.id).fcr
    line.at("24 10:00")
    line.desk.act(line.yanis, hotline.reopen, line.house, opened.id, reason="De nouveau éteinte")
    card = line.card(opened.id)
    assert (card.fcr, card.row.state, card.reopens) == (False, "in_progress", 1)
    assert card.row.due_at == local("27 10:00"), "the clock starts anew at the reopening"
    figures = line.desk.ask(first_contact, local("22 00:00"), local("29 00:00"))
    assert (figures.population, figures.yes, figures.share) == ((opened.id,), (), 0.0)


def test_waiting_for_the_caller_stops_the_clock_and_waiting_for_a_third_party_does_not(line: Line) -> None:
    line.at("23 10:00")
    one, other = line.open("wifi"), line.open("wifi", site_id=line.sites[1])
    line.desk.act(line.yanis, hotline.wait_caller, line.house, one.id)
    line.desk.act(line.yanis, hotline.wait_third, line.house, other.id, whom="opérateur")
    line.at("23 12:00")
    for ticket in (one, other):
        line.desk.act(line.yanis, hotline.resume, line.house, ticket.id)
    waited, ran = line.card(one.id).row.due_at, line.card(other.id).row.due_at
    assert waited is not None and ran is not None
    assert waited - ran == timedelta(hours=2)


def test_level_2_comes_by_itself_after_the_line_hours_of_the_severity(line: Line) -> None:
    line.at("23 16:00")
    opened = line.open("calendar_sync", impact=Impact.DEGRADED, urgency=Urgency.NOW)
    card = line.card(opened.id)
    assert (card.row.severity, card.escalate_at) == ("S2", local("24 10:00"))
    line.at("24 09:59")
    line.desk.act(line.yanis, hotline.note_what_time_did, line.house)
    assert line.card(opened.id).row.level == "L1"
    line.at("24 16:20")
    passed = line.desk.act(line.yanis, hotline.note_what_time_did, line.house)
    again = line.desk.act(line.yanis, hotline.note_what_time_did, line.house)
    card = line.card(opened.id)
    assert (passed.raised, passed.breached, again.raised, again.breached) == (1, 1, 0, 0)
    assert (card.row.level, card.escalated_at, card.breached_at) == (
        "L2",
        local("24 10:00"),
        local("24 16:00"),
    )


def test_escalation_goes_to_the_referent_or_to_the_stand_in_of_one_who_is_away(line: Line) -> None:
    assert line.yanis.id and line.sabrina.id
    line.desk.act(line.helene, hotline.name_referents, line.house, "network", line.sabrina.id, line.yanis.id)
    opened = line.open("wifi", keys="t")
    assert (
        line.desk.act(line.yanis, hotline.escalate, line.house, opened.id, Party.LEVEL_2) == line.sabrina.id
    )
    absent = line.desk.act(
        line.yanis, hotline.escalate, line.house, opened.id, Party.LEVEL_2, away=[line.sabrina.id]
    )
    assert absent == line.yanis.id
    outside = line.desk.act(line.yanis, hotline.escalate, line.house, opened.id, Party.TELECOM)
    card = line.card(opened.id)
    assert (outside, card.row.waits_for, card.row.state) == (None, "telecom", "waiting_provider")


def test_every_answer_is_kept_in_the_words_of_that_day_and_can_be_taken_further(line: Line) -> None:
    opened = line.open("tablet")
    line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "nn", noted={"asset": "TAB-001"})
    card = line.card(opened.id)
    assert [(one.question, one.key) for one in card.answers] == [("screen_on", "n"), ("charged_30_min", "n")]
    assert card.noted == (("asset", "TAB-001"),)
    with pytest.raises(InvalidInput, match="n’est pas une réponse"):
        line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "nz")
    assert len(line.card(opened.id).answers) == 2, "a refused answer changes nothing"


def test_a_changed_severity_counts_from_the_opening_and_erases_no_breach(line: Line) -> None:
    line.at("22 09:00")
    opened = line.open("double_booking")
    assert opened.severity == "S1"
    line.at("22 14:00")
    line.desk.act(
        line.lucie,
        hotline.change_severity,
        line.house,
        opened.id,
        Impact.QUESTION,
        Urgency.TODAY,
        reason="relogé",
    )
    card = line.card(opened.id)
    assert (card.row.severity, card.breached_at) == ("S4", local("22 13:00"))
    with pytest.raises(InvalidInput, match="motif"):
        line.desk.act(
            line.lucie,
            hotline.change_severity,
            line.house,
            opened.id,
            Impact.DEGRADED,
            Urgency.NOW,
            reason=" ",
        )


def test_time_is_measured_from_opening_to_saving_and_shared_in_a_batch(line: Line) -> None:
    began = line.at("22 09:40")
    line.at("22 09:44")
    opened = line.desk.act(
        line.yanis, hotline.open_ticket, line.house, NewTicket("tablet", site_id=line.sites[0]), began=began
    )
    line.desk.act(
        line.yanis, hotline.solve, line.house, opened.id, CODE, began=line.clock.now() - timedelta(hours=9)
    )
    card = line.card(opened.id)
    assert [one.seconds for one in card.times] == [240, 7200], "a sheet left open counts two hours at most"
    line.desk.act(line.yanis, hotline.correct_time, card.times[1].id, 6)
    assert line.card(opened.id).seconds == 240 + 360
    totals = line.desk.ask(time_by_agent, local("22 00:00"), local("23 00:00"))
    assert totals == {("Yanis", "tablet"): 600}
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.correct_time, card.times[1].id, -1)


# --- what is enforced ---------------------------------------------------------------------------------------


def test_an_account_is_only_touched_after_a_call_back_on_the_number_of_the_agreement(line: Line) -> None:
    opened = line.open("password", site_id=line.sites[0])
    with pytest.raises(RuleRefused, match="convention"):
        line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "o")
    with pytest.raises(RuleRefused, match="convention"):
        line.desk.act(line.yanis, hotline.solve, line.house, opened.id, ResolutionCode.SOLVED_REMOTE)
    card_of_site = line.desk.ask(_contacts, line.sites[0])
    seasonal = next(one.id for one in card_of_site if not one.on_agreement)
    other_site = line.desk.ask(_contacts, line.sites[1])[0].id
    for wrong in (seasonal, other_site):
        with pytest.raises(RuleRefused, match="convention"):
            line.desk.act(line.yanis, hotline.prove_identity, line.house, opened.id, wrong)
    right = next(one.id for one in card_of_site if one.on_agreement)
    line.desk.act(line.yanis, hotline.prove_identity, line.house, opened.id, right)
    line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "ono")
    assert line.desk.act(line.yanis, hotline.solve, line.house, opened.id, ResolutionCode.SOLVED_REMOTE)


def test_a_lost_second_factor_needs_the_supervisor_as_well(line: Line) -> None:
    opened = line.open("password")
    contact = next(one.id for one in line.desk.ask(_contacts, line.sites[0]) if one.on_agreement)
    line.desk.act(line.yanis, hotline.prove_identity, line.house, opened.id, contact)
    line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "oo")
    with pytest.raises(RuleRefused, match="deuxième personne"):
        line.desk.act(line.yanis, hotline.solve, line.house, opened.id, ResolutionCode.CONFIG_CHANGE)
    with pytest.raises(NotAllowed):
        line.desk.act(line.sabrina, hotline.approve, opened.id)
    line.desk.act(line.helene, hotline.approve, opened.id)
    line.desk.act(line.yanis, hotline.solve, line.house, opened.id, ResolutionCode.CONFIG_CHANGE)
    assert line.card(opened.id).row.state == "done"


@pytest.mark.parametrize(
    "secret",
    [
        "Carte 4970 1012 3456 7893 refusée",
        "mot de passe : soleil",
        "Le mdp est Vacances2027",
        "password=hunter2!",
        "flux https://agenda.example.org/ical/9f2c.ics",
    ],
)
def test_card_numbers_passwords_and_calendar_addresses_are_never_kept(line: Line, secret: str) -> None:
    opened = line.open("tablet")
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.note, line.house, opened.id, secret)
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "n", noted={"message": secret})
    with pytest.raises(RuleRefused):
        line.open("tablet", title=secret)
    with line.desk.read() as session:
        for table in ("ticket_note", "hotline_ticket", "journal_row", "journal"):
            assert secret not in str(session.connection().execute(text(f"SELECT * FROM {table}")).all())


@pytest.mark.parametrize(
    "harmless",
    [
        "Mot de passe oublié depuis hier",
        "Le mot de passe est refusé",
        "PIN code à redemander",
        "Rappel à 14h30",
    ],
)
def test_speaking_about_a_password_is_not_writing_one_down(line: Line, harmless: str) -> None:
    opened = line.open("tablet")
    line.desk.act(line.yanis, hotline.note, line.house, opened.id, harmless)
    assert [one.text for one in line.card(opened.id).notes] == [harmless]


def test_a_large_price_change_waits_for_a_second_person(line: Line) -> None:
    opened = line.open("price_availability", keys="o")
    small, waits = line.desk.act(
        line.lucie, hotline.ask_price_change, line.house, opened.id, "chambre double, août", 10_000, 12_000
    )
    assert not waits and line.card(opened.id).prices[0].state == "made"
    large, waits = line.desk.act(
        line.lucie, hotline.ask_price_change, line.house, opened.id, "suite, août", 10_000, 12_001
    )
    assert waits and small != large
    with pytest.raises(RuleRefused, match="deuxième personne"):
        line.desk.act(line.lucie, hotline.decide_price, large, agreed=True)
    line.desk.act(line.paulo, hotline.decide_price, large, agreed=True)
    price = line.card(opened.id).prices[1]
    assert (price.state, price.old_cents) == ("made", 10_000), "the old value is kept"
    with pytest.raises(RuleRefused, match="déjà"):
        line.desk.act(line.paulo, hotline.decide_price, large, agreed=False)


# --- duplicates, bad input, undo ----------------------------------------------------------------------------


def test_a_duplicate_points_at_the_ticket_that_lives_on_and_is_left_out_of_first_contact(line: Line) -> None:
    line.at("23 10:00")
    one, again = line.open("tablet"), line.open("tablet")
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.mark_duplicate, line.house, one.id, one.id)
    line.desk.act(line.yanis, hotline.mark_duplicate, line.house, again.id, one.id)
    assert (line.card(again.id).row.state, line.card(again.id).duplicate_of_id) == ("duplicate", one.id)
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.mark_duplicate, line.house, one.id, again.id)
    line.desk.act(line.yanis, hotline.solve, line.house, one.id, CODE)
    figures = line.desk.ask(first_contact, local("23 00:00"), local("24 00:00"))
    assert (figures.population, figures.duplicates) == ((one.id,), (again.id,))


def test_numbers_are_speakable() -> None:
    assert ref(501) == "T-501"
    assert {read_ref("T-501"), read_ref("t501"), read_ref(" 501 ")} == {501}
    for wrong in ("", "D-501", "T-5O1", "T-²", "9" * 20):
        with pytest.raises(NotFound):
            read_ref(wrong)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"tree": "coffee"}, NotFound),
        ({"tree": "tablet", "keys": "q"}, InvalidInput),
        ({"tree": "tablet", "language": "it"}, InvalidInput),
        ({"tree": "tablet", "channel": "pigeon"}, InvalidInput),
        ({"tree": "tablet", "noted": {"iban": "x"}}, InvalidInput),
        ({"tree": "tablet", "site_id": 9999}, NotFound),
        ({"tree": "tablet", "asset_id": 9999}, NotFound),
        ({"tree": "tablet", "call_id": 9999}, NotFound),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(
    line: Line, values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        line.open(by=line.yanis, **values)
    assert line.desk.ask(open_tickets) == []


def test_only_those_who_answer_the_hotlines_work_on_tickets(line: Line) -> None:
    opened = line.open("tablet")
    ines = hire(line.desk, "Inès")
    for verb in (hotline.take, hotline.wait_caller, hotline.resume):
        with pytest.raises(NotAllowed):
            line.desk.act(ines, verb, line.house, opened.id)


def test_a_stale_save_is_a_conflict_and_the_other_text_stays(line: Line) -> None:
    opened = line.open("tablet")
    seen = line.card(opened.id).version
    line.desk.act(line.sabrina, hotline.triage, line.house, opened.id, "n", seen=seen)
    with pytest.raises(Conflict, match="Sabrina"):
        line.desk.act(line.yanis, hotline.triage, line.house, opened.id, "o", seen=seen)
    assert [one.key for one in line.card(opened.id).answers] == ["n"]


def test_a_solution_can_be_undone_and_the_chain_still_verifies(line: Line) -> None:
    opened = line.open("tablet")
    line.desk.act(line.yanis, hotline.solve, line.house, opened.id, CODE, root_cause="prise")
    line.desk.act(line.yanis, undo_last)
    card = line.card(opened.id)
    assert (card.row.state, card.resolution_code, card.resolved_at) == ("in_progress", "", None)
    with line.desk.read() as session:
        assert verify(session, line.desk.key) is None


def test_what_stays_solved_for_a_week_is_closed_by_the_desk(line: Line) -> None:
    line.at("01 10:00")
    opened = line.open("tablet")
    line.desk.act(line.yanis, hotline.solve, line.house, opened.id, CODE)
    line.at("08 10:00")
    assert line.desk.act(line.yanis, hotline.note_what_time_did, line.house).closed == 1
    assert line.desk.ask(ticket_card, opened.id).row.state == "closed"
    with pytest.raises(RuleRefused, match="nouveau"):
        line.desk.act(line.yanis, hotline.reopen, line.house, opened.id, reason="encore")


def test_small_questions_come_back_in_the_weekly_review(line: Line) -> None:
    line.at("01 10:00")
    opened = line.open("commission")
    assert opened.severity == "S4"
    assert line.desk.ask(weekly_review, local("08 10:00") - timedelta(days=8)) == []
    assert [one.id for one in line.desk.ask(weekly_review, local("08 10:00") - timedelta(days=7))] == [
        opened.id
    ]


def _contacts(session: Session, site_id: int) -> list[ContactLine]:
    return contacts_of(session, site_id=site_id)
