"""Every sentence of the rota has its French translation with the same places."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.law.wording import RULE_NAMES, SENTENCES

ROOT = Path(__file__).parents[2]


def test_every_marked_sentence_is_translated_with_its_places() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/conciergedesk/rota").rglob("*.py"))
    calls = re.findall(r'N_\(((?:\s*"[^"]*")+)\s*\)', source)
    marked = {"".join(re.findall(r'"([^"]*)"', call)) for call in calls}
    with (ROOT / "src/conciergedesk/locale/fr/rota.po").open("rb") as file:
        french = {
            message.id if isinstance(message.id, str) else message.id[0]: message.string
            for message in read_po(file)
        }
    assert len(marked) > 150
    assert [sentence for sentence in marked if not french.get(sentence)] == []
    for sentence in marked:
        assert set(re.findall(r"{(\w+)}", sentence)) == set(re.findall(r"{(\w+)}", str(french[sentence])))


def test_every_kind_of_rule_has_a_name_and_a_sentence() -> None:
    assert set(RULE_NAMES) == set(SENTENCES) == set(RuleKind)
