"""Saving a form over a record that somebody else may have changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from conciergedesk.core.errors import Conflict
from conciergedesk.core.i18n import N_
from conciergedesk.ui.modals.form import Field


class Versioned(Protocol):
    """A record as it was read."""

    @property
    def version(self) -> int: ...


RecordT = TypeVar("RecordT", bound=Versioned)


class SecondSaver(Generic[RecordT]):
    """The ``save`` of a form: whoever comes second is told what the first changed, and saves again to go over it.

    Args:
        record: As it was when the form was opened.
        read: Reads it again.
        fields: What the form shows of a record.
        write: Saves the typed values: called with them, those that stood there first, and the version it goes over.
    """

    def __init__(
        self,
        record: RecordT,
        read: Callable[[], RecordT],
        fields: Callable[[RecordT], Sequence[Field]],
        write: Callable[[Mapping[str, str], Mapping[str, str], int], None],
    ) -> None:
        self._read = read
        self._fields = fields
        self._write = write
        self._seen = record.version
        self.fields = fields(record)
        self._first = {field.name: field.value for field in self.fields}
        self._latest = dict(self._first)

    def save(self, values: Mapping[str, str]) -> bool:
        """Save, or say who was first and what they changed.

        Raises:
            Conflict: somebody changed what the form shows; the next save goes over it.
        """
        try:
            self._write(values, self._first, self._seen)
        except Conflict as error:
            record = self._read()
            theirs = [
                f"{field.label} : {self._latest[field.name] or '–'} → {field.value or '–'}"
                for field in self._fields(record)
                if field.value != self._latest.get(field.name, "")
            ]
            self._seen = record.version
            self._latest = {field.name: field.value for field in self._fields(record)}
            if not theirs:
                # They took it or ticked a step: nothing that stands here.
                self._write(values, self._first, self._seen)
                return True
            raise Conflict(
                N_("{who} was first, at {at}: {what}. Your text is kept: save again to put it in place."),
                who=error.values.get("who", "?"),
                at=error.values.get("at", ""),
                what=" · ".join(theirs),
            ) from error
        return True
