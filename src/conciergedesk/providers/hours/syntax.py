"""From the text of opening hours (OpenStreetMap's ``opening_hours``) to rules.

The grammar is that of the published specification, read as most programs that show such hours read it: blanks between
list items are allowed, a comma after a finished rule begins an additional one. What is not understood raises
``HoursError`` with the place of the fault; nothing is skipped.
"""

from __future__ import annotations

from calendar import monthrange

from conciergedesk.core.i18n import N_
from conciergedesk.providers.hours.rules import (
    Clock,
    DatePoint,
    Dates,
    HolidayDays,
    Join,
    OpenState,
    Programme,
    Rule,
    Selector,
    TimeSpan,
    Weekdays,
    Weeks,
    Years,
)
from conciergedesk.providers.hours.tokens import HoursError, Kind, Token, tokenize
from conciergedesk.providers.hours.words import SUN_EVENTS

TEXT_LIMIT = 2_000
_LAST_YEAR = 9999
_LOOK_AHEAD = 8
_MODIFIERS = {"open": OpenState.OPEN, "off": OpenState.CLOSED, "unknown": OpenState.TO_CONFIRM}

_UNEXPECTED = N_("“{text}” was not expected here.")
_UNFINISHED = N_("Something is missing at the end.")
_BAD_TIME = N_("“{text}” is not a time of day.")
_NOT_SPAN = N_("“{text}” is a single time: write from-to, or add + for an open end.")


def parse(text: str) -> Programme:
    """The rules that ``text`` stands for.

    Raises:
        HoursError: with the position of the fault.
    """
    if len(text) > TEXT_LIMIT:
        raise HoursError(N_("These hours are too long to be read."), TEXT_LIMIT)
    return _Parser(tokenize(text)).programme()


