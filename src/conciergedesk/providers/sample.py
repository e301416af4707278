"""Fictional providers of the sample desk, read from its own listing."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import knowledge_base
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, check_card
from conciergedesk.providers.importers.values import row_of_cells
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.providers.service import number_values, stored_values
from conciergedesk.providers.tables import Provider, ProviderPhone

FILE = "providers.csv"
SOURCE = "sample"


def plant_providers(unit: Unit, folder: Path) -> dict[str, int]:
    """Write the sample providers; answers their ids by name.

    Raises:
        InvalidFile: a row of the sample cannot be used.
    """
    rules = CardRules(read_lexicon(), load_holidays(knowledge_base()))
    made: dict[str, int] = {}
    today = unit.now.date()
    with (folder / FILE).open(encoding="utf-8", newline="") as source:
        for number, cells in enumerate(csv.DictReader(source), 2):
            row = row_of_cells(number, cells)
            if row.values is None:
                raise InvalidFile(N_("This row cannot be used."), file=FILE, where=str(number))
            card = check_card(row.values, rules)
            signed = card.values.agreement == "signed"
            provider = Provider(
                **stored_values(card),
                created_at=unit.now,
                source=SOURCE,
                source_id=row.source_id,
                hours_seen_on=today - timedelta(days=(number * 37) % 300) if card.values.hours else None,
                agreement_from=today - timedelta(days=200 + number) if signed else None,
                agreement_until=today + timedelta(days=92 + number * 2) if signed else None,
            )
            unit.session.add(provider)
            unit.session.flush()
            assert provider.id is not None
            made[provider.name] = provider.id
            for position, phone in enumerate(card.numbers):
                unit.session.add(ProviderPhone(**number_values(provider.id, position, phone)))
    unit.session.flush()
    _plant_history(unit, made, today)
    for provider_id in made.values():
        unit.record("provider.added", "provider", provider_id, undoable=False)
    return made


def _plant_history(unit: Unit, made: dict[str, int], today: date) -> None:
    """Rates, a visit and a closure, so that cards show what they can hold."""
    start = date(today.year - 1, 1, 1)
    signed = unit.session.exec(
        select(Provider.id).where(col(Provider.agreement) == "signed").order_by(col(Provider.id)).limit(12)
    ).all()
    for turn, provider_id in enumerate(signed):
        assert provider_id is not None
        providers.agree_rate(unit, provider_id, 800 + turn * 50, since=start)
        providers.agree_rate(
            unit, provider_id, 1000 + turn * 50, since=date(today.year, 1, 1), reason="renégociation annuelle"
        )
    for name, days in (("Spa des Deux Ponts", 300), ("Bulles de Queuleu", -5)):
        if name in made:
            providers.record_visit(
                unit,
                made[name],
                day=today - timedelta(days=65),
                valid_until=today + timedelta(days=days),
                grade="4",
                criteria={"accueil": "bilingue", "accès": "de plain-pied"},
            )
    if "Fournil du Sablon" in made:
        providers.add_exception(
            unit,
            made["Fournil du Sablon"],
            first=today + timedelta(days=3),
            last=today + timedelta(days=9),
            reason="congés",
        )
