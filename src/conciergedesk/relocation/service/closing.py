"""The end of a file: the household's last word and how it ended, written together."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.service.following import PULSE, Held, hold_followup, note_pulse
from conciergedesk.relocation.service.opening import close_file
from conciergedesk.relocation.service.writing import open_row
from conciergedesk.relocation.tables import RelocationFollowUp
from conciergedesk.relocation.words import CLOSING
from conciergedesk.staff.rules import Right


def close_with_survey(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    outcome: str,
    scores: Mapping[str, int],
    *,
    words: str = "",
    word_reason: str = "",
) -> Held:
    """Hold the closing survey if it is still to be held, else note the pulse that was given; then end the file.

    Raises:
        InvalidInput: no pulse for a household that has settled, a score outside its scale, an unknown outcome.
        RuleRefused: legal items or contacts are still open.
    """
    unit.require(Right.COACH_FILES)
    open_row(unit, file_id)
    survey = unit.session.exec(
        select(RelocationFollowUp.id).where(
            RelocationFollowUp.file_id == file_id,
            RelocationFollowUp.code == CLOSING,
            col(RelocationFollowUp.is_open),
        )
    ).first()
    held = Held(0, True, ())
    if survey is not None and outcome == "settled":
        if PULSE not in scores:
            raise InvalidInput(
                N_("Ask how it went, 0 to 10: a settled file ends with its survey."), field=PULSE
            )
        held = hold_followup(unit, house, survey, scores, words=words, word_reason=word_reason)
    elif PULSE in scores:
        held = note_pulse(unit, house, file_id, scores[PULSE], words=words, word_reason=word_reason)
    close_file(unit, house, file_id, outcome=outcome)
    return held
