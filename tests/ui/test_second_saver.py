"""Who saves second is told what the first changed, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from conciergedesk.core.errors import Conflict
from conciergedesk.core.i18n import N_
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.second_saver import SecondSaver


@dataclass(frozen=True)
class Card:
    """A record of one line."""

    title: str
    version: int


class Desk:
    """Keeps one card, and refuses to write over a version that was not seen."""

    def __init__(self) -> None:
        self.card = Card("", 1)

    def read(self) -> Card:
        return self.card

    def write(self, values: Mapping[str, str], before: Mapping[str, str], seen: int) -> None:
        if seen != self.card.version:
            raise Conflict(N_("{who} changed this at {at}."), who="Inès", at="9:57")
        self.card = Card(values["title"], seen + 1)

    def form(self) -> SecondSaver[Card]:
        return SecondSaver(
            self.card, self.read, lambda card: [Field("title", "Titre", card.title)], self.write
        )


def test_the_second_saver_sees_what_the_first_changed_and_may_go_over_it() -> None:
    desk = Desk()
    second = desk.form()
    desk.form().save({"title": "rouge"})
    with pytest.raises(Conflict) as refused:
        second.save({"title": "bleu"})
    assert "Inès" in str(refused.value) and "Titre : – → rouge" in str(refused.value)
    assert desk.card.title == "rouge"
    assert second.save({"title": "bleu"}) and desk.card.title == "bleu"


def test_a_third_who_comes_between_is_told_as_well() -> None:
    desk = Desk()
    form = desk.form()
    for title in ("rouge", "vert"):
        desk.form().save({"title": title})
        with pytest.raises(Conflict, match=title):
            form.save({"title": "bleu"})
    assert form.save({"title": "bleu"})


def test_a_change_that_the_form_does_not_show_is_no_reason_to_ask() -> None:
    desk = Desk()
    form = desk.form()
    desk.card = replace(desk.card, version=2)
    assert form.save({"title": "bleu"}) and desk.card == Card("bleu", 3)
