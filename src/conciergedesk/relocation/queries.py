"""Reading one relocation file in full, and the programmes of visits."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotAllowed, NotFound
from conciergedesk.core.i18n import N_, active_language, translate
from conciergedesk.core.journal import lines_about
from conciergedesk.customers.tables import Organisation, Person, Phone
from conciergedesk.relocation.cards import (
    ActionLine,
    CreditLine,
    DocumentLine,
    FileCard,
    FileStub,
    FollowUpLine,
    ItemLine,
    LinkedRequest,
    PlanVersion,
    ProgrammeCard,
    QuestionLine,
    RiskLine,
    ThreadLine,
    file_ref,
)
from conciergedesk.relocation.house import COACH_HOURS, RelocationHouse
from conciergedesk.relocation.households import profile_of
from conciergedesk.relocation.plans import Plan
from conciergedesk.relocation.reference_files import profiles_of
from conciergedesk.relocation.rules import (
    stage_progress,
)
from conciergedesk.relocation.schedule import ItemState, impossible_items
from conciergedesk.relocation.service.papers import telework_counts
from conciergedesk.relocation.service.visiting import parts_of
from conciergedesk.relocation.service.writing import Opened, may_open, whole
from conciergedesk.relocation.tables import (
    PackageUse,
    Programme,
    RelocationAction,
    RelocationDocument,
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationNeeds,
    RelocationNote,
    RelocationPlan,
    RelocationQuestion,
    RelocationRisk,
)
from conciergedesk.relocation.visits import needs_operator
from conciergedesk.requests.queries import ref as request_ref
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

THREAD = 40
"""Lines of the thread that are read; the rest is one key away."""
WINDOW = 200
"""Programmes that are read at once."""


# --- one file ---


def file_stub(session: Session, file_id: int) -> FileStub:
    """Whose file it is; for everybody.

    Raises:
        NotFound: there is no such file.
    """
    found = session.exec(
        pick(RelocationFile.id, RelocationFile.household, RelocationFile.coach_id, Agent.first_name)
        .join(Agent, col(Agent.id) == RelocationFile.coach_id)
        .where(RelocationFile.id == file_id)
    ).first()
    if found is None:
        raise NotFound(N_("This file is no longer there. Go back and refresh the list."))
    return FileStub(*found)


def file_card(
    session: Session, house: RelocationHouse, file_id: int, actor: Actor, now: datetime, language: str = ""
) -> FileCard:
    """One file in full, for its coach, the back-up and supervisors.

    Raises:
        NotFound: there is no such file.
        NotAllowed: names the coach to ask.
    """
    row = session.get(RelocationFile, file_id)
    if row is None:
        raise NotFound(N_("This file is no longer there. Go back and refresh the list."))
    if not may_open(actor, row.coach_id, row.backup_id):
        stub = file_stub(session, file_id)
        raise NotAllowed(
            N_("This file is open to its coach, {who}, and to supervisors. Ask them."), who=stub.coach
        )
    language = language or active_language()
    today = house.today(now)
    opened = whole(session, house, row)
    names = {number: name for number, name in session.exec(pick(Agent.id, Agent.first_name))}
    needs = session.exec(select(RelocationNeeds).where(RelocationNeeds.file_id == file_id)).first()
    answers = needs.answers if needs is not None else {}
    package = house.packages.get(row.package)
    contact = session.get(Person, row.employer_contact_id) if row.employer_contact_id else None
    employer = session.get(Organisation, row.employer_id) if row.employer_id else None
    return FileCard(
        id=file_id,
        ref=file_ref(file_id),
        household=row.household,
        members=opened.members,
        person_id=row.person_id,
        phone=_phone(session, row.person_id),
        from_place=row.from_place,
        work_place=row.work_place,
        employer_id=row.employer_id,
        employer=employer.name if employer is not None else "",
        employer_contact=f"{contact.first_name} {contact.last_name}".strip() if contact is not None else "",
        coach_id=row.coach_id,
        coach=names.get(row.coach_id, ""),
        backup_id=row.backup_id,
        backup=names.get(row.backup_id or 0, ""),
        language=row.language,
        package=row.package,
        package_label=package.label.in_language(language) if package is not None else row.package,
        plan_id=row.plan_id,
        plan_version=row.plan_version,
        plan_is_current=house.current_plan(session, row.plan_id).version == row.plan_version,
        state=row.state,
        stage=row.stage,
        opened_on=row.opened_on,
        arrival=row.arrival,
        anchors={str(name): day for name, day in opened.anchors.days.items()},
        facts=dict(row.facts),
        heard_on=row.heard_on,
        ambassador=row.ambassador,
        version=row.version,
        items=tuple(item_line(one, opened.plan, language) for one in opened.rows.values()),
        progress=stage_progress(opened.plan, opened.planned, today),
        impossible=impossible_items(opened.plan, opened.planned, today),
        followups=_followups(session, opened.plan, file_id, language),
        actions=_actions(session, file_id, names),
        risks=_risks(session, opened.plan, file_id, names, language),
        documents=_documents(session, file_id),
        questions=_questions(session, file_id),
        thread=_thread(session, file_id),
        credits=_credits(session, house, row, language),
        requests=_requests(session, house, opened, language),
        telework=telework_counts(session, house, row, today),
        needs_answered=sum(name in answers for name in house.needs.fields),
        needs_asked=len(house.needs.fields),
        needs_at=None if needs is not None and needs.completed_on else house.needs.resume_at(answers),
        stale=tuple(
            code
            for code in opened.rows
            if code in opened.plan.items and not opened.plan.items[code].reference.is_fact(today)
        ),
        profiles=tuple(
            one.label.in_language(language)
            for one in profiles_of(profile_of(opened.members, row.facts), house.profiles)
        ),
    )


def plan_versions(session: Session, house: RelocationHouse, plan_id: str) -> list[PlanVersion]:
    """The versions of a plan that a file can be brought to, the one that new files begin with first."""
    current = house.current_plan(session, plan_id).version
    kept = session.exec(
        pick(RelocationPlan.plan_version, RelocationPlan.published_at)
        .where(RelocationPlan.plan_id == plan_id)
        .order_by(col(RelocationPlan.id).desc())
    )
    found = {version: PlanVersion(version, published) for version, published in kept}
    shipped = house.shelf.plans.get(plan_id)
    if shipped is not None:
        found.setdefault(shipped.version, PlanVersion(shipped.version, None))
    return sorted(found.values(), key=lambda one: one.version != current)


def item_line(row: RelocationItem, plan: Plan, language: str) -> ItemLine:
    item = plan.items.get(row.code)
    label = row.label or (item.label.in_language(language) if item is not None else row.code)
    waits = tuple(dict.fromkeys([*(item.blocked_by if item is not None else ()), *row.blocked_by]))
    return ItemLine(
        row.id or 0, row.code, label, row.stage, row.owner, row.who, ItemState(row.state), row.legal, row.anchor,
        row.due, row.start, row.aim, row.done_on, row.by_hand, row.to_confirm, tuple(row.children), waits,
        row.evidence, row.reason, row.waiting_for, row.request_id, row.version,
    )  # fmt: skip


def _phone(session: Session, person_id: int | None) -> str:
    if person_id is None:
        return ""
    found = session.exec(
        pick(Phone.e164, Phone.typed)
        .where(Phone.person_id == person_id)
        .order_by(col(Phone.position))
        .limit(1)
    ).first()
    return (found[0] or found[1]) if found is not None else ""


def _followups(session: Session, plan: Plan, file_id: int, language: str) -> tuple[FollowUpLine, ...]:
    rows = session.exec(
        select(RelocationFollowUp)
        .where(RelocationFollowUp.file_id == file_id)
        .order_by(col(RelocationFollowUp.due), col(RelocationFollowUp.id))
    ).all()
    return tuple(
        FollowUpLine(
            row.id or 0,
            row.code,
            plan.followups[row.code].label.in_language(language) if row.code in plan.followups else row.code,
            row.due,
            row.done_on,
            row.pulse,
            {name: int(score) for name, score in row.scores.items()},
            row.words,
            row.version,
        )
        for row in rows
    )


def _actions(session: Session, file_id: int, names: dict[int, str]) -> tuple[ActionLine, ...]:
    rows = session.exec(
        select(RelocationAction)
        .where(RelocationAction.file_id == file_id)
        .order_by(col(RelocationAction.is_open).desc(), col(RelocationAction.due))
    ).all()
    return tuple(
        ActionLine(
            row.id or 0,
            row.cause,
            row.followup,
            row.question,
            row.score,
            row.low,
            names.get(row.owner_id or 0, ""),
            row.due,
            row.done_on,
            row.outcome,
        )
        for row in rows
    )


def _risks(
    session: Session, plan: Plan, file_id: int, names: dict[int, str], language: str
) -> tuple[RiskLine, ...]:
    rows = session.exec(
        select(RelocationRisk)
        .where(RelocationRisk.file_id == file_id)
        .order_by(
            col(RelocationRisk.is_open).desc(),
            col(RelocationRisk.severity).desc(),
            col(RelocationRisk.review_on),
        )
    ).all()
    found = []
    for row in rows:
        known = plan.risks.get(row.code)
        label = row.label or (known.label.in_language(language) if known is not None else row.code)
        action = row.action or (known.action.in_language(language) if known is not None else "")
        found.append(
            RiskLine(
                row.id or 0,
                row.code,
                label,
                row.severity,
                action,
                row.owner_id,
                names.get(row.owner_id or 0, ""),
                row.opened_on,
                row.review_on,
                row.cleared_on,
                row.outcome,
                known is not None and known.computed,
            )
        )
    return tuple(found)


def _documents(session: Session, file_id: int) -> tuple[DocumentLine, ...]:
    rows = session.exec(select(RelocationDocument).where(RelocationDocument.file_id == file_id)).all()
    lines = [
        DocumentLine(
            row.id or 0,
            row.kind,
            row.holder,
            row.kept_by,
            row.seen_on,
            row.expires_on,
            row.rung,
            row.alert_on,
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda one: (one.expires_on or date.max, one.id)))


def _questions(session: Session, file_id: int) -> tuple[QuestionLine, ...]:
    rows = session.exec(
        select(RelocationQuestion)
        .where(RelocationQuestion.file_id == file_id)
        .order_by(col(RelocationQuestion.asked_on).desc())
    ).all()
    return tuple(
        QuestionLine(row.id or 0, row.whom, row.about, row.asked_on, row.rung, row.next_on, row.answered_on)
        for row in rows
    )


def _thread(session: Session, file_id: int) -> tuple[ThreadLine, ...]:
    notes = session.exec(
        pick(
            RelocationNote.at,
            RelocationNote.who,
            RelocationNote.author,
            RelocationNote.text,
            RelocationNote.kind,
        )
        .where(RelocationNote.file_id == file_id)
        .order_by(col(RelocationNote.id).desc())
        .limit(THREAD)
    )
    lines = [ThreadLine(at, who or author, text, kind) for at, who, author, text, kind in notes]
    lines += [
        ThreadLine(line.at, line.actor, line.reason, "act", line.act)
        for line in lines_about(session, "relocation_file", file_id, THREAD)
        if line.act != "relocation.noted"
    ]
    return tuple(sorted(lines, key=lambda one: one.at, reverse=True)[:THREAD])


def _credits(
    session: Session, house: RelocationHouse, row: RelocationFile, language: str
) -> tuple[CreditLine, ...]:
    used = {
        service: int(amount)
        for service, amount in session.exec(
            pick(PackageUse.service, func.sum(PackageUse.amount))
            .where(PackageUse.file_id == row.id)
            .group_by(col(PackageUse.service))
        )
    }
    hours = translate(N_("coaching hours"), language)
    return tuple(
        CreditLine(
            service,
            hours if service == COACH_HOURS else house.service_words(service, language),
            int(str(granted)),
            used.get(service, 0),
        )
        for service, granted in row.granted.items()
    )


def _requests(
    session: Session, house: RelocationHouse, opened: Opened, language: str
) -> tuple[LinkedRequest, ...]:
    """The household's requests, open ones first; what is with the desk says for which item."""
    by_item = {one.request_id: one.code for one in opened.rows.values() if one.request_id is not None}
    people = [opened.row.person_id] if opened.row.person_id is not None else []
    query = (
        pick(Request.id, Request.type_code, Request.title, Request.state, Request.board_at)
        .where(
            or_(
                col(Request.id).in_(list(by_item)),
                col(Request.requester_id).in_(people),
                col(Request.beneficiary_id).in_(people),
            ),
            col(Request.health).is_(False),
        )
        .order_by(col(Request.is_open).desc(), col(Request.id).desc())
        .limit(20)
    )
    return tuple(
        LinkedRequest(
            number,
            request_ref(number),
            f"{house.service_words(type_code, language)} {title}".strip(),
            state,
            board_at,
            by_item.get(number, ""),
        )
        for number, type_code, title, state, board_at in session.exec(query)
    )


