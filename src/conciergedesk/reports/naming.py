"""What codes are called in reports: families, types, teams, channels, states, kinds and units as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conciergedesk.core.housefile import Wording
from conciergedesk.core.i18n import N_, active_language, translate
from conciergedesk.customers.rules import ClientKind
from conciergedesk.reports.measures import Unit
from conciergedesk.requests.catalogue import Channel
from conciergedesk.requests.lifecycle import STATE_LABELS
from conciergedesk.requests.rulebook import Rulebook

HOTLINES = "hotline"
"""A team filter that means both lines together."""
LINES = ("technical", "commercial")
ORIENTATION = "orientation"
"""What a health orientation is called in lists: never by its type."""

CHANNEL_WORDS: Mapping[str, str] = {
    Channel.PHONE: N_("channel|telephone"),
    Channel.DESK: N_("channel|at the desk"),
    Channel.EMAIL: N_("channel|e-mail"),
    Channel.CHAT: N_("channel|chat"),
    Channel.SMS: N_("channel|text message"),
    Channel.VOICEMAIL: N_("channel|voicemail"),
    Channel.LETTER: N_("channel|letter"),
    Channel.PROVIDER_APP: N_("channel|provider's app"),
    Channel.INTERNAL: N_("channel|inside the house"),
}
CLIENT_WORDS: Mapping[str, str] = {
    ClientKind.COMPANY: N_("clients|companies"),
    ClientKind.VISITOR: N_("clients|visitors"),
    ClientKind.PROFESSIONAL: N_("clients|professionals"),
    ClientKind.OWNER: N_("clients|owners"),
    ClientKind.CANDIDATE: N_("clients|candidates"),
    ClientKind.NEWCOMER: N_("clients|newcomers"),
    ClientKind.UNIVERSITY: N_("clients|universities"),
    ClientKind.CHAMBER: N_("clients|chambers"),
    ClientKind.BUSINESS_TOURIST: N_("clients|business tourists"),
    ClientKind.AMBASSADOR: N_("clients|ambassadors"),
    ClientKind.INVESTOR: N_("clients|investors"),
    ClientKind.OFFICIAL: N_("clients|elected officials"),
}
LINE_WORDS: Mapping[str, str] = {
    "desk": N_("line|desk"),
    "on_call": N_("line|on call"),
    "technical": N_("line|technical"),
    "commercial": N_("line|commercial"),
}
"""Lines of the rota, in one word."""
SUBJECT_WORDS: Mapping[str, str] = {
    "request": N_("subject|request"),
    "ticket": N_("subject|ticket"),
    "call": N_("subject|call"),
    "call_back": N_("subject|call-back"),
    "log_promise": N_("subject|promise of the log"),
    "handover": N_("subject|handover"),
    "key_set": N_("subject|keys"),
    "score": N_("subject|survey"),
    "order": N_("subject|order"),
    "booking": N_("subject|booking"),
    "cover": N_("subject|half-hour"),
    "dossier": N_("subject|relocation"),
    "pack": N_("subject|pack"),
    "article": N_("subject|article"),
    "incident": N_("subject|mass incident"),
}
UNIT_WORDS: Mapping[str, str] = {
    Unit.COUNT: N_("unit|number"),
    Unit.PERCENT: "%",
    Unit.MINUTES: N_("unit|minutes"),
    Unit.SECONDS: N_("unit|seconds"),
    Unit.DAYS: N_("unit|days"),
    Unit.CENTS: N_("unit|euro cents"),
    Unit.SCORE: N_("unit|of 5"),
    Unit.POINTS: N_("unit|points"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the codes of one house; a code that is not known is said as it is."""

    families: Mapping[str, Wording] = field(default_factory=dict)
    types: Mapping[str, Wording] = field(default_factory=dict)
    teams: Mapping[str, Wording] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_book(cls, book: Rulebook, agents: Mapping[str, str] | None = None) -> Names:
        return cls(
            {one.key: one.label for one in book.catalogue.families},
            {one.code: one.label for one in book.catalogue.types},
            {code: team.label for code, team in book.service.teams.items()},
            agents or {},
        )

    def value(self, dimension: str, value: object, language: str | None = None) -> str:
        """The word for one value of a dimension of reports."""
        language, code = language or active_language(), str(value)
        if code == HOTLINES and dimension == "team":
            return translate(N_("both hotlines"), language)
        if code == ORIENTATION:
            return translate(N_("orientation"), language)
        words = {"family": self.families, "type_code": self.types, "team": self.teams}.get(dimension, {})
        if code in words:
            return words[code].in_language(language)
        if dimension == "agent_id":
            return self.agents.get(code, code)
        plain = {"team": LINE_WORDS, "channel": CHANNEL_WORDS, "client_kind": CLIENT_WORDS}.get(dimension, {})
        return translate(plain[code], language) if code in plain else code

    def note(self, note: str, language: str | None = None) -> str:
        """The words beside a line of a list: a type or a state is said, a name stays."""
        if note in STATE_LABELS:
            return translate(STATE_LABELS[note], language)  # type: ignore[index]
        for dimension in ("type_code", "family", "team"):
            said = self.value(dimension, note, language)
            if said != note:
                return said
        return note


def subject_word(kind: str, language: str | None = None) -> str:
    """What a line of a list is about."""
    return translate(SUBJECT_WORDS[kind], language) if kind in SUBJECT_WORDS else kind


def unit_word(unit: str, language: str | None = None) -> str:
    """What a value counts."""
    return translate(UNIT_WORDS[unit], language) if unit in UNIT_WORDS else unit