class _Parser:
    """Recursive descent over the tokens; one method per construct."""

    def __init__(self, tokens: list[Token]) -> None:
        # END again and again, so that looking ahead needs no care.
        self.tokens = tokens + tokens[-1:] * _LOOK_AHEAD
        self.at = 0
        self.loose: list[tuple[int, int]] = []

    # --- tokens ---

    def now(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, by: int = 1) -> Token:
        return self.tokens[self.at + by]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind is not Kind.END:
            self.at += 1
        if token.loose:
            self.loose.append((token.position, token.length))
        return token

    def is_mark(self, text: str, by: int = 0) -> bool:
        token = self.tokens[self.at + by]
        return token.text == text and token.kind is Kind.MARK

    def eat(self, text: str) -> bool:
        if self.is_mark(text):
            self.take()
            return True
        return False

    def is_word(self, text: str, by: int = 0) -> bool:
        token = self.ahead(by)
        return token.kind is Kind.WORD and token.text == text

    def unexpected(self, token: Token | None = None) -> HoursError:
        token = token or self.now()
        if token.kind is Kind.END:
            return HoursError(_UNFINISHED, token.position)
        return HoursError(_UNEXPECTED, token.position, token.length, text=token.text)

    # --- rules ---

    def programme(self) -> Programme:
        rules: list[Rule] = []
        join = Join.REPLACE
        while self.now().kind is not Kind.END:
            rules.append(self.rule(join))
            if self.eat(";"):
                join = Join.REPLACE
            elif self.eat("||"):
                join = Join.FALLBACK
                if self.now().kind is Kind.END:
                    raise self.unexpected()
            elif self.eat(","):
                join = Join.ADD
            elif self.now().kind is not Kind.END:
                # A day after a finished rule: a forgotten semicolon.
                join = Join.REPLACE
                self.loose.append((self.now().position, self.now().length))
        if not rules:
            raise HoursError(N_("No opening hours are written here."), 0)
        return Programme(tuple(rules), tuple(self.loose))

    def rule(self, join: Join) -> Rule:
        groups: list[tuple[Selector, ...]] = []
        times: tuple[TimeSpan, ...] = ()
        state: OpenState | None = None
        comment = ""
        always = False
        begun = self.at
        while True:
            token = self.now()
            finished = bool(times) or state is not None or comment != "" or always
            if token.kind is Kind.COMMENT:
                if comment:
                    raise self.unexpected()
                comment = self.take().text.strip() or " "
            elif token.kind is Kind.WORD and token.text in _MODIFIERS:
                if state is not None:
                    raise self.unexpected()
                state = _MODIFIERS[self.take().text]
            elif token.kind is Kind.WORD and token.text in ("24/7", "always"):
                if finished:
                    raise self.unexpected()
                self.take()
                always = True
            elif self.starts_days():
                if finished:
                    break
                groups += self.day_groups()
            elif self.starts_time():
                if finished:
                    raise self.unexpected()
                times = self.times()
            elif self.is_mark(":") and self.at > begun and not times and not self.ends(1):
                self.take()
                if self.is_mark(":"):
                    raise self.unexpected()
            else:
                break
        if self.at == begun:
            raise self.unexpected()
        if self.is_mark(",") and not self.comma_begins_rule(
            bool(times) or state is not None or comment != ""
        ):
            raise self.unexpected()
        if not (self.ends() or self.is_mark(",") or self.starts_days()):
            raise self.unexpected()
        if state is None:
            state = OpenState.TO_CONFIRM if comment else OpenState.OPEN
        return Rule(tuple(groups), times, state, comment.strip(), join)

    def ends(self, by: int = 0) -> bool:
        return self.ahead(by).kind is Kind.END or self.is_mark(";", by) or self.is_mark("||", by)

    def comma_begins_rule(self, finished: bool) -> bool:
        """A comma at the very end is a slip; elsewhere it begins an additional rule after a finished one."""
        if self.ahead().kind is Kind.END:
            self.take()
            return True
        token = self.ahead()
        begins = token.kind in (Kind.COMMENT, Kind.WORD) or self.starts_days(1) or self.starts_time(1)
        return finished and begins

    # --- days ---

    def starts_days(self, by: int = 0) -> bool:
        token = self.ahead(by)
        return token.kind in (Kind.WEEKDAY, Kind.HOLIDAY, Kind.MONTH, Kind.YEAR) or (
            token.kind is Kind.WORD and token.text in ("week", "easter")
        )

    def day_groups(self) -> list[tuple[Selector, ...]]:
        token = self.now()
        if token.kind is Kind.YEAR and not self.year_of_a_date():
            return [self.years()]
        if token.kind in (Kind.YEAR, Kind.MONTH) or self.is_word("easter"):
            return [self.dates()]
        if self.is_word("week"):
            return [self.weeks()]
        return [self.weekdays()]

    def year_of_a_date(self) -> bool:
        following = self.ahead()
        return following.kind is Kind.MONTH or (following.kind is Kind.WORD and following.text == "easter")

    def years(self) -> tuple[Selector, ...]:
        found: list[Selector] = []
        while True:
            first = self.number(Kind.YEAR)
            last, step = first, 1
            if self.eat("+"):
                last = _LAST_YEAR
            elif self.is_mark("-"):
                self.take()
                end = self.now()
                last = self.number(Kind.YEAR)
                if last < first:
                    raise self.unexpected(end)
            if self.is_mark("/"):
                step = self.step(1)
                last = _LAST_YEAR if last == first else last
            found.append(Years(first, last, step))
            if not (self.is_mark(",") and self.ahead().kind is Kind.YEAR):
                return tuple(found)
            self.take()

    def number(self, kind: Kind = Kind.NUMBER) -> int:
        if self.now().kind is not kind:
            raise self.unexpected()
        return self.take().value

    def step(self, least: int) -> int:
        self.take()
        token = self.now()
        step = self.number()
        if step < least:
            raise self.unexpected(token)
        return step

    def weeks(self) -> tuple[Selector, ...]:
        self.take()
        found: list[Selector] = []
        while True:
            first = last = self.week_number()
            step = 1
            if self.eat("-"):
                last = self.week_number()
                if self.is_mark("/"):
                    step = self.step(2)
            found.append(Weeks(first, last, step))
            if not (self.is_mark(",") and self.ahead().kind is Kind.NUMBER and not self.looks_like_time(1)):
                return tuple(found)
            self.take()

    def week_number(self) -> int:
        token = self.now()
        week = self.number()
        if not 1 <= week <= 53:
            raise HoursError(
                N_("There is no week {week}: weeks run from 1 to 53."),
                token.position,
                token.length,
                week=week,
            )
        return week

    def dates(self) -> tuple[Selector, ...]:
        found: list[Selector] = []
        year: int | None = None
        month = 0
        while True:
            token = self.now()
            start = self.date_point(year, month)
            end = start
            step = 1
            if self.is_mark("-") and self.date_follows():
                self.take()
                end = self.date_point(None, start.month, ends_span=True)
                step = self.step(1) if self.is_mark("/") else 1
            if (
                0 in (start.month, end.month)
                and start is not end
                and (start.year is None) != (end.year is None)
            ):
                raise self.unexpected(token)  # the year of Easter cannot be guessed from the other end
            if start.year is not None and end.year is not None and end.year < start.year:
                raise self.unexpected(token)
            found.append(Dates(start, end, step))
            year, month = start.year if end.year is None else None, end.month
            if not self.is_mark(","):
                return tuple(found)
            following = self.ahead()
            if following.kind is Kind.NUMBER:
                if self.looks_like_time(1) or month == 0 or end.day == 0:
                    return tuple(found)
            elif following.kind is Kind.YEAR:
                if self.ahead(2).kind is not Kind.MONTH and not self.is_word("easter", 2):
                    return tuple(found)
            elif following.kind is not Kind.MONTH and not self.is_word("easter", 1):
                return tuple(found)
            self.take()

    def date_follows(self) -> bool:
        """Whether the "-" here leads to another date and not to a time."""
        token = self.ahead()
        if token.kind is Kind.MONTH or self.is_word("easter", 1):
            return True
        if token.kind is Kind.YEAR:
            return self.ahead(2).kind is Kind.MONTH or self.is_word("easter", 2)
        return token.kind is Kind.NUMBER and not self.looks_like_time(1)

    def date_point(self, year: int | None, month: int, ends_span: bool = False) -> DatePoint:
        if self.now().kind is Kind.YEAR:
            year = self.take().value
        if self.is_word("easter"):
            self.take()
            return DatePoint(offset=self.day_offset(366), year=year)
        if self.now().kind is Kind.NUMBER:
            return DatePoint(month, self.day_of(month, ends_span), year=year)
        if self.now().kind is not Kind.MONTH:
            raise self.unexpected()
        month = self.take().value
        if self.now().kind is Kind.NUMBER and self.now().value >= 1 and not self.looks_like_time():
            return DatePoint(month, self.day_of(month, ends_span), year=year)
        if self.now().kind is Kind.WEEKDAY and self.is_mark("[", 1) and self.nth_is_a_date():
            weekday = self.take().value
            (nth,) = self.nth() or (0,)
            return DatePoint(month, 0, weekday, nth, self.day_offset(6), year)
        return DatePoint(month, year=year)

    def day_of(self, month: int, ends_span: bool) -> int:
        token = self.now()
        day = self.number()
        if ends_span and monthrange(2024, month or 1)[1] < day <= 31:
            self.loose.append((token.position, token.length))
            return day  # "Feb 31" as an end means the last of February
        if not 1 <= day <= monthrange(2024, month or 1)[1]:
            raise HoursError(
                N_("There is no day {day} in this month."), token.position, token.length, day=day
            )
        return day

    def nth_is_a_date(self) -> bool:
        """``Su[2]`` after a month is a date when it begins or ends a span of dates."""
        by = 2
        while not self.is_mark("]", by):
            if self.ahead(by).kind is Kind.END or self.is_mark(",", by):
                return False
            by += 1
        by += 1
        if (
            self.ahead(by).text in ("+", "-")
            and self.ahead(by + 1).kind is Kind.NUMBER
            and self.is_word("day", by + 2)
        ):
            by += 3
        ends_span = self.at >= 2 and self.tokens[self.at - 2].text == "-"
        leads_on = self.is_mark("-", by) and (
            self.ahead(by + 1).kind in (Kind.MONTH, Kind.YEAR) or self.is_word("easter", by + 1)
        )
        return ends_span or leads_on or (self.is_mark("-", by) and self.ahead(by + 1).kind is Kind.NUMBER)

    def looks_like_time(self, by: int = 0) -> bool:
        """Whether the number ``by`` tokens ahead begins a time span such as 10-12, and is no day of a month."""
        token = self.ahead(by)
        if token.kind is not Kind.NUMBER:
            return token.kind in (Kind.TIME, Kind.SUN)
        if self.is_mark("-", by + 1):
            follower = self.ahead(by + 2)
            if follower.kind in (Kind.TIME, Kind.SUN):
                return True
            return token.value == 0 and follower.kind is Kind.NUMBER
        return False

    def weekdays(self) -> tuple[Selector, ...]:
        found: list[Selector] = []
        while True:
            found.append(self.weekday())
            if self.is_mark(",") and self.ahead().kind in (Kind.WEEKDAY, Kind.HOLIDAY):
                self.take()
                continue
            return tuple(found)

    def weekday(self) -> Selector:
        token = self.take()
        if token.kind is Kind.HOLIDAY:
            if self.is_mark("-") and self.ahead().kind in (Kind.WEEKDAY, Kind.HOLIDAY):
                raise self.unexpected()
            return HolidayDays(token.text, self.day_offset(366))
        if self.is_mark("["):
            return Weekdays(token.value, token.value, self.nth(), self.day_offset(6))
        last = token
        if self.is_mark("-") and self.ahead().kind is Kind.WEEKDAY:
            self.take()
            last = self.take()
        elif self.is_mark("-") and self.ahead().kind is not Kind.NUMBER:
            raise self.unexpected(self.ahead())
        return Weekdays(token.value, last.value, (), self.day_offset(6))

    def nth(self) -> tuple[int, ...]:
        self.take()
        found: list[int] = []
        while True:
            token = self.now()
            first = -self.number() if self.eat("-") else self.number()
            last = first
            if self.is_mark("-"):
                self.take()
                last = self.number()
            if not (1 <= first <= last <= 5 or -5 <= first == last <= -1):
                raise HoursError(
                    N_("A month has a first to a fifth of each weekday."), token.position, token.length
                )
            found += range(first, last + 1)
            if self.eat("]"):
                return tuple(found)
            if not self.eat(","):
                raise self.unexpected()

    def day_offset(self, limit: int) -> int:
        sign = {"+": 1, "-": -1}.get(self.now().text, 0) if self.now().kind is Kind.MARK else 0
        if not (sign and self.ahead().kind is Kind.NUMBER and self.is_word("day", 2)):
            return 0
        self.take()
        token = self.take()
        self.take()
        if token.value > limit or (limit == 366 and token.value > 365):
            raise self.unexpected(token)
        return sign * token.value

    # --- times ---

    def starts_time(self, by: int = 0) -> bool:
        return self.ahead(by).kind in (Kind.TIME, Kind.NUMBER, Kind.SUN) or self.is_mark("(", by)

    def times(self) -> tuple[TimeSpan, ...]:
        found: list[TimeSpan] = []
        while True:
            found.append(self.time_span())
            if not (self.is_mark(",") and self.starts_time(1)):
                return tuple(found)
            self.take()

    def time_span(self) -> TimeSpan:
        token = self.now()
        start = self.clock(1439)
        if self.eat("+"):
            return TimeSpan(start, None, True)
        if not self.is_mark("-"):
            raise HoursError(_NOT_SPAN, token.position, token.length, text=token.text)
        self.take()
        token = self.now()
        if not self.starts_time():
            raise self.unexpected()
        end = self.clock(2880)
        open_end = self.eat("+")
        if open_end and end.minutes >= 2880:
            raise HoursError(_BAD_TIME, token.position, token.length, text=token.text)
        return TimeSpan(start, end, open_end)

    def clock(self, latest: int) -> Clock:
        token = self.take()
        if token.kind is Kind.SUN:
            return Clock(0, token.text)
        if token.kind is Kind.MARK and token.text == "(":
            event = self.take()
            if event.kind is not Kind.SUN or event.text not in SUN_EVENTS:
                raise self.unexpected(event)
            sign = self.take()
            if sign.text not in ("+", "-"):
                raise self.unexpected(sign)
            offset = self.take()
            if offset.kind is not Kind.TIME or not self.eat(")"):
                raise self.unexpected(offset)
            return Clock(offset.value if sign.text == "+" else -offset.value, event.text)
        if token.kind not in (Kind.TIME, Kind.NUMBER):
            raise self.unexpected(token)
        minutes = token.value * 60 if token.kind is Kind.NUMBER else token.value
        if minutes > latest or (token.kind is Kind.NUMBER and len(token.text) > 2):
            raise HoursError(_BAD_TIME, token.position, token.length, text=token.text)
        if token.kind is Kind.NUMBER:
            self.loose.append((token.position, token.length))
        return Clock(minutes)
