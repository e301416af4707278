"""What is done about staff: hire, change, sign in, be present, park a form."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import BLOCK_LIMIT, clean_block, clean_line
from conciergedesk.staff.queries import actor_for
from conciergedesk.staff.rules import Right, Role, Team, next_attempt_at
from conciergedesk.staff.tables import Agent, Draft, Presence, SavedView, SignInGuard

PASSWORD_MIN = 4


def _peppered(password: str, key: bytes) -> str:
    """A stolen database alone must not give the short PINs away."""
    return hmac.new(key, b"pin:" + password.encode(), hashlib.sha256).hexdigest()


def hash_password(password: str, key: bytes) -> str:
    """Argon2 hash of a PIN or password. Takes about 0.1 s: call it in a worker.

    Raises:
        InvalidInput: shorter than four characters.
    """
    from argon2 import PasswordHasher

    if len(password) < PASSWORD_MIN:
        raise InvalidInput(
            N_("The PIN needs at least {least} characters."), field="password", least=PASSWORD_MIN
        )
    return PasswordHasher().hash(_peppered(password, key))


def hire(
    unit: Unit,
    *,
    code: str,
    first_name: str,
    last_name: str = "",
    role: str,
    team: str,
    languages: Sequence[str],
    password_hash: str = "",
) -> int:
    """Add an agent.

    Raises:
        InvalidInput: an empty name, an unknown role, team or language, or a code that is taken.
    """
    unit.require(Right.MANAGE_STAFF)
    code, first_name = clean_line(code, 12).upper(), clean_line(first_name, 80)
    if not first_name:
        raise InvalidInput(N_("Give at least a first name."), field="first_name")
    if role not in set(Role):
        raise InvalidInput(N_("There is no role “{value}”."), field="role", value=role)
    if team not in set(Team):
        raise InvalidInput(N_("There is no team “{value}”."), field="team", value=team)
    if not languages or not set(languages) <= set(LANGUAGES):
        raise InvalidInput(N_("Choose at least one language: fr, en, de."), field="languages")
    taken = set(unit.session.exec(select(Agent.code)))
    code = code or _free_code(first_name, taken)
    if code in taken:
        raise InvalidInput(N_("The code {value} is taken. Choose another."), field="code", value=code)
    agent = unit.add(
        Agent(
            code=code,
            first_name=first_name,
            last_name=clean_line(last_name, 80),
            role=role,
            team=team,
            languages=list(languages),
            password_hash=password_hash,
        )
    )
    assert agent.id is not None
    # A PIN is in no journal, so an agent hired with one could not be brought back by redo.
    unit.record("agent.hired", "agent", agent.id, undoable=not password_hash, role=role, team=team)
    return agent.id


def _free_code(first_name: str, taken: set[str]) -> str:
    from conciergedesk.core.text import fold

    base = fold(first_name).replace(" ", "").upper()[:3] or "AGT"
    return next(c for n in range(1, 1000) if (c := base if n == 1 else f"{base}{n}") not in taken)


def change_agent(
    unit: Unit,
    agent_id: int,
    *,
    seen: int | None = None,
    role: str | None = None,
    team: str | None = None,
    active: bool | None = None,
    password_hash: str | None = None,
) -> None:
    """Change role, team, activity or PIN of an agent.

    Raises:
        InvalidInput: an unknown role or team.
        RuleRefused: the last active supervisor would be lost.
    """
    if not (
        password_hash is not None
        and agent_id == unit.actor.id
        and role is None
        and team is None
        and active is None
    ):
        unit.require(Right.MANAGE_STAFF)
    if role is not None and role not in set(Role):
        raise InvalidInput(N_("There is no role “{value}”."), field="role", value=role)
    if team is not None and team not in set(Team):
        raise InvalidInput(N_("There is no team “{value}”."), field="team", value=team)
    agent = unit.load(Agent, agent_id, seen=seen)
    loses = (
        agent.role == Role.SUPERVISOR
        and agent.active
        and (role not in (None, Role.SUPERVISOR) or active is False)
    )
    if loses:
        # Locked as well, so that two supervisors cannot demote each other at the same moment.
        others = unit.session.exec(
            select(Agent.id)
            .where(Agent.role == Role.SUPERVISOR, col(Agent.active).is_(True))
            .order_by(col(Agent.id))
            .with_for_update()
        ).all()
        if set(others) <= {agent_id}:
            raise RuleRefused(
                N_("{name} is the last supervisor. Name another one first."), name=agent.first_name
            )
    if role is not None:
        agent.role = Role(role)
    if team is not None:
        agent.team = Team(team)
    if active is not None:
        agent.active = active
    if password_hash is not None:
        agent.password_hash = password_hash
        _forgive(unit.session, agent_id)
    # Taking back a change of role would go round the right and the rule of the last supervisor.
    unit.record("agent.changed", "agent", agent_id, undoable=False)


def _forgive(session: Session, agent_id: int) -> None:
    guard = session.get(SignInGuard, agent_id)
    if guard is not None:
        guard.failures, guard.last_failure = 0, None


NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5IHdvcmtzIGhlcg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""A hash that no PIN fits and that takes as long to check as a real one."""


