"""The form of a new request: what the captured line has said, to be corrected and completed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_language
from conciergedesk.core.phone import show_phone
from conciergedesk.ui.capturing import LineReader, way
from conciergedesk.ui.drafts import Slip
from conciergedesk.ui.form_words import (
    channel_hint,
    channel_word,
    hour_to_call,
    language_hint,
    language_word,
    moment_hint,
    moment_text,
    read_channel,
    read_language,
    read_moment,
)
from conciergedesk.ui.modals.form import Field

if TYPE_CHECKING:
    from conciergedesk.requests.catalogue import OwnField, RequestType
    from conciergedesk.ui.session import DeskSession

SAID_BY_PLACE = frozenset({"property", "guest", "place_now", "address", "from_place"})
"""Questions of request types that are not asked beside the place and the person."""
SAME_AS_PLACE = frozenset({"address", "from_place"})
"""Those of them that have the place for an answer."""


def form_fields(session: DeskSession, reader: LineReader, line: str) -> list[Field]:
    """The lines of the form, filled in with what the captured line says."""
    from conciergedesk.core.moments import Moment

    reading, now = reader.read(line), session.now()
    new = reader.new_request(reading)
    captured = reading.captured
    moment: Moment | None = captured.moment.value if captured.moment is not None else None
    person = (
        reading.person.name if reading.person is not None else (new.requester_name if new is not None else "")
    )
    phone = captured.phone.value if captured.phone is not None else None
    kind = reading.type
    label = kind.label.in_language(active_language()) if kind is not None else ""
    number = phone.e164 or phone.typed if phone is not None else ""
    if not number and reading.person is not None:
        number = reading.person.phone
    language = captured.language.value if captured.language is not None else "fr"
    asked = {one.key: one for one in kind.fields} if kind is not None else {}
    place, place_label = (new.place if new is not None else ""), _("Where")
    if "to_place" in asked:
        # Where to has a line of its own, so this one is where from.
        place = captured.place.value.name if captured.place is not None else ""
        place_label = asked_as(asked["from_place"])[0] if "from_place" in asked else place_label
    fields = [
        Field("type", _("Type"), label, _("keys, taxi, basket, dentist…")),
        Field("person", _("For"), person, _("name, or nothing")),
        Field("phone", _("Phone"), show_phone(number) if number else "", "+352 621 …"),
        Field("wanted", _("When"), moment_text(moment, now) if moment is not None else "", moment_hint()),
        Field("place", place_label, place),
    ]
    if kind is not None:
        known = new.fields if new is not None else {}
        own = [one for one in kind.fields if one.required or one.key in known]
        own.sort(key=lambda one: one.key != "to_place")  # beside where from
        fields += [
            Field(f"own:{one.key}", asked_as(one)[0], str(known.get(one.key, "")), asked_as(one)[1])
            for one in own
            if one.key not in SAID_BY_PLACE
        ]
    fields.append(
        Field("title", _("Title"), new.title if new is not None else captured.leftover, _("a few words"))
    )
    if captured.call_at is not None:
        fields.append(Field("call", _("Call-back"), moment_text(captured.call_at.value, now), moment_hint()))
    channel = new.channel if new is not None else "phone"
    fields += [
        Field("note", _("Note"), "", _("facts, as the person may read them")),
        Field("priority", _("Priority"), reading.priority, "P1 · P2 · P3 · P4"),
        Field("language", _("Language"), language_word(language), language_hint()),
        Field("channel", _("Channel"), channel_word(channel), channel_hint()),
    ]
    return fields


def save_form(
    session: DeskSession, reader: LineReader, slip: Slip, line: str, shown: Mapping[str, str]
) -> Callable[[Mapping[str, str]], int]:
    """Saves what the line said with what was changed in the form, whose first values were ``shown``."""

    def save(values: Mapping[str, str]) -> int:
        from conciergedesk.core.errors import InvalidInput
        from conciergedesk.requests import service as requests
        from conciergedesk.requests.service import NewRequest

        found = session.book().catalogue.match(values["type"]) if values["type"].strip() else ()
        if not found:
            raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
        kind = found[0].type
        moment = read_moment(values["wanted"], session.now())
        call = read_moment(values.get("call", ""), session.now(), field="call")
        actor = session.actor
        reading = reader.read(line)
        said = reader.new_request(reading) or NewRequest(
            kind.code, holder_id=actor.id if actor is not None else None
        )
        asker = reading.person.id if reading.person is not None else None
        if values["person"] != shown["person"]:
            asker = _person_named(session, values["person"])
        new = replace(
            said,
            type_code=kind.code,
            title=values["title"],
            requester_id=asker,
            requester_name="" if asker is not None else values["person"],
            requester_phone=values["phone"],
            place=way(values["place"], values.get("own:to_place", "")),
            lodging_id=said.lodging_id if values["place"] == shown["place"] else None,
            wanted_from=moment.start if moment is not None else None,
            wanted_to=moment.end if moment is not None else None,
            day_only=bool(moment is not None and moment.date_only),
            priority=values["priority"].strip().upper(),
            language=read_language(values["language"]),
            channel=read_channel(values["channel"]),
            call_back_at=hour_to_call(call) if call is not None else None,
            note=values["note"],
            fields=answers_in(kind, values),
        )
        made = session.act(requests.capture, session.book(), new)
        slip.drop()
        return made

    return save


def _person_named(session: DeskSession, name: str) -> int | None:
    """Who is on file under that name, as a whole."""
    from conciergedesk.customers.queries import find_people

    people = session.ask(find_people, name, session.now(), 1) if name.strip() else []
    return people[0].id if people and people[0].score >= 99 else None


def asked_as(asked: OwnField) -> tuple[str, str]:
    """A type's own question and what may be answered: *Permission of the owner (who, when)* says it in brackets."""
    from conciergedesk.requests.catalogue import FieldKind

    label, _bracket, inside = asked.label.in_language(active_language()).partition(" (")
    if asked.kind is FieldKind.YES_NO:
        return label, _("yes or no")
    if asked.kind is FieldKind.CHOICE:
        return label, " · ".join(option.label.in_language(active_language()) for option in asked.options)
    return label, inside.removesuffix(")") or _("to ask")


def answers_in(kind: RequestType, values: Mapping[str, str]) -> dict[str, object]:
    """What the form answers of the type's own questions; its line for the place answers where it is, or where from."""
    asked = {one.key for one in kind.fields}
    own = {name.removeprefix("own:"): value for name, value in values.items() if name.startswith("own:")}
    answers: dict[str, object] = {
        key: read_answer(kind, key, value) for key, value in own.items() if key in asked and value.strip()
    }
    return answers | {key: values["place"] for key in asked & SAME_AS_PLACE if values["place"].strip()}


def read_answer(kind: RequestType, name: str, value: str) -> object:
    """The answer to a type's own question, from what was typed."""
    from conciergedesk.core.text import fold
    from conciergedesk.requests.catalogue import FieldKind

    asked = kind.field(name)
    if asked.kind is FieldKind.YES_NO:
        return fold(value) in ("oui", "o", "yes", "y", "ja", "j")
    if asked.kind is FieldKind.CHOICE:
        for option in asked.options:
            if fold(value) in (
                fold(option.key),
                *(fold(getattr(option.label, one)) for one in ("fr", "en", "de")),
            ):
                return option.key
    return value
