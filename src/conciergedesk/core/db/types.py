"""Column kinds shared by all rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, String, Text
from sqlmodel import Field

from conciergedesk.core.text import BLOCK_LIMIT, LINE_LIMIT


def line(default: Any = "", *, limit: int = LINE_LIMIT, index: bool = False, unique: bool = False) -> Any:
    """A column for one cleaned line."""
    return Field(
        default=default, sa_column=Column(String(limit), nullable=default is None, index=index, unique=unique)
    )


def block(default: Any = "") -> Any:
    """A column for cleaned text of several lines, of at most ``BLOCK_LIMIT`` characters."""
    assert BLOCK_LIMIT > 0
    return Field(default=default, sa_column=Column(Text, nullable=False))


def document() -> Any:
    """A column for a small JSON object whose shape the room defines."""
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def key() -> Any:
    """The primary key."""
    return Field(default=None, primary_key=True)


def link(target: str, *, optional: bool = False, index: bool = True) -> Any:
    """A foreign key to ``table.id``."""
    if optional:
        return Field(default=None, foreign_key=target, index=index, nullable=True)
    return Field(foreign_key=target, index=index)
