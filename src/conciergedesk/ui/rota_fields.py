"""How an entry of the house's rota files is shown in a form and read back from it: lines of text, people's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, translate
from conciergedesk.core.text import clean_line, fold
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.shift_files import Entry, Kind
from conciergedesk.rota.values import WEEKDAYS, DayClass, ShiftKind
from conciergedesk.ui.cells import word
from conciergedesk.ui.modals.form import Field

Show = Callable[[Any], str]
Read = Callable[[str, str], Any]
LANGUAGES = ("fr", "en")

DAY_WORDS = {
    DayClass.MON: N_("day|Mon"), DayClass.TUE: N_("day|Tue"), DayClass.WED: N_("day|Wed"),
    DayClass.THU: N_("day|Thu"), DayClass.FRI: N_("day|Fri"), DayClass.SAT: N_("day|Sat"),
    DayClass.SUN: N_("day|Sun"), DayClass.HOLIDAY: N_("day|holidays"),
}  # fmt: skip
ALL_DAYS = N_("day|every day")
KIND_WORDS = {
    ShiftKind.DAY: N_("shift|day"), ShiftKind.EVENING: N_("shift|evening"), ShiftKind.NIGHT: N_("shift|night"),
    ShiftKind.ON_CALL: N_("shift|on call"),
}  # fmt: skip
REGION_WORDS = {
    "france": N_("region|France"), "alsace-moselle": N_("region|Alsace-Moselle"), "none": N_("region|none"),
}  # fmt: skip
SWAP_WORDS = {
    "partner": N_("last word|partner"), "advice": N_("last word|supervisor on advice"),
    "supervisor": N_("last word|supervisor"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: where its value lies in the entry, and how it is said and read."""

    name: str
    path: str
    label: str
    hint: str
    show: Show
    read: Read


# --- said and read ---


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)] if value else []


def _say(value: Any) -> str:
    return "" if value is None else str(value)


def _say_list(value: Any) -> str:
    return ", ".join(_texts(value))


def _read_text(text: str, _name: str) -> str:
    return clean_line(text, 80)


def _split(text: str) -> list[str]:
    return [part for part in (clean_line(one, 80) for one in text.replace(";", ",").split(",")) if part]


def _read_list(text: str, _name: str) -> list[str]:
    return [word for part in _split(text) for word in part.split()]


def _read_whole(text: str, name: str) -> int:
    try:
        return int(text.replace(" ", ""))
    except ValueError:
        raise InvalidInput(
            N_("“{text}” is not a whole number."), field=name, text=clean_line(text, 40)
        ) from None


def _read_number(text: str, name: str) -> float:
    try:
        return float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        raise InvalidInput(N_("“{text}” is not a number."), field=name, text=clean_line(text, 40)) from None


def _say_hours(value: Any) -> str:
    return hours(value) if isinstance(value, int) else _say(value)


def read_hours(text: str, name: str) -> int:
    """``35``, ``35 h``, ``35 h 30``, ``35:30`` or ``35,5`` in minutes."""
    bare = fold(text).replace(" ", "").replace(",", ".")
    sign = -1 if bare.startswith("-") else 1
    whole, _mark, rest = bare.lstrip("-").replace(":", "h").partition("h")
    try:
        return sign * round(60 * float(whole) + (int(rest) if rest else 0))
    except ValueError:
        raise InvalidInput(
            N_("“{text}” is not a length such as 35 or 35 h 30."), field=name, text=clean_line(text, 40)
        ) from None


def _read_clock(text: str, _name: str) -> str:
    """``7h45`` as ``07:45``; what is no time is refused by the reader of the file."""
    bare = text.strip().lower().replace(" ", "").replace("h", ":")
    time, plus, later = bare.partition("+")
    first, colon, minutes = time.partition(":")
    return f"{first.zfill(2)}:{minutes.zfill(2) if colon and minutes else '00'}{plus}{later}"


def _say_truth(value: Any) -> str:
    return _("yes") if value else _("no")


def _read_truth(text: str, name: str) -> bool:
    said = fold(text)
    for answer, known in ((True, N_("yes")), (False, N_("no"))):
        words = {fold(translate(known, language)) for language in LANGUAGES}
        if said in words | {one[0] for one in words} | {str(answer).lower()}:
            return answer
    raise InvalidInput(N_("Write yes or no."), field=name)