def announce_attempt(unit: Unit, agent_id: int) -> str:
    """Count a try before it is checked, so that no desk can guess faster than all together may.

    Returns:
        The stored hash; empty when the agent has no PIN yet; for somebody who is unknown or has left one that
        nothing fits, so that the answer and its time are those of a wrong PIN.

    Raises:
        RuleRefused: too many wrong tries; says when to try again or who unlocks.
    """
    agent = unit.session.get(Agent, agent_id)
    if agent is None or not agent.active:
        return NOBODY
    guard = unit.session.get(SignInGuard, agent_id, with_for_update=True)
    if guard is None:
        guard = unit.add(SignInGuard(agent_id=agent_id))
    if guard.last_failure is not None and guard.failures:
        allowed = next_attempt_at(guard.failures, guard.last_failure)
        if allowed is None:
            raise RuleRefused(N_("Too many wrong tries: this account is locked. A supervisor can unlock it."))
        if guard.last_failure <= unit.now < allowed:
            raise RuleRefused(
                N_("Too many wrong tries. Wait {seconds} s and try again."),
                seconds=max(1, round((allowed - unit.now).total_seconds())),
            )
    guard.failures += 1
    guard.last_failure = unit.now
    return agent.password_hash


def check_password(stored: str, password: str, key: bytes) -> bool:
    """Whether the PIN fits. Takes about 0.1 s whatever the answer: call it in a worker."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    if not stored:
        return password == ""
    try:
        return PasswordHasher().verify(stored, _peppered(password, key))
    except (VerificationError, InvalidHashError):
        return False


def sign_in(unit: Unit, agent_id: int, *, fits: bool, language: str, desk: str) -> Actor:
    """Finish a sign-in after ``announce_attempt`` and ``check_password``.

    Raises:
        NotAllowed: wrong PIN.
    """
    agent = unit.session.get(Agent, agent_id)
    if not fits or agent is None or not agent.active:
        raise NotAllowed(N_("That PIN is not right. Try again."))
    _forgive(unit.session, agent_id)
    unit.record("agent.signed_in", "agent", agent_id, undoable=False, desk=desk)
    return actor_for(unit.session, agent_id, language=language, desk=desk)


def unlock(unit: Unit, agent_id: int) -> None:
    """Forgive an agent's wrong tries."""
    unit.require(Right.MANAGE_STAFF)
    unit.load(Agent, agent_id)
    _forgive(unit.session, agent_id)
    unit.record("agent.unlocked", "agent", agent_id, undoable=False)


DESK_LIMIT = 60
PRESENT_FOR = timedelta(seconds=90)
"""A desk that gave no sign for this long is gone; its marks free themselves."""


def be_present(unit: Unit, desk: str, *, open_kind: str = "", open_id: int | None = None) -> None:
    """Say that this desk is here and which record is open on it."""
    if unit.actor.id is None:
        return
    desk = clean_line(desk, DESK_LIMIT)
    row = unit.session.get(Presence, desk)
    if row is None:
        unit.session.add(
            Presence(
                desk=desk, agent_id=unit.actor.id, seen_at=unit.now, open_kind=open_kind, open_id=open_id
            )
        )
    else:
        row.agent_id, row.seen_at, row.open_kind, row.open_id = unit.actor.id, unit.now, open_kind, open_id


def leave(unit: Unit, desk: str) -> None:
    """Say that this desk has closed."""
    unit.session.exec(delete(Presence).where(col(Presence.desk) == clean_line(desk, DESK_LIMIT)))


def park(
    unit: Unit, *, kind: str, body: str, draft_id: int | None = None, subject_id: int | None = None
) -> int:
    """Keep an unfinished form; returns the draft's id for the next pause in typing.

    Raises:
        InvalidInput: longer than a draft may be; what was parked before stays.
    """
    if unit.actor.id is None:
        raise NotAllowed(N_("Sign in first."))
    body = clean_block(body, BLOCK_LIMIT + 1)
    if len(body) > BLOCK_LIMIT:
        raise InvalidInput(
            N_("This text is too long to be kept as a draft: {most} characters at most."),
            field="body",
            most=BLOCK_LIMIT,
        )
    row = unit.session.get(Draft, draft_id) if draft_id is not None else None
    if row is None or row.agent_id != unit.actor.id:
        row = unit.add(
            Draft(
                agent_id=unit.actor.id,
                desk=clean_line(unit.actor.desk, DESK_LIMIT),
                kind=clean_line(kind, 30),
                subject_id=subject_id,
                body="",
                saved_at=unit.now,
            )
        )
    row.body, row.saved_at = body, unit.now
    assert row.id is not None
    return row.id


def drop_draft(unit: Unit, draft_id: int) -> None:
    """Throw a parked form away."""
    unit.session.exec(delete(Draft).where(col(Draft.id) == draft_id, col(Draft.agent_id) == unit.actor.id))


def save_view(unit: Unit, name: str, filter_line: str) -> int:
    """Name a filter line; the same name again replaces it."""
    name = clean_line(name, 40)
    if not name:
        raise InvalidInput(N_("Give the view a name."), field="name")
    if unit.actor.id is None:
        raise NotAllowed(N_("Sign in first."))
    row = unit.session.exec(
        select(SavedView).where(SavedView.agent_id == unit.actor.id, SavedView.name == name)
    ).first()
    if row is None:
        row = unit.add(SavedView(agent_id=unit.actor.id, name=name, filter_line=""))
    row.filter_line = clean_line(filter_line, 200)
    assert row.id is not None
    unit.record("view.saved", "view", row.id)
    return row.id
