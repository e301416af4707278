"""Widgets that paint their own lines from rows of pieces, so that columns end on the cell they should."""

from __future__ import annotations

from typing import ClassVar

from rich.color import Color as RichColor
from rich.segment import Segment, Segments
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from conciergedesk.core.i18n import active_language
from conciergedesk.ui.cells import Palette, Row
from conciergedesk.ui.glyphs import Glyphs, glyphs

_BACK, _BAR = RichColor.parse("black"), RichColor.parse("white")
_palettes: dict[str, Palette] = {}

Look = tuple[int, str, str, Glyphs]
"""What painted lines depend on besides their values: width, theme, language, signs."""


def palette_of(theme: Theme) -> Palette:
    """The palette of a theme, made once."""
    if (palette := _palettes.get(theme.name)) is None:
        palette = _palettes[theme.name] = Palette(theme.variables)
    return palette


def look_of(widget: Widget, width: int) -> Look:
    return (width, widget.app.theme, active_language(), glyphs())


class Painted(Widget):
    """A widget of a few lines that does not scroll. Subclasses give ``paint``; values change by ``repaint``."""

    GROUND: ClassVar[str] = "bg"

    _strips: list[Strip] | None = None
    _look: Look | None = None

    def paint(self, width: int) -> list[Row]:
        """The lines for ``width`` cells."""
        raise NotImplementedError

    def repaint(self, *, layout: bool = False) -> None:
        """Forget the painted lines and paint again."""
        self._strips = None
        self.refresh(layout=layout)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.paint(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        palette = palette_of(self.app.current_theme)
        look = look_of(self, width)
        if self._strips is None or look != self._look:
            self._look = look
            self._strips = [row.strip(palette, width, self.GROUND) for row in self.paint(width)]
        if y < len(self._strips):
            return self._strips[y]
        return Row().strip(palette, width, self.GROUND)


class ThinBar(ScrollBarRender):
    """A scroll bar that is a line: thick where one is, thin elsewhere."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: RichColor = _BACK,
        bar_color: RichColor = _BAR,
    ) -> Segments:
        signs = glyphs()
        bar = Style(color=bar_color, bgcolor=back_color)
        faint = Color.from_rich_color(bar_color).blend(Color.from_rich_color(back_color), 0.6)
        track = Style(color=faint.rich_color, bgcolor=back_color)
        top, end = 0, size
        if window_size and size and virtual_size and size != virtual_size:
            length = max(1, round(window_size / virtual_size * size))
            span = max(virtual_size - window_size, 1)
            top = round(position / span * (size - length))
            end = top + length
        up, down = {"@mouse.down": "scroll_up"}, {"@mouse.down": "scroll_down"}
        lines = []
        for place in range(size):
            here = top <= place < end
            meta = {"@mouse.down": "grab"} if here else up if place < top else down
            style = (bar if here else track) + Style.from_meta(meta)
            lines.append(Segment((signs.arrival if here else signs.rail) * thickness, style))
            lines.append(Segment.line())
        return Segments(lines)


class PaintedScroll(ScrollView):
    """The same for lines that may be more than fit."""

    GROUND: ClassVar[str] = "bg"

    _strips: list[Strip] | None = None
    _look: Look | None = None

    def paint(self, width: int) -> list[Row]:
        """The lines for ``width`` cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Forget the painted lines and paint again."""
        self._strips = None
        if self.is_mounted:
            self._paint_now()
        self.refresh()

    def _paint_now(self) -> list[Strip]:
        width = self.scrollable_content_region.width
        if width <= 0:
            return []
        look = look_of(self, width)
        if self._strips is None or look != self._look:
            self._look = look
            palette = palette_of(self.app.current_theme)
            self._strips = [row.strip(palette, width, self.GROUND) for row in self.paint(width)]
            self.virtual_size = Size(width, len(self._strips))
        return self._strips

    def on_mount(self) -> None:
        self.vertical_scrollbar.renderer = ThinBar  # type: ignore[misc]

    def on_resize(self) -> None:
        self._paint_now()

    def render_line(self, y: int) -> Strip:
        strips = self._paint_now()
        y += self.scroll_offset.y
        if y < len(strips):
            return strips[y]
        return Row().strip(palette_of(self.app.current_theme), self.size.width, self.GROUND)
