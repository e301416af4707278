"""The board under real key presses, at the sizes people have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conciergedesk.board.detail import Detail, Snapshot
from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import Unavailable
from conciergedesk.ui.widgets.detail import BottomStrip, DetailPane, SectionsPane
from conciergedesk.ui.widgets.promises import PromiseList
from tests.keyboard import quiet
from tests.ui.evening import NOW, GallerySource, promises

from .conftest import OpenDesk


async def test_the_smallest_screen_is_laid_out_to_the_cell(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        lines = desk.lines
        assert lines[0].startswith("▌Inès · soir, reste 2 h 33    ▲ 2 retards   ● 4 bientôt  ○ 7 attente")
        assert lines[0].rstrip().endswith("+2  18:42")
        assert lines[1].startswith(" F2 Tableau   F3 Prestataires")
        assert lines[2] == (
            " État       Reste ↓  Quoi                Pour       Où         Qui     Attend   "
        )
        assert lines[3].startswith("▌▲ RETARD   -18 min  Remise de clés 204  Jonas      gare       moi")
        assert lines[4].startswith(
            " ▲ RETARD    -7 min  Clé 117 à rendre    Lilas      armoire    Maëlle« Lilas"
        )
        assert lines[8].startswith(" ● bientôt   48 min  Panier terroir ×2,… Odile      atelier    libre")
        assert lines[15].startswith(" demain · jeudi 25 mars ────")
        assert lines[19].startswith(" Remise de clés 204  D-2417   Jonas, famille de 4 · de")
        assert lines[20].startswith(
            " Tél. 06 39 98 14 27   Où gare de Metz, hall départ   Contrôle ━━━━━━━━ 4 sur 8"
        )
        assert lines[23].rstrip().endswith("? touches")


async def test_a_wider_screen_adds_panes_and_keeps_the_list(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as small:
        narrow = [line[:79] for line in small.lines[2:15]]
    async with open_desk((120, 36)) as desk:
        assert [line[:79] for line in desk.lines[3:16]] == narrow
        assert desk.lines[2].startswith(" Promesses   toutes, la plus proche d’abord")
        assert "À faire maintenant ───" in desk.text
        assert not desk.board.query_one(SectionsPane).display
        assert not desk.board.query_one(BottomStrip).display


async def test_the_widest_screen_has_three_panes_and_full_words(open_desk: OpenDesk) -> None:
    async with open_desk((200, 60)) as desk:
        assert desk.board.query_one(SectionsPane).display
        assert "En poste maintenant" in desk.lines[2]
        assert "Jonas, famille de 4" in desk.lines[4]
        assert "Ctrl+P tous les actes  ? touches" in desk.lines[-1]


async def test_below_60_by_16_a_sentence_asks_for_room(open_desk: OpenDesk) -> None:
    async with open_desk((50, 12)) as desk:
        assert "Agrandissez la fenêtre" in desk.text
        assert "RETARD" not in "\n".join(desk.lines[1:])


@pytest.mark.parametrize(
    "size", [(60, 16), (66, 20), (79, 24), (100, 30), (116, 24), (159, 40), (160, 40), (180, 50)]
)
async def test_no_row_is_wider_than_the_screen_at_any_size(
    open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    async with open_desk(size) as desk:
        assert len(desk.lines) == size[1]
        assert all(len(line) == size[0] for line in desk.lines)
        assert "RET" in desk.text and "18:42" in desk.lines[0]


async def test_the_cursor_stays_on_its_promise_when_rows_come_and_go(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("down", "down", "down")
        assert desk.board.list.current is not None
        key = desk.board.list.current.key
        newer = replace(
            promises()[0], id=9000, ref="D-9000", due_at=NOW - timedelta(hours=3), what="Fuite d'eau"
        )
        desk.source.rows = (newer, *promises()[2:])
        desk.board.reload()
        await quiet(desk.pilot)
        assert desk.board.list.current.key == key
        assert desk.lines[3].startswith(" ▲ RETARD   -3 h 00  Fuite d'eau")


async def test_the_cursor_falls_on_the_line_that_took_the_place_of_a_promise_gone(
    open_desk: OpenDesk,
) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("down")
        desk.source.rows = tuple(row for row in desk.source.rows if row.id != 2418)
        desk.board.reload()
        await quiet(desk.pilot)
        assert desk.board.list.current is not None
        assert desk.board.list.current.id == 2419


async def test_typing_a_filter_narrows_the_list_and_escape_takes_it_off(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36)) as desk:
        await desk.press("slash", *"jona")
        assert [promise.id for promise in desk.board.list.promises] == [2417]
        await desk.press("enter")
        assert "/jona" in desk.lines[2] and "1 sur 1" in desk.lines[2]
        desk.board.reload()
        await quiet(desk.pilot)
        assert len(desk.board.list.promises) == 1, "the filter stays over a refresh"
        await desk.press("escape")
        assert len(desk.board.list.promises) == 40


async def test_a_filter_that_keeps_nothing_says_so_and_how_to_leave(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("slash", *"qqqq", "enter")
        assert "Rien ici ne répond à «" in desk.text and "Échap ôter le filtre" in desk.text
        await desk.press("escape")
        assert desk.board.list.display


async def test_an_empty_board_is_good_news(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36), promises=()) as desk:
        assert "Rien ne presse.  n pour noter une demande" in desk.text
        assert "▲ 0 retard " in desk.lines[0]


async def test_a_view_is_two_keys(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36)) as desk:
        await desk.press("v", "e")
        assert [promise.id for promise in desk.board.list.promises] == [2417, 2418]


async def test_an_act_is_for_the_marked_promises_else_for_the_selected_one(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("t")
        await desk.press("space", "space")
        assert "2 cochées" in desk.lines[-1]
        assert desk.lines[3].startswith("■▲ RETARD")
        await desk.press("t", "escape")
        assert [tuple(p.id for p in ask.promises) for ask in desk.asked] == [(2417,), (2417, 2418)]
        assert "cochées" not in desk.lines[-1]


async def test_the_whole_detail_takes_the_place_of_the_list_on_a_small_screen(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("right")
        assert desk.board.query_one(DetailPane).has_focus
        assert "À faire maintenant" in desk.text and "Clé 117" not in desk.text
        await desk.press("left")
        assert desk.board.query_one(PromiseList).has_focus
        assert "Clé 117" in desk.text


async def test_the_detail_follows_the_cursor(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36)) as desk:
        await desk.press("down", "down")
        assert "D-2419" in desk.lines[2] and "Bernadette, gîte" in desk.text


async def test_the_minute_moves_times_and_what_became_late(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        desk.clock.advance(timedelta(minutes=9))
        desk.app.tick()
        await quiet(desk.pilot)
        assert "3 retards" in desk.lines[0] and "18:51" in desk.lines[0]
        assert desk.lines[3].startswith("▌▲ RETARD   -27 min")
        assert desk.lines[5].startswith(" ▲ RETARD    -1 min  Rappel, terminal c…")


async def test_the_language_changes_at_once_and_everywhere(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36)) as desk:
        desk.app.change_language("en")
        await quiet(desk.pilot)
        assert "▲ LATE" in desk.text and "tomorrow · Thursday 25 March" in desk.text
        assert "Enter open" in desk.lines[-1]
        assert "RETARD" not in desk.text and "Reste" not in desk.text


@pytest.mark.parametrize("theme", ["desk-nuit", "desk-jour", "desk-mono"])
async def test_every_theme_says_state_by_sign_and_word(open_desk: OpenDesk, theme: str) -> None:
    async with open_desk((80, 24), theme=theme) as desk:
        assert "▲ RETARD" in desk.text and "● bientôt" in desk.text and "○ attente" in desk.text


async def test_the_theme_changes_while_the_desk_is_open(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:

        def ground() -> object:
            style = list(desk.board.list.render_line(5))[2].style
            return style.bgcolor if style else None

        before = ground()
        desk.app.action_next_theme()
        await quiet(desk.pilot)
        assert ground() != before


async def test_ascii_signs_leave_no_other_sign_behind(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24), glyph_set="ascii") as desk:
        row = desk.lines[3]
        assert row.startswith(">! RETARD   -18 min")


async def test_modes_change_by_f_key_and_by_g(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("f3")
        assert desk.app.current_mode == "providers"
        await desk.press("g", "t")
        assert desk.app.current_mode == "board"
        await desk.press("f7")
        assert desk.app.current_mode == "board", "a mode without a screen is not there"


async def test_the_palette_runs_an_act_by_name_and_remembers_it(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("ctrl+p", *"statut", "enter")
        assert [ask.act for ask in desk.asked] == ["board.status"]
        await desk.press("ctrl+p", "enter")
        assert [ask.act for ask in desk.asked] == ["board.status", "board.status"]


class _Failing(GallerySource):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    def load(self) -> Snapshot:
        if self.error is not None:
            raise self.error
        return super().load()

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        return super().detail(kind, promise_id)


async def test_an_expected_error_is_one_sentence_that_stays_until_it_is_put_away(open_desk: OpenDesk) -> None:
    source = _Failing(Unavailable("The database is busy. Try again."))
    async with open_desk((80, 24), source=source) as desk:
        assert "▌ The database is busy. Try again." in desk.text and "Échap écarter" in desk.text
        source.error = None
        await desk.press("escape", "ctrl+r")
        assert "busy" not in desk.text and "▲ RETARD" in desk.text


async def test_an_unexpected_error_is_logged_and_the_desk_stays_open(
    open_desk: OpenDesk, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_desk((80, 24), source=_Failing(ZeroDivisionError("boom"))) as desk:
        assert "Un imprévu est survenu." in desk.text
        assert "boom" not in desk.text
        assert "ZeroDivisionError" in caplog.text
        await desk.press("escape", "v", "escape")
        assert desk.app.is_running


async def test_other_desks_writes_arrive_by_the_token(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        desk.source.rows = desk.source.rows[1:]
        desk.board._poll()
        await quiet(desk.pilot)
        assert "Remise de clés 204" in desk.lines[3]
        desk.source.version = 1
        desk.board._poll()
        await quiet(desk.pilot)
        assert "Clé 117 à rendre" in desk.lines[3]


async def test_what_was_done_is_said_in_one_line_over_the_footer(open_desk: OpenDesk) -> None:
    async with open_desk((120, 36)) as desk:
        desk.board.say("Clé 204 remise à Jonas", "desk.undo")
        await quiet(desk.pilot)
        assert desk.lines[-2].rstrip().endswith("✓ Clé 204 remise à Jonas · u annuler")
        desk.board.say("deux")
        desk.board.say("trois")
        assert desk.board.toasts.said == ("deux", "trois")
