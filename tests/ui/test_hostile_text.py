"""Whatever people or files typed is shown harmlessly: no markup acts, no control sequence reaches the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual._compositor import CompositorUpdate

import conciergedesk.ui
from conciergedesk.board.detail import (
    Bars,
    Detail,
    Fact,
    Line,
    Mark,
    NowAct,
    Section,
    Snapshot,
    Step,
    TimelineLine,
    Tone,
)
from conciergedesk.board.rules import Promise, PromiseKind, haystack_of
from conciergedesk.core.errors import Conflict
from conciergedesk.ui.acts import ACTIONS
from conciergedesk.ui.app import Identity
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.palette import Palette
from conciergedesk.ui.screens.handover import Synthesis
from conciergedesk.ui.widgets.inputs import LONGEST
from tests.keyboard import quiet
from tests.ui.evening import ME, NOW, GallerySource, promises

from .conftest import Desk, OpenDesk

MONSTERS = {
    "markup": "[/] [@click=app.quit]x[/] [red]r[/red] [$error] [Bold] \\[",
    "title": "\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://evil.example\x07link",
    "csi": "\x1b[2J\x1b[31mred\x1b[0m \x9b31m\x9d0;c1\x9c",
    "bidi": "abc\u202edef\u2066ghi\u2069\u200f",
    "nul": "a\x00b\x08\x7fc\r\nd\te\x0bf",
    "long": "y" * 10_000,
    "emoji": "👨‍👩‍👧‍👦 🇫🇷 ❤️ 👍🏽 e\u0301 漢字" * 5,
    "zalgo": "Z" + "\u0317\u0301\u0336" * 300,
    "surrogate": "a\ud800b\udfffc",
    "tags": "x\U000e0041\U000e007fy\ufeffz\u2028w",
}

DANGEROUS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def hostile(monster: str) -> Promise:
    return replace(
        promises()[0],
        ref=monster,
        what=monster,
        for_whom=monster,
        where=monster,
        holder=monster,
        waits_for=monster,
        team=monster,
        priority=monster,
        state=monster,
        holder_id=9,
        opened_elsewhere_by=monster,
        haystack=haystack_of(monster),
    )


class HostileSource(GallerySource):
    def __init__(self, monster: str) -> None:
        super().__init__((hostile(monster), *promises()[1:5]))
        self.monster = monster

    def load(self) -> Snapshot:
        text = self.monster
        section = Section(
            text, text, (Line(text, text, text, Mark.SOON, gauge=3),), Bars((1, 2), (text, text)), 0.5
        )
        return Snapshot(self.rows, 3, (section,))

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        text = self.monster
        return Detail(
            self.rows[0],
            title=text,
            for_whom=text,
            facts=(Fact(text, text, text, Tone.BRIGHT, brief=True),),
            acts=(NowAct("board.call", text, text),),
            steps=(Step(text, True, True, text), Step(text, note=text)),
            timeline=(TimelineLine(NOW, text, text), TimelineLine(NOW, "", text, Tone.LATE, Mark.LATE)),
            sections=(Section(text, text, (Line(text, text, text),)),),
            notices=(text,),
        )


def assert_harmless(desk: Desk) -> None:
    width, height = desk.app.size
    strips = desk.app.screen._compositor.render_strips()
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width
        assert not DANGEROUS.search(strip.text)
        for segment in strip:
            meta = segment.style.meta if segment.style else {}
            assert "@click" not in meta
            assert not (segment.style and segment.style.link)
    update = desk.app.screen._compositor.render_update(full=True)
    assert isinstance(update, CompositorUpdate)
    sent = update.render_segments(desk.app.console)
    allowed = re.sub(r"\x1b\[[0-9;]*[mH]", "", sent)
    assert not DANGEROUS.search(allowed.replace("\n", "")), repr(DANGEROUS.findall(allowed))
    assert "\x1b]" not in sent


@pytest.mark.parametrize("name", sorted(MONSTERS))
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_hostile_text_is_harmless_on_every_screen(
    open_desk: OpenDesk, name: str, size: tuple[int, int]
) -> None:
    monster = MONSTERS[name]
    async with open_desk(size, source=HostileSource(monster)) as desk:
        desk.app.sign_in(Identity(monster, ME, monster, monster, NOW, (monster, monster)))
        await quiet(desk.pilot)
        assert_harmless(desk)
        await desk.press("right")
        assert_harmless(desk)
        await desk.press("left")
        desk.board.use_filter(monster)
        desk.board.say(monster, "desk.undo")
        desk.board.show_error(Conflict("{who} changed it.", who=monster))
        desk.app.show_trouble(monster)
        await quiet(desk.pilot)
        assert_harmless(desk)
        await desk.press("escape", "slash")
        for sheet in (
            Choice(monster, [Option("1", monster, monster)], monster),
            Confirm(monster, monster, "X", monster),
            FormSheet(monster, [Field("a", monster, monster, monster)], lambda values: "x", context=monster),
        ):
            desk.app.push_screen(sheet)
            await quiet(desk.pilot)
            assert_harmless(desk)
            await desk.press("escape")
        assert desk.app.is_running


async def test_a_paste_into_the_filter_is_harmless(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("slash")
        for monster in MONSTERS.values():
            desk.board.filter_line.open(monster)
            await quiet(desk.pilot)
            assert_harmless(desk)


async def test_what_is_pasted_is_harmless_and_its_first_line_alone_is_taken(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:

        async def paste(text: str) -> None:
            event = events.Paste(text)
            event.set_sender(desk.app)
            desk.app.post_message(event)
            await quiet(desk.pilot)
            assert_harmless(desk)

        synthesis = Synthesis()
        await desk.board.mount(synthesis)
        form: FormSheet[str] = FormSheet(
            "Fiche", [Field("a", "a"), Field("pin", "PIN", secret=True)], lambda values: values["a"]
        )
        for sheet in (None, form, Palette(ACTIONS)):
            if sheet is None:
                synthesis.focus()
            else:
                desk.app.push_screen(sheet)
            await quiet(desk.pilot)
            for monster in MONSTERS.values():
                await paste(monster + "\nsecond line")
            if isinstance(sheet, FormSheet):
                await desk.press("tab")
                await paste(MONSTERS["csi"])
                assert "second" not in sheet.values["a"] and len(sheet.values["a"]) <= LONGEST
            if sheet is not None:
                await desk.press("escape")
        assert not DANGEROUS.search(synthesis.text)


def test_nothing_but_our_own_lines_can_be_typed_into() -> None:
    ui = Path(conciergedesk.ui.__file__).parent
    for file in ui.rglob("*.py"):
        code = file.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])(?:Input|MaskedInput|TextArea)\(", code), (
            f"{file.name}: a line of the library itself cleans nothing"
        )
        if re.search(r"\((?:Input|MaskedInput|TextArea)\):", code):
            assert file.name in ("inputs.py", "handover.py"), f"{file.name}: add it to the test above"


async def test_the_copied_line_carries_no_control_characters(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24), source=HostileSource(MONSTERS["title"])) as desk:
        await desk.press("y")
        assert not DANGEROUS.search(desk.app.clipboard)
        assert "owned" in desk.app.clipboard
