"""Every kind of rule of the rota is named and said; that it is said in French is a test of the catalogues."""

from __future__ import annotations

from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.law.wording import RULE_NAMES, SENTENCES


def test_every_kind_of_rule_has_a_name_and_a_sentence() -> None:
    assert set(RULE_NAMES) == set(SENTENCES) == set(RuleKind)
