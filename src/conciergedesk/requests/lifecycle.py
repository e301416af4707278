"""The life of a request: its states, one table of allowed acts, and what is still missing before ``done``.

Pure: no I/O, no clock, no session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_, _, active_language, translate
from conciergedesk.requests.catalogue import ProofKind, RequestType, Step


class State(StrEnum):
    """Where a request stands."""

    NEW = "new"
    QUALIFIED = "qualified"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_CLIENT = "waiting_client"
    WAITING_PROVIDER = "waiting_provider"
    CONFIRMED = "confirmed"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """The state in the language of the interface."""
        return _(STATE_LABELS[self])


STATE_LABELS: Mapping[State, str] = {
    State.NEW: N_("new"),
    State.QUALIFIED: N_("qualified"),
    State.ASSIGNED: N_("assigned"),
    State.IN_PROGRESS: N_("in progress"),
    State.WAITING_CLIENT: N_("waiting for client"),
    State.WAITING_PROVIDER: N_("waiting for provider"),
    State.CONFIRMED: N_("confirmed"),
    State.DONE: N_("done"),
    State.CLOSED: N_("closed for good"),
    State.CANCELLED: N_("cancelled"),
    State.REFUSED: N_("turned down"),
    State.DUPLICATE: N_("duplicate"),
}

OPEN_STATES = frozenset(
    {
        State.NEW,
        State.QUALIFIED,
        State.ASSIGNED,
        State.IN_PROGRESS,
        State.WAITING_CLIENT,
        State.WAITING_PROVIDER,
        State.CONFIRMED,
    }
)
"""Something is still owed."""

FINAL_STATES = frozenset({State.CLOSED, State.CANCELLED, State.REFUSED, State.DUPLICATE})
"""No act leads out of these: a new contact makes a linked request."""


class Act(StrEnum):
    """What an operator can do to the state of a request."""

    QUALIFY = "qualify"
    ASSIGN = "assign"
    CLAIM = "claim"
    RELEASE = "release"
    START = "start"
    WAIT_CLIENT = "wait_client"
    WAIT_PROVIDER = "wait_provider"
    RESUME = "resume"
    CONFIRM = "confirm"
    UNCONFIRM = "unconfirm"
    WEATHER = "weather"
    FINISH = "finish"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REFUSE = "refuse"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """The act in the language of the interface."""
        return _(ACT_LABELS[self])


ACT_LABELS: Mapping[Act, str] = {
    Act.QUALIFY: N_("qualify"),
    Act.ASSIGN: N_("assign"),
    Act.CLAIM: N_("take"),
    Act.RELEASE: N_("give back"),
    Act.START: N_("start"),
    Act.WAIT_CLIENT: N_("wait for the client"),
    Act.WAIT_PROVIDER: N_("wait for the provider"),
    Act.RESUME: N_("resume"),
    Act.CONFIRM: N_("confirm"),
    Act.UNCONFIRM: N_("undo the confirmation"),
    Act.WEATHER: N_("cancelled by the weather"),
    Act.FINISH: N_("mark as done"),
    Act.CLOSE: N_("close"),
    Act.REOPEN: N_("reopen"),
    Act.CANCEL: N_("cancel"),
    Act.REFUSE: N_("refuse"),
    Act.DUPLICATE: N_("mark as duplicate"),
}


class Need(StrEnum):
    """What an act must be given besides the request."""

    HOLDER = "holder"
    REASON = "reason"
    PARTY = "party"
    TARGET = "target"


NEED_SENTENCES: Mapping[Need, str] = {
    Need.HOLDER: N_("Say who takes it."),
    Need.REASON: N_("Give a reason."),
    Need.PARTY: N_("Say who cancels: client, provider, agency or transport."),
    Need.TARGET: N_("Give the number of the request that it repeats."),
}

_UNSTARTED = frozenset({State.NEW, State.QUALIFIED, State.ASSIGNED})
_WAITING = frozenset({State.WAITING_CLIENT, State.WAITING_PROVIDER})
_WORKING = frozenset({State.ASSIGNED, State.IN_PROGRESS}) | _WAITING


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an act leads where (``to`` None: the state stays), and what it needs."""

    sources: frozenset[State]
    to: State | None
    needs: frozenset[Need] = frozenset()