def read_day(text: str, name: str) -> date:
    """``2027-03-22``, ``22/03/2027`` or ``22.3.2027``."""
    bare = text.strip()
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(bare, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise InvalidInput(N_("“{text}” is not a day such as 2027-03-22."), field=name, text=clean_line(text, 40))


def _say_days(value: Any) -> str:
    return ", ".join(_texts(value))


def _read_days(text: str, name: str) -> list[date]:
    return [read_day(one, name) for one in _split(text)]


def say_classes(value: Any) -> str:
    """``MON..FRI`` in the words of the desk."""
    said = []
    for one in _texts(value):
        first, dots, last = one.partition("..")
        if one == "ALL":
            said.append(word(ALL_DAYS))
        elif dots and first in WEEKDAYS and last in WEEKDAYS:
            said.append(f"{word(DAY_WORDS[DayClass(first)])}..{word(DAY_WORDS[DayClass(last)])}")
        else:
            said.append(word(DAY_WORDS[DayClass(one)]) if one in list(DayClass) else one)
    return ", ".join(said)


def _read_classes(text: str, _name: str) -> list[str]:
    words = {"ALL": "ALL", **{str(one): str(one) for one in DayClass}}
    known = {fold(code): code for code in words}
    for language in LANGUAGES:
        known[fold(_bare(ALL_DAYS, language))] = "ALL"
        for one, said in DAY_WORDS.items():
            known[fold(_bare(said, language))] = str(one)
    found = []
    for part in _split(text):
        first, dots, last = part.partition("..")
        ends = [known.get(fold(one), one) for one in ((first, last) if dots else (part,))]
        found.append("..".join(ends))
    return found


def _bare(sentence: str, language: str) -> str:
    return translate(sentence, language).rpartition("|")[2]


def _choice(words: Mapping[Any, str]) -> tuple[Show, Read]:
    def show(value: Any) -> str:
        return ", ".join(word(words[one]) if one in words else one for one in _texts(value))

    def read(text: str, _name: str) -> list[str]:
        known = {
            fold(_bare(said, language)): str(one) for one, said in words.items() for language in LANGUAGES
        }
        return [known.get(fold(one), one) for one in _split(text)]

    return show, read


def _only(read: Read) -> Read:
    def one(text: str, name: str) -> str:
        found = read(text, name)
        return found[0] if found else ""

    return one


_SAY_KIND, _READ_KINDS = _choice(KIND_WORDS)
_SAY_REGION, _READ_REGION = _choice(REGION_WORDS)
_SAY_SWAPS, _READ_SWAPS = _choice(SWAP_WORDS)


def _text(name: str, label: str, hint: str = "", path: str = "") -> Line:
    return Line(name, path or name, label, hint, _say, _read_text)


def _list(name: str, label: str, hint: str = "") -> Line:
    return Line(name, name, label, hint, _say_list, _read_list)


def _whole(name: str, label: str, hint: str = "", path: str = "") -> Line:
    return Line(name, path or name, label, hint, _say, _read_whole)


def _hours(name: str, label: str, hint: str = "", path: str = "") -> Line:
    return Line(name, path or name, label, hint, _say_hours, read_hours)


def _day(name: str, label: str, hint: str = "") -> Line:
    return Line(name, name, label, hint, _say, read_day)


def _truth(name: str, label: str, hint: str = "") -> Line:
    return Line(name, name, label, hint, _say_truth, _read_truth)


def _clock(name: str, label: str, hint: str = "") -> Line:
    return Line(name, name, label, hint, _say, _read_clock)


LINES: Mapping[Kind, tuple[Line, ...]] = {
    Kind.AGENT: (
        _text("name", N_("field|Name")),
        _text("team", N_("field|Team"), N_("such as desk; the year is compared within it")),
        _list("skills", N_("field|Skills"), N_("technical, commercial:backup")),
        _list("languages", N_("field|Languages"), N_("fr, de")),
        _hours("contract_minutes", N_("field|Per week"), N_("35 h; 0 when hours are not followed")),
        _truth("part_time", N_("field|Part time"), N_("yes or no")),
        Line("fixed_off", "fixed_off", N_("field|Always off"), N_("Wed, or Sat..Sun"), say_classes, _read_classes),
        _day("since", N_("field|First day"), N_("2027-03-22; empty: always")),
        _day("until", N_("field|Last day"), N_("2027-03-22; empty: still there")),
        _hours("max_week", N_("field|Week limit"), N_("own limit, such as 40 h"), "limits.max_week"),
        _whole("max_run", N_("field|Days in row"), N_("own limit, such as 5"), "limits.max_run"),
        _whole("sundays", N_("field|Sundays"), N_("worked since 1 June, before this rota"), "balance.sundays"),
        _whole("holidays", N_("field|Holidays"), N_("the same for holidays"), "balance.holidays"),
        _whole("evenings", N_("field|Evenings"), N_("the same for evenings"), "balance.evenings"),
        _whole("on_call", N_("field|On call"), N_("nights on call, the same"), "balance.on_call"),
        _hours(
            "recovery_minutes", N_("field|Recovery"), N_("owed from before, such as 8 h"), "balance.recovery_minutes"
        ),
    ),
    Kind.SHIFT: (
        _text("label", N_("field|Name"), N_("such as morning")),
        _clock("start", N_("field|From"), "07:45"),
        _clock("end", N_("field|To"), N_("14:45, or 07:45+1 for the next day")),
        _whole("break", N_("field|Break"), N_("minutes")),
        _truth("break_paid", N_("field|Break paid"), N_("yes or no")),
        Line(
            "counts_as", "counts_as", N_("field|Counts as"), N_("day, evening, night, on call"), _SAY_KIND, _READ_KINDS
        ),
        _list("needs", N_("field|Skill"), N_("one of these is enough; empty: anybody")),
        _list("may_not_precede", N_("field|Not before"), N_("shifts that may not follow; rest is computed")),
        _text("line", N_("field|Line"), N_("what is staffed, such as desk")),
    ),
    Kind.DEMAND: (
        _list("shift", N_("field|Shift"), N_("code, or several of which any counts")),
        _clock("from", N_("field|Or from"), N_("instead of a shift: 10:00")),
        _clock("to", N_("field|To"), "18:00"),
        _text("needs", N_("field|Skill"), N_("for times without a shift")),
        _text("language", N_("field|Language"), N_("fr: somebody who speaks it")),
        Line("days", "days", N_("field|Days"), N_("every day; Mon..Fri; holidays"), say_classes, _read_classes),
        Line("dates", "dates", N_("field|Dates"), N_("2027-02-19, 2027-02-26"), _say_days, _read_days),
        _whole("min", N_("field|At least")),
        _whole("target", N_("field|Wished"), N_("empty: the same")),
        _whole("max", N_("field|At most"), N_("empty: no limit")),
        Line(
            "calls", "from_calls.calls", N_("field|Calls/hour"), N_("the wish is then computed from them"), _say,
            _read_number,
        ),
        Line("aht", "from_calls.aht", N_("field|Min./call"), N_("minutes of work each"), _say, _read_number),
    ),
    Kind.ROTATION: (
        _list("members", N_("field|Members"), N_("codes; the first starts in week 1, the second in week 2…")),
        _day("start", N_("field|Starts on"), N_("a Monday")),
    ),
    Kind.SITE: (
        _text("name", N_("field|Name")),
        _text("timezone", N_("field|Time zone"), "Europe/Paris"),
        Line(
            "region", "region", N_("field|Holidays"), N_("France, Alsace-Moselle, none"), _SAY_REGION,
            _only(_READ_REGION),
        ),
        _truth("good_friday", N_("field|Good Friday"), N_("a holiday here: yes or no")),
        _list("packs", N_("field|Rule packs"), N_("files of knowledge_base/rota")),
        _clock("opens", N_("field|Opens"), "08:00"),
        _clock("closes", N_("field|Closes"), "21:00"),
        _hours("sunday_minutes", N_("field|Sunday limit"), N_("hours worked at most; empty: by the packs")),
        Line("closed_on", "closed_on", N_("field|Closed on"), N_("2027-12-25, 2027-12-26"), _say_days, _read_days),
        Line(
            "swaps", "swaps", N_("field|Last word"), N_("partner, supervisor on advice, supervisor"), _SAY_SWAPS,
            _only(_READ_SWAPS),
        ),
    ),
}  # fmt: skip

_ID = _text("id", N_("field|Code"), N_("short, such as INE; stays as it is"))
_WITH_ID = (Kind.AGENT, Kind.SHIFT, Kind.ROTATION)
_WEEK = N_("field|Week {number}")
_WEEK_HINT = N_("Monday to Sunday: a code a day, - for off; empty takes the week out")


def _value(entry: Entry, path: str) -> Any:
    found: Any = entry.values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _shown_value(entry: Entry, line: Line) -> Any:
    """What a line shows; lists of shifts and skills have two spellings in the files."""
    value = _value(entry, line.path)
    if value is None and (entry.kind, line.name) == (Kind.DEMAND, "shift"):
        return entry.values.get("shifts")
    if (entry.kind, line.name) == (Kind.SHIFT, "needs"):
        return entry.values.get("skill_any") or value
    if value is None and (entry.kind, line.name) == (Kind.SHIFT, "break_paid"):
        return True
    return value


def fields_of(entry: Entry) -> list[Field]:
    """The lines of the form."""
    fields = []
    if entry.kind in _WITH_ID and not entry.number:
        fields.append(Field("id", word(_ID.label), "", _said(_ID.hint)))
    for line in LINES[entry.kind]:
        value = _shown_value(entry, line)
        shown = "" if value is None else line.show(value)
        fields.append(Field(line.name, word(line.label), shown, _said(line.hint)))
    if entry.kind is Kind.ROTATION:
        weeks = _texts(entry.values.get("weeks"))
        for number in range(1, len(weeks) + (2 if entry.number else 5)):
            label = word(_WEEK).replace("{number}", str(number))
            shown = weeks[number - 1] if number <= len(weeks) else ""
            fields.append(Field(f"week{number}", label, shown, _said(_WEEK_HINT)))
    return fields


def _said(hint: str) -> str:
    return translate(hint, active_language()) if hint else ""


def values_of(entry: Entry, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was changed in the form, as the file says it; None takes a field out.

    Raises:
        InvalidInput: a line that cannot be read.
    """
    shown = {field.name: field.value for field in fields_of(entry)}
    found: dict[str, Any] = {}
    if "id" in typed and not entry.number:
        found["id"] = clean_line(typed["id"], 40)
        if not found["id"]:
            raise InvalidInput(N_("Give it a short code."), field="id")
    for line in LINES[entry.kind]:
        text = typed.get(line.name, "").strip()
        if text == shown.get(line.name, "").strip():
            continue
        value = line.read(text, line.name) if text else None
        found[line.path] = value if value != [] else None
    if entry.kind is Kind.ROTATION:
        _take_weeks(shown, typed, found)
    if entry.kind is Kind.DEMAND and "shift" in found:
        _one_or_many(found, "shift", "shift", "shifts")
    if entry.kind is Kind.SHIFT and "needs" in found:
        _one_or_many(found, "needs", "needs", "skill_any")
    return {path: value for path, value in found.items() if value is not None or entry.number}


def _take_weeks(shown: Mapping[str, str], typed: Mapping[str, str], found: dict[str, Any]) -> None:
    names = [name for name in typed if name.startswith("week")]
    if any(typed[name].strip() != shown.get(name, "").strip() for name in names):
        weeks = [" ".join(typed[name].split()) for name in names]
        found["weeks"] = [week for week in weeks if week]


def _one_or_many(found: dict[str, Any], path: str, single: str, several: str) -> None:
    values = found.pop(path) or []
    found[single] = values[0] if len(values) == 1 else None
    found[several] = values if len(values) > 1 else None


def field_in_form(error: InvalidInput, entry: Entry) -> str:
    """The line of the form that a refusal of the file is about."""
    if error.field == "weeks":
        return f"week{error.values.get('number', 1)}"
    aliases = {"shifts": "shift", "skill_any": "needs", "length": "end", "from_calls": "calls"}
    known = {line.name for line in LINES[entry.kind]} | {"id"}
    name = aliases.get(error.field, error.field)
    return name if name in known else ""
