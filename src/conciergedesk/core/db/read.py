"""Reading columns, which is how lists are read: never whole rows."""

from __future__ import annotations

from typing import Any

from sqlmodel.sql.expression import Select


def pick(*columns: Any) -> Select[*tuple[Any, ...]]:
    """A SELECT of columns, for ``session.exec``; each result is a tuple in their order.

    ``sqlmodel.select`` can type only four columns, and sees ``Table.column`` as a value.
    """
    return Select(*columns)
