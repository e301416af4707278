"""The file's thread and the needs interview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.customers import service as customers
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import Member, Role
from conciergedesk.relocation.reference_files import FieldKind, NeedsField
from conciergedesk.relocation.schedule import Migration
from conciergedesk.relocation.service.arrival import change_household
from conciergedesk.relocation.service.watching import end_silence
from conciergedesk.relocation.service.writing import members_of, open_row
from conciergedesk.relocation.tables import RelocationNeeds, RelocationNote
from conciergedesk.staff.rules import Right

NOTE_KINDS = ("note", "call", "message", "visit", "quote")
FROM = {"FA": "family", "EM": "employer", "PR": "provider"}


def note(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    text: str,
    *,
    kind: str = "note",
    who: str = "",
    heard_from: str = "",
    override_reason: str = "",
) -> int:
    """Add a line to the thread. ``heard_from`` (FA, EM, PR) says that they spoke: their silence ends.

    Raises:
        InvalidInput: empty.
        RuleRefused: warned words without a reason, or a number that must not be kept.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id, closed=True)
    if kind not in NOTE_KINDS:
        raise InvalidInput(N_("There is no kind of note “{value}”."), field="kind", value=kind[:40])
    if heard_from and heard_from not in FROM:
        raise InvalidInput(N_("Say who spoke: FA, EM or PR."), field="heard_from")
    text, reason = clean_block(text), clean_line(override_reason, 200)
    if not text.strip():
        raise InvalidInput(N_("Write something first."), field="note")
    verdict = house.book.check_note(text, health=False, reason=reason)
    made = unit.add(
        RelocationNote(
            file_id=file_id,
            at=unit.now,
            author_id=unit.actor.id,
            author=unit.actor.name,
            kind=kind,
            who=clean_line(who, 80),
            text=text,
            override_reason=reason if verdict.overridden else "",
        )
    )
    assert made.id is not None
    today = house.today(unit.now)
    if heard_from:
        end_silence(unit, row, heard_from, today)
        if heard_from == "FA":
            row.heard_on = today
            if row.person_id is not None:
                customers.touch(unit, row.person_id)
    unit.record(
        "relocation.noted", "relocation_file", file_id, undoable=False, note_kind=kind,
        warned=list(verdict.kinds) if verdict.overridden else [],
    )  # fmt: skip
    return made.id


def answer_needs(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    answers: Mapping[str, object],
    *,
    seen: int | None = None,
) -> str | None:
    """Keep answers of the needs interview; it may be stopped anywhere. Answers where it would go on.

    An empty answer takes the earlier one away.

    Raises:
        InvalidInput: naming the question whose answer does not fit.
    """
    unit.require(Right.COACH_FILES)
    open_row(unit, file_id)
    read = {name: read_answer(house.needs.field(name), value) for name, value in answers.items()}
    row = unit.session.exec(select(RelocationNeeds).where(RelocationNeeds.file_id == file_id)).first()
    if row is None:
        row = unit.add(RelocationNeeds(file_id=file_id, started_on=house.today(unit.now)))
    else:
        assert row.id is not None
        row = unit.load(RelocationNeeds, row.id, seen=seen)
    for _name, value in read.items():
        if isinstance(value, str):
            house.book.check_note(value, health=False, reason="")
    row.answers = {
        name: value for name, value in (row.answers | read).items() if value is not None and value != ""
    }
    unit.record("relocation.needs_answered", "relocation_file", file_id, count=len(row.answers))
    return house.needs.resume_at(row.answers)


def read_answer(field: NeedsField, value: object) -> object:
    """An answer of the right kind; None takes it away.

    Raises:
        InvalidInput: naming the question.
    """
    text = "" if value is None else clean_block(str(value), 2000)
    if value is None or (isinstance(value, str) and not text.strip()):
        return None
    match field.kind:
        case FieldKind.NUMBER | FieldKind.MONEY:
            digits = text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "").rstrip("€")
            if not (digits.isascii() and digits.isdigit() and len(digits) < 9):
                raise _misfit(field, text, N_("“{value}” is not a whole number."))
            return int(digits)
        case FieldKind.YES_NO:
            if isinstance(value, bool):
                return value
            if text.strip().lower() not in ("oui", "non", "yes", "no", "o", "n", "y", "ja", "nein"):
                raise _misfit(field, text, N_("Answer yes or no."))
            return text.strip().lower()[:1] in ("o", "y", "j")
        case FieldKind.CHOICE:
            key = field.option(text)
            if key is None:
                raise _misfit(field, text, N_("“{value}” is not one of the answers."))
            return key
        case FieldKind.DATE:
            if isinstance(value, date):
                return value.isoformat()
            try:
                return date.fromisoformat(text.strip()).isoformat()
            except ValueError:
                raise _misfit(field, text, N_("“{value}” is not a day such as 2027-04-12.")) from None
        case FieldKind.SEVERAL:
            parts = value if isinstance(value, (list, tuple)) else text.replace(";", ",").split(",")
            return [clean_line(str(one), 80) for one in parts if clean_line(str(one), 80)]
        case FieldKind.TEXT:
            return text
    raise AssertionError(field.kind)


def _misfit(field: NeedsField, value: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field=field.id, value=value[:40])


def complete_needs(unit: Unit, house: RelocationHouse, file_id: int) -> Migration:
    """End the interview: what was learnt goes into the household, and the plan follows it.

    Raises:
        RuleRefused: needed questions have no answer yet; names them.
        InvalidInput: an age that is no child's.
    """
    unit.require(Right.COACH_FILES)
    open_row(unit, file_id)
    row = unit.session.exec(select(RelocationNeeds).where(RelocationNeeds.file_id == file_id)).first()
    missing = house.needs.missing(row.answers if row is not None else {})
    if row is None or missing:
        labels = [house.needs.fields[name].label.in_language("fr") for name in missing]
        raise RuleRefused(N_("Still to be asked: {labels}."), labels=", ".join(labels))
    row.completed_on = house.today(unit.now)
    answers = row.answers
    facts: dict[str, object] = {}
    if answers.get("housing"):
        facts["housing"] = answers["housing"]
    if "furnished" in answers:
        facts["lease"] = "furnished" if answers["furnished"] else "unfurnished"
    if answers.get("cars") == 0:
        facts["car"] = "none"
    elif answers.get("car_from_abroad") is True:
        facts["car"] = "abroad"
    elif answers.get("cars"):
        facts["car"] = "france"
    migration = change_household(unit, house, file_id, members=_members(unit, file_id, answers), facts=facts)
    unit.record("relocation.needs_complete", "relocation_file", file_id)
    return migration


def _members(unit: Unit, file_id: int, answers: Mapping[str, object]) -> list[Member]:
    """The household with the ages and animals of the interview; names that are known are kept."""
    members = list(members_of(unit.session, file_id))
    ages = answers.get("children_ages")
    if isinstance(ages, list):
        wanted = []
        for one in ages:
            digits = "".join(char for char in str(one) if char.isdigit())
            if digits:
                wanted.append(int(digits[:3]))
        known = [one for one in members if one.role is Role.CHILD]
        if sorted(wanted) != sorted(one.age or 0 for one in known):
            names = [one.name for one in known]
            members = [one for one in members if one.role is not Role.CHILD] + [
                Member(names[place] if place < len(names) else "", Role.CHILD, age)
                for place, age in enumerate(wanted)
            ]
    pets = answers.get("pets")
    if isinstance(pets, list) and pets and not any(one.role is Role.PET for one in members):
        members += [Member("", Role.PET, about=str(one)[:80]) for one in pets]
    return members
