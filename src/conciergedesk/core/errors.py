"""Expected errors: each carries one sentence that tells the operator what to do next.

    DeskError                 anything the operator can be told in a sentence
    ├── InvalidInput          a value was refused; names the field and the reason
    │   └── InvalidFile       a data file was refused; names file, place in it and reason
    ├── RuleRefused           a rule of the desk says no; gives rule, figure, limit and source
    ├── NotAllowed            the signed-in role may not do this
    ├── NotFound              the thing is not there (any more)
    ├── Conflict              somebody else changed or took it first
    └── Unavailable           database, disk or another means is missing for now

Sentences are written in English, marked with ``N_`` and translated when shown, so the same error reads
in the language of whoever looks at it. Named values are filled in after translation.
"""

from __future__ import annotations

from typing import Any

from conciergedesk.core.i18n import translate


class DeskError(Exception):
    """An expected error.

    Args:
        sentence: English sentence with ``{named}`` places, marked for translation with ``N_``.
        **values: What fills the places; times, dates and money are shown by locale.
    """

    def __init__(self, sentence: str, /, **values: Any) -> None:
        super().__init__(sentence, values)
        self.sentence = sentence
        self.values = values

    def in_language(self, language: str | None = None) -> str:
        """The sentence in ``language`` (default: the language of the interface)."""
        return translate(self.sentence, language, **self.values)

    def __str__(self) -> str:
        return self.in_language()

    def __reduce__(self) -> tuple[Any, ...]:
        # The classes below take more than the sentence; what comes from another process is put together again.
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[DeskError], args: tuple[Any, ...], state: dict[str, Any]) -> DeskError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InvalidInput(DeskError):
    """A value was refused. ``field`` is the name of the field as the program knows it."""

    def __init__(self, sentence: str, *, field: str, **values: Any) -> None:
        super().__init__(sentence, field=field, **values)
        self.field = field


class InvalidFile(InvalidInput):
    """A data file was refused. ``where`` is the table, row or line inside the file."""

    def __init__(self, sentence: str, *, file: str, where: str, field: str = "", **values: Any) -> None:
        super().__init__(sentence, field=field, file=file, where=where, **values)
        self.file = file
        self.where = where

    def in_language(self, language: str | None = None) -> str:
        place = " · ".join(part for part in (self.file, self.where, self.field) if part)
        return f"{place}: {super().in_language(language)}"


class RuleRefused(DeskError):
    """A rule of the desk refuses the act."""


class NotAllowed(DeskError):
    """The role of the person signed in does not include this act."""


class NotFound(DeskError):
    """What was asked for does not exist or is no longer open."""


class Conflict(DeskError):
    """Another desk changed or took the same thing first; nothing was overwritten."""


class Unavailable(DeskError):
    """A means is missing for now (database locked, disk full, server away). Nothing was lost."""
