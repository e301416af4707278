"""Telephone numbers in an index of their own: any spelling, the beginning as typed, or the last digits."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

_WIDTH = 15
_CODES = {"FR": "33", "DE": "49", "LU": "352", "BE": "32", "CH": "41", "NL": "31", "IT": "39"}
_TRUNK = frozenset({"33", "49", "32", "41", "31"})
_TYPED = re.compile(r"[+\d][\d\s().\-/+]*")
_SEVERAL = re.compile(r"\s*(?:;|,|\bou\b|\boder\b|\bor\b|/(?=\s*[+0])|\|)\s*")
_MARKS = re.compile(r"[;,/|o]")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_TRUNK_MARK = re.compile(r"\(\s*0\s*\)")
FEWEST_DIGITS = 4


def looks_like_phone(query: str) -> bool:
    """Whether the whole query is a number or the beginning or end of one."""
    typed = query.strip()
    fewest = FEWEST_DIGITS - 1 if typed[:1] in ("0", "+") else FEWEST_DIGITS
    return bool(_TYPED.fullmatch(typed)) and sum(c.isdigit() for c in typed) >= fewest


def _digits(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


def international(text: str, country: str) -> str:
    """The digits of one written number with its country code and without +; national ones get ``country``."""
    text = text.strip()
    digits = _digits(_TRUNK_MARK.sub("", text) if "(" in text else text)
    if text.startswith("+"):
        return _without_trunk(digits)
    if digits.startswith("00"):
        return _without_trunk(digits[2:])
    code = _CODES.get(country, "")
    if digits.startswith("0") and code in _TRUNK:
        return code + digits[1:]
    if code and len(digits) >= 4 and not (digits.startswith(code) and len(digits) >= 10):
        return code + digits
    return digits


def _without_trunk(digits: str) -> str:
    for code in _TRUNK:
        if digits.startswith(code + "0"):
            return code + digits[len(code) + 1 :]
    return digits


def numbers_of(phones: Iterable[str], country: str) -> list[str]:
    """All numbers in the fields of a provider, as international digits."""
    found: dict[str, None] = {}
    for text in phones:
        for piece in _SEVERAL.split(text) if _MARKS.search(text) else (text,):
            digits = international(piece, country)
            if len(digits) >= 3:
                found[digits[:_WIDTH]] = None
    return list(found)


class PhoneIndex:
    """Numbers sorted forwards and backwards; both lead to providers by their number in the index."""

    def __init__(self, numbers: Sequence[str], docs: Sequence[int]) -> None:
        kind = f"S{_WIDTH}"
        forward = np.array([number.encode() for number in numbers], dtype=kind)
        backward = np.array([number[::-1].encode() for number in numbers], dtype=kind)
        owner = np.array(docs, dtype=np.int32)
        ahead, back = np.argsort(forward, kind="stable"), np.argsort(backward, kind="stable")
        self._take(forward[ahead], owner[ahead], backward[back], owner[back])

    def _take(
        self,
        forward: NDArray[np.bytes_],
        forward_docs: NDArray[np.int32],
        backward: NDArray[np.bytes_],
        backward_docs: NDArray[np.int32],
    ) -> None:
        self.forward, self.forward_docs = forward, forward_docs
        self.backward, self.backward_docs = backward, backward_docs
        self._late_forward: list[tuple[str, int]] = []
        self._late_backward: list[tuple[str, int]] = []

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The arrays, for saving; later numbers are not in them."""
        return {
            "forward": self.forward,
            "forward_docs": self.forward_docs,
            "backward": self.backward,
            "backward_docs": self.backward_docs,
        }

    @classmethod
    def reopened(cls, columns: dict[str, NDArray[np.generic]]) -> PhoneIndex:
        index = cls((), ())
        index._take(
            cast("NDArray[np.bytes_]", columns["forward"]),
            cast("NDArray[np.int32]", columns["forward_docs"]),
            cast("NDArray[np.bytes_]", columns["backward"]),
            cast("NDArray[np.int32]", columns["backward_docs"]),
        )
        return index

    def everything(self) -> tuple[list[str], list[int]]:
        """All numbers with their rows, later ones included."""
        numbers = [number.decode() for number in self.forward.tolist()]
        numbers.extend(number for number, _ in self._late_forward)
        return numbers, [*self.forward_docs.tolist(), *(doc for _, doc in self._late_forward)]

    def add(self, numbers: Iterable[str], doc: int) -> None:
        for number in numbers:
            insort(self._late_forward, (number, doc))
            insort(self._late_backward, (number[::-1], doc))

    def beginning(self, digits: str) -> list[tuple[str, int]]:
        """Numbers that begin with ``digits``, with their providers, in the order of the numbers."""
        return self._range(self.forward, self.forward_docs, self._late_forward, digits)

    def ending(self, digits: str) -> list[tuple[str, int]]:
        """Numbers that end with ``digits``."""
        found = self._range(self.backward, self.backward_docs, self._late_backward, digits[::-1])
        return [(number[::-1], doc) for number, doc in found]

    @staticmethod
    def _range(
        column: NDArray[np.bytes_], docs: NDArray[np.int32], late: list[tuple[str, int]], digits: str
    ) -> list[tuple[str, int]]:
        if not digits or len(digits) > _WIDTH:
            return []
        low = int(np.searchsorted(column, np.bytes_(digits.encode()), "left"))
        high = int(np.searchsorted(column, np.bytes_(digits.encode() + b"~"), "left"))
        high = min(high, low + 400)
        found = [
            (number.decode(), int(doc))
            for number, doc in zip(column[low:high].tolist(), docs[low:high].tolist(), strict=True)
        ]
        for number, doc in late[bisect_left(late, (digits, -1)) :]:
            if not number.startswith(digits):
                break
            found.append((number, doc))
        return found

    def almost(self, digits: str) -> list[tuple[str, int]]:
        """Numbers of the same length that differ in one digit or in two swapped neighbours."""
        if len(digits) < 8 or len(digits) > _WIDTH:
            return []
        typed = np.frombuffer(digits.encode().ljust(_WIDTH, b"\0"), np.uint8)
        matrix = self.forward.view(np.uint8).reshape(-1, _WIDTH)
        wrong = matrix != typed
        count = wrong.sum(axis=1, dtype=np.uint8)
        found = []
        for row in np.nonzero(count <= 2)[0][:200].tolist():
            number = self.forward[row].decode()
            if _one_slip(digits, number):
                found.append((number, int(self.forward_docs[row])))
        found.extend((number, doc) for number, doc in self._late_forward if _one_slip(digits, number))
        return found


def _one_slip(typed: str, number: str) -> bool:
    if len(typed) != len(number):
        return False
    wrong = [place for place in range(len(typed)) if typed[place] != number[place]]
    if len(wrong) <= 1:
        return True
    first, second = wrong[0], wrong[-1]
    return (
        len(wrong) == 2
        and second == first + 1
        and typed[first] == number[second]
        and typed[second] == number[first]
    )


def readings(query: str, country: str) -> list[str]:
    """How a typed number can be read in full, the likeliest first: as international digits."""
    text = query.strip()
    digits = _digits(_TRUNK_MARK.sub("", text) if "(" in text else text)
    if text.startswith("+"):
        return [_without_trunk(digits)]
    if digits.startswith("00"):
        return [_without_trunk(digits[2:])]
    if digits.startswith("0"):
        home = _CODES.get(country, "33")
        codes = [home, *(code for code in ("33", "49", "32") if code != home)]
        return [code + digits[1:] for code in codes if code in _TRUNK] + ["352" + digits]
    return [digits, "352" + digits]