def programme_card(session: Session, programme_id: int, actor: Actor) -> ProgrammeCard:
    """One programme with its own parts only, for its coach and supervisors.

    Raises:
        NotFound: there is no such programme.
        NotAllowed: another coach's.
    """
    row = session.get(Programme, programme_id)
    if row is None:
        raise NotFound(N_("This programme is no longer there."))
    if not may_open(actor, row.coach_id, None):
        raise NotAllowed(N_("This programme is open to its coach and to supervisors."))
    parts = parts_of(session, programme_id)
    employer = session.get(Organisation, row.employer_id) if row.employer_id is not None else None
    coach = session.get(Agent, row.coach_id)
    return ProgrammeCard(
        programme_id, row.kind, row.household, employer.name if employer is not None else "", row.language,
        coach.first_name if coach is not None else "", row.starts_at, row.ends_at, row.operator,
        row.operator_number, needs_operator(parts), row.state, row.sent_at, row.decision, row.request_id, parts,
        sum(part.cents for part in parts if not part.cancelled),
    )  # fmt: skip


def programmes_of(session: Session, actor: Actor, file_id: int | None = None) -> list[ProgrammeCard]:
    """The programmes of a coach, or of one file, soonest first."""
    query = pick(Programme.id).where(Programme.state != "cancelled").order_by(col(Programme.starts_at))
    if file_id is not None:
        query = query.where(Programme.file_id == file_id)
    elif not {Right.SEE_ALL_FILES, "*"} & actor.rights:
        query = query.where(Programme.coach_id == actor.id)
    return [programme_card(session, number, actor) for (number,) in session.exec(query.limit(WINDOW)).all()]