# An act may have several lines when it leads to different states; a state is in one of them at most.
TRANSITIONS: Mapping[Act, tuple[Transition, ...]] = {
    Act.QUALIFY: (Transition(frozenset({State.NEW}), State.QUALIFIED),),
    Act.ASSIGN: (
        Transition(_UNSTARTED, State.ASSIGNED, frozenset({Need.HOLDER})),
        Transition(OPEN_STATES - _UNSTARTED, None, frozenset({Need.HOLDER})),
    ),
    Act.CLAIM: (
        Transition(_UNSTARTED, State.IN_PROGRESS),
        Transition(OPEN_STATES - _UNSTARTED, None),
    ),
    Act.RELEASE: (
        Transition(frozenset({State.ASSIGNED, State.IN_PROGRESS}), State.QUALIFIED),
        Transition(_WAITING | {State.CONFIRMED}, None),
    ),
    Act.START: (Transition(_UNSTARTED, State.IN_PROGRESS),),
    Act.WAIT_CLIENT: (
        Transition(
            frozenset({State.QUALIFIED, State.ASSIGNED, State.IN_PROGRESS, State.WAITING_PROVIDER}),
            State.WAITING_CLIENT,
        ),
    ),
    Act.WAIT_PROVIDER: (
        Transition(
            frozenset({State.QUALIFIED, State.ASSIGNED, State.IN_PROGRESS, State.WAITING_CLIENT}),
            State.WAITING_PROVIDER,
        ),
    ),
    Act.RESUME: (Transition(_WAITING, State.IN_PROGRESS),),
    Act.CONFIRM: (Transition(_WORKING, State.CONFIRMED),),
    Act.UNCONFIRM: (Transition(frozenset({State.CONFIRMED}), State.IN_PROGRESS, frozenset({Need.REASON})),),
    Act.WEATHER: (Transition(frozenset({State.CONFIRMED}), State.WAITING_CLIENT),),
    Act.FINISH: (Transition(_WORKING | {State.CONFIRMED}, State.DONE),),
    Act.CLOSE: (Transition(frozenset({State.DONE}), State.CLOSED),),
    Act.REOPEN: (Transition(frozenset({State.DONE}), State.IN_PROGRESS, frozenset({Need.REASON})),),
    Act.CANCEL: (Transition(OPEN_STATES, State.CANCELLED, frozenset({Need.REASON, Need.PARTY})),),
    Act.REFUSE: (Transition(OPEN_STATES - {State.CONFIRMED}, State.REFUSED, frozenset({Need.REASON})),),
    Act.DUPLICATE: (Transition(OPEN_STATES - {State.CONFIRMED}, State.DUPLICATE, frozenset({Need.TARGET})),),
}


def _transition(state: State, act: Act) -> Transition | None:
    return next((one for one in TRANSITIONS[act] if state in one.sources), None)


def allowed_acts(state: State) -> tuple[Act, ...]:
    """The acts that are possible in ``state``, in the order of ``Act``."""
    return tuple(act for act in Act if _transition(state, act) is not None)


def next_state(state: State, act: Act) -> State:
    """The state that ``act`` leads to.

    Raises:
        RuleRefused: the act is not possible here; the sentence names what is.
    """
    found = _transition(state, act)
    if found is not None:
        return found.to or state
    if state in FINAL_STATES:
        raise RuleRefused(
            N_("This request is {state}: nothing more can be done to it. Create a linked request."),
            state=_Words((STATE_LABELS[state],)),
        )
    raise RuleRefused(
        N_("You cannot {act} a request that is {state}. Possible now: {possible}."),
        act=_Words((ACT_LABELS[act],)),
        state=_Words((STATE_LABELS[state],)),
        possible=_Words(tuple(ACT_LABELS[one] for one in allowed_acts(state))),
    )


def needs_of(state: State, act: Act) -> frozenset[Need]:
    """What ``act`` must be given in ``state``; empty when nothing or when it is not possible."""
    found = _transition(state, act)
    return found.needs if found is not None else frozenset()


def require_given(state: State, act: Act, given: Mapping[Need, str | int | None]) -> None:
    """Refuse an act whose reason, party, holder or target is missing or blank.

    Raises:
        InvalidInput: names the first missing one as its field.
    """
    wanted = needs_of(state, act)
    for need in Need:
        value = given.get(need)
        if need in wanted and (value is None or (isinstance(value, str) and not value.strip())):
            raise InvalidInput(NEED_SENTENCES[need], field=need.value)


@dataclass(frozen=True, slots=True)
class _Words:
    """Marked words inside a sentence, translated when the sentence is."""

    words: tuple[str, ...]

    def in_language(self, language: str | None = None) -> str:
        return ", ".join(translate(word, language) for word in self.words)


# --- what is missing before done ---


@dataclass(frozen=True, slots=True)
class StepState:
    """How far a step of one request is: ticked or not, and the proof that was written."""

    key: str
    done: bool = False
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """One open mandatory step (``proof`` False) or one ticked step without its proof."""

    step: Step
    proof: bool

    def in_language(self, language: str | None = None) -> str:
        label = self.step.label.in_language(language or active_language())
        if self.proof:
            return translate(N_("{step}: proof missing"), language, step=label)
        return label


