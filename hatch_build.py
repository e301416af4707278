"""Build hook: compiles the message catalogues so that an installed desk never has to."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Merges ``locale/<language>/*.po`` into one ``conciergedesk.mo`` per language."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for folder in sorted((Path(self.root) / "src/conciergedesk/locale").iterdir()):
            files = sorted(folder.glob("*.po"))
            if not files:
                continue
            whole = Catalog(locale=folder.name)
            for file in files:
                with file.open("rb") as source:
                    for message in read_po(source, locale=folder.name):
                        if message.id and message.string:
                            whole.add(message.id, message.string, context=message.context)
            target = io.BytesIO()
            write_mo(target, whole)
            compiled = folder / "conciergedesk.mo"
            compiled.write_bytes(target.getvalue())
            build_data["artifacts"].append(str(compiled.relative_to(self.root)))
