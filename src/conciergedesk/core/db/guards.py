"""Triggers by which the database itself refuses what a room's register must never allow.

A room declares its statements beside its tables; they are run after every migration, so each must be
harmless when it is run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

_DECLARED: dict[str, list[str]] = {"sqlite": [], "postgresql": []}


def guard(statements: Mapping[str, Sequence[str]]) -> None:
    """Declare statements by dialect (``sqlite``, ``postgresql``)."""
    for dialect, given in statements.items():
        _DECLARED[dialect].extend(one for one in given if one not in _DECLARED[dialect])


def run_guards(connection: Connection) -> None:
    """Run all declared statements of the connection's dialect."""
    for statement in _DECLARED[connection.dialect.name]:
        connection.exec_driver_sql(statement)