_CLOCK_TIME = re.compile(r"\b([01]?\d|2[0-3])\s*[:hH]\s*([0-5]\d)?\b")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def proof_accepted(kind: ProofKind, proof: str) -> bool:
    """Whether ``proof`` shows what its kind asks for; a name and a time need both."""
    proof = proof.strip()
    if kind is ProofKind.NONE:
        return True
    if kind is ProofKind.NAME_AND_TIME:
        rest = _CLOCK_TIME.sub(" ", proof)
        return rest != proof and _LETTERS.search(rest) is not None
    if kind is ProofKind.SIGNATURE:
        return _LETTERS.search(proof) is not None
    return any(char.isalnum() for char in proof)


PROOF_HINTS: Mapping[ProofKind, str] = {
    ProofKind.NONE: "",
    ProofKind.TEXT: N_("Write what shows that it was done."),
    ProofKind.CODE: N_("Write the reference or the code."),
    ProofKind.NAME_AND_TIME: N_("Write a name and a time, such as “Solène 15:10”."),
    ProofKind.SIGNATURE: N_("Write who signed."),
    ProofKind.PHOTO: N_("Write where the photo or the receipt is kept."),
}


def checklist(
    request_type: RequestType, values: Mapping[str, object], events: Iterable[str] = ()
) -> tuple[Step, ...]:
    """The steps of one request: conditional ones only when the answers or ``events`` call for them.

    Args:
        request_type: What was asked for.
        values: Answers to the type's own fields by key.
        events: What has happened to the request, such as ``weather``.
    """
    happened = frozenset(events)
    return tuple(
        step
        for step in request_type.steps
        if (step.when is None or step.when.holds(values)) and (not step.on or step.on in happened)
    )


def missing_for_done(
    request_type: RequestType,
    states: Iterable[StepState],
    values: Mapping[str, object] | None = None,
    events: Iterable[str] = (),
) -> list[Missing]:
    """Each open mandatory step and each missing proof, in the order of the checklist.

    A health orientation in which somebody may be in danger ends with ``directed to 15``: nothing else
    is owed.
    """
    by_key = {one.key: one for one in states}
    found: list[Missing] = []
    for step in checklist(request_type, values or {}, events):
        state = by_key.get(step.key, StepState(step.key))
        if step.asks and request_type.health and state.done and is_danger(state.proof):
            return []
        if step.required and not state.done:
            found.append(Missing(step, proof=False))
        elif state.done and not proof_accepted(step.proof, state.proof):
            found.append(Missing(step, proof=True))
    return found


def require_complete(
    request_type: RequestType,
    states: Iterable[StepState],
    values: Mapping[str, object] | None = None,
    events: Iterable[str] = (),
) -> None:
    """Refuse ``done`` while a mandatory step or proof is missing.

    Raises:
        RuleRefused: names every one of them.
    """
    missing = missing_for_done(request_type, states, values, events)
    if missing:
        raise RuleRefused(N_("Not done yet. Still missing: {missing}."), missing=_MissingList(tuple(missing)))


@dataclass(frozen=True, slots=True)
class _MissingList:
    missing: tuple[Missing, ...]

    def in_language(self, language: str | None = None) -> str:
        return " · ".join(one.in_language(language) for one in self.missing)


# --- health orientation ---


class Danger(StrEnum):
    """The answer to the first question of a health orientation."""

    UNASKED = "unasked"
    NONE = "none"
    PRESENT = "present"


DIRECTED_TO_15 = "directed_to_15"
"""All that is logged when somebody may be in danger, with its time."""


def is_danger(answer: str) -> bool:
    """Whether a stored answer to the danger question means danger; anything but a clear no does."""
    return answer.strip().casefold() != Danger.NONE


_BEFORE_QUESTION = frozenset(
    {
        Act.QUALIFY,
        Act.ASSIGN,
        Act.CLAIM,
        Act.RELEASE,
        Act.START,
        Act.CANCEL,
        Act.DUPLICATE,
        Act.CLOSE,
        Act.REOPEN,
    }
)
_AFTER_DANGER = _BEFORE_QUESTION | {Act.FINISH}


def check_danger(request_type: RequestType, danger: Danger, act: Act) -> None:
    """The danger question comes first, and no booking goes on when somebody may be in danger.

    Raises:
        RuleRefused: the act must wait for the question, or the booking flow has stopped.
    """
    if not request_type.asks_danger:
        return
    if danger is Danger.UNASKED and act not in _BEFORE_QUESTION:
        raise RuleRefused(N_("Ask the danger question first. In doubt: 15 or 112."))
    if request_type.health and danger is Danger.PRESENT and act not in _AFTER_DANGER:
        raise RuleRefused(
            N_("Somebody may be in danger: 15 or 112 takes over. Only “directed to 15” is logged here.")
        )


def check_note_allowed(request_type: RequestType, danger: Danger) -> None:
    """Refuse a free note once somebody has been directed to 15.

    Raises:
        RuleRefused: nothing else is stored about that person.
    """
    if request_type.health and danger is Danger.PRESENT:
        raise RuleRefused(
            N_("Somebody may be in danger: 15 or 112 takes over. Only “directed to 15” is logged here.")
        )
