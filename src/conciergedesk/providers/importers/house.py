"""What the house says about other people's files: ``providers/imports.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.housefile import Table, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.providers.importers.values import FIELDS
from conciergedesk.providers.search.lexicon import Lexicon

FILE = "imports.toml"


@dataclass(frozen=True, slots=True)
class ImportWords:
    """Headers by folded name, and the trades behind tags of maps and kinds of tourism exports."""

    headers: Mapping[str, str]
    osm: Mapping[str, str]
    datatourisme: Mapping[str, str]

    def columns(self, headers: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[int, str]:
        """Which field each column holds, by place.

        Args:
            headers: The first row of the table.
            chosen: Field to header, decided by the operator; an empty header leaves a field out.

        Raises:
            InvalidInput: a chosen header or field does not exist, or no column holds the name.
        """
        chosen = chosen or {}
        places = {fold(header): place for place, header in reversed(list(enumerate(headers)))}
        found: dict[int, str] = {}
        for field, header in chosen.items():
            if field not in FIELDS:
                raise InvalidInput(
                    N_("There is no field “{value}”. Fields: {known}."),
                    field="columns",
                    value=clean_line(field, 40),
                    known=", ".join(FIELDS),
                )
            if header and fold(header) not in places:
                raise InvalidInput(
                    N_("There is no column “{value}”. Columns: {known}."),
                    field="columns",
                    value=clean_line(header, 40),
                    known=", ".join(clean_line(one, 30) for one in headers)[:300],
                )
            if header:
                found[places[fold(header)]] = field
        for place, header in enumerate(headers):
            known = self.headers.get(fold(header))
            if place not in found and known is not None and known not in chosen:
                found[place] = known
        if "name" not in found.values():
            raise InvalidInput(
                N_("No column holds the name. Columns: {known}. Say which one it is."),
                field="name",
                known=", ".join(clean_line(one, 30) for one in headers)[:300],
            )
        return dict(sorted(found.items()))


def read_import_words(folder: Path, lexicon: Lexicon) -> ImportWords:
    """Read ``imports.toml``.

    Raises:
        InvalidFile: an unknown field or trade, or a header that is given twice.
    """
    house = read_house_file(folder / FILE)
    house.only("columns", "osm", "datatourisme")
    columns = house.table("columns")
    columns.only(*FIELDS)
    headers: dict[str, str] = {}
    for field in columns.values:
        for header in columns.words(field):
            other = headers.setdefault(fold(header), field)
            if other != field:
                raise columns.refuse(N_("“{name}” is written twice here. Keep one."), field, name=header)
    return ImportWords(
        headers, _trades(house.table("osm"), lexicon), _trades(house.table("datatourisme"), lexicon)
    )


def _trades(table: Table, lexicon: Lexicon) -> dict[str, str]:
    found = {}
    for name in table.values:
        code = table.text(name)
        if code not in lexicon.trades:
            raise table.refuse(N_("There is no trade “{code}”."), name, code=code)
        found[name] = code
    return found
