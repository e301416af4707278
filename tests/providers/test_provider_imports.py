"""Listings in and out: the dry run, undoing a whole import, and files that want to do harm."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.read import pick
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidFile, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.journal import JournalLine, verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues
from conciergedesk.providers.exporters import export_providers, guarded
from conciergedesk.providers.finder import Finder
from conciergedesk.providers.found import Search
from conciergedesk.providers.importers import sheets
from conciergedesk.providers.importers.apply import Imported, ImportUndone, apply_import, undo_import
from conciergedesk.providers.importers.house import ImportWords, read_import_words
from conciergedesk.providers.importers.listing import Kind, open_listing
from conciergedesk.providers.importers.plan import ImportPlan, RowFate, plan_import
from conciergedesk.providers.importers.values import bare_cell
from conciergedesk.providers.queries import imports, provider_card, ref
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.providers.tables import Provider, ProviderImportChange, ProviderPhone

HEADER = "id,nom,métier,adresse,code postal,ville,téléphone,horaires,langues"
ROWS = (
    "A1,Boulangerie du Lac,Boulangerie,1 rue Basse,57000,Metz,03 53 01 10 01,Tu-Su 06:30-19:00,fr de",
    "A2,Taxi du Lac,Taxi,2 rue Basse,57000,Metz,06 39 98 10 02,24/7,fr",
    "A3,Spa du Lac,spa,3 rue Basse,57000,Metz,03 53 01 10 03,Mo-Su 10:00-20:00,fr en",
)


@lru_cache
def rules() -> CardRules:
    return CardRules(read_lexicon(), load_holidays(knowledge_base()))


@lru_cache
def words() -> ImportWords:
    return read_import_words(knowledge_base() / "providers", rules().lexicon)


def csv_file(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "liste.csv"
    path.write_bytes(("\n".join((header, *rows)) + "\n").encode(encoding))
    return path


def plan(desk: Desk, path: Path, **options: object) -> ImportPlan:
    chosen = {
        name: options.pop(name) for name in ("kind", "columns", "encoding", "source") if name in options
    }
    listing = open_listing(path, words(), **chosen)  # type: ignore[arg-type]
    with desk.read() as session:
        return plan_import(session, listing, rules(), **options)  # type: ignore[arg-type]


def take_in(desk: Desk, path: Path, **options: object) -> Imported:
    with plan(desk, path, **options) as made:
        return desk.act(SYSTEM, apply_import, made)


def counts(made: ImportPlan) -> dict[str, int]:
    return {str(fate): count for fate, count in made.counts.items() if count}


def refusals(made: ImportPlan) -> list[tuple[int, str]]:
    return [(one.row, one.field) for one in made.refusals]


def how_many(session: Session) -> tuple[int, int]:
    return (
        int(session.exec(pick(func.count(col(Provider.id)))).one()[0]),
        int(session.exec(pick(func.count(col(ProviderPhone.id)))).one()[0]),
    )


def named(session: Session) -> list[str]:
    return [name for (name,) in session.exec(pick(Provider.name).order_by(col(Provider.name)))]


def test_a_dry_run_writes_nothing_and_the_import_what_it_said(desk: Desk, tmp_path: Path) -> None:
    path = csv_file(tmp_path, *ROWS)
    made = plan(desk, path)
    assert counts(made) == {"added": 3} and desk.ask(how_many) == (0, 0)
    done = desk.act(SYSTEM, apply_import, made)
    assert (done.added, desk.ask(how_many)) == (3, (3, 3))
    card = desk.ask(provider_card, 1)
    assert card.brief.trades == ("bakery",) and card.brief.languages == ("fr", "de")
    assert card.numbers[0].e164 == "+33353011001" and card.source_id == "A1"
    lines = desk.ask(lambda session: list(session.exec(pick(JournalLine.act, JournalLine.facts))))
    assert [act for act, _facts in lines] == ["provider.imported"], "one line for the whole import"
    with desk.read() as session:
        assert verify(session, desk.key) is None


def test_importing_the_same_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = csv_file(tmp_path, *ROWS)
    take_in(desk, path)
    assert counts(plan(desk, path)) == {"same": 3}
    take_in(desk, path)
    assert desk.ask(how_many) == (3, 3)


def test_a_changed_line_changes_its_fields_and_no_others(desk: Desk, ines: Actor, tmp_path: Path) -> None:
    take_in(desk, csv_file(tmp_path, *ROWS))
    desk.act(ines, providers.change_provider, rules(), 1, {"note": "sonner fort", "commune": "Metz-Sud"})
    changed = ROWS[0].replace("1 rue Basse", "9 rue Haute").replace("10 01", "10 99")
    made = plan(desk, csv_file(tmp_path, changed, *ROWS[1:]))
    assert counts(made) == {"changed": 1, "same": 2}
    assert made.examples[RowFate.CHANGED][0].fields == ("address", "phones")
    desk.act(SYSTEM, apply_import, made)
    card = desk.ask(provider_card, 1)
    assert card.values.address == "9 rue Haute" and card.numbers[0].e164 == "+33353011099"
    assert card.values.note == "sonner fort", "a field the listing does not speak of"
    assert card.values.commune == "Metz-Sud", "a field the team has corrected"


def test_a_whole_import_is_taken_back(desk: Desk, ines: Actor, tmp_path: Path) -> None:
    take_in(desk, csv_file(tmp_path, *ROWS))
    changed = ROWS[0].replace("1 rue Basse", "9 rue Haute").replace("10 01", "10 99")
    new = "A4,Gîte du Lac,Gîte,4 rue Basse,57000,Metz,,,fr"
    edited = new.replace("A4", "A5").replace("Gîte", "Camping").replace("Gîte", "Camping")
    done = take_in(desk, csv_file(tmp_path, changed, *ROWS[1:], new, edited))
    assert (done.added, done.changed) == (2, 1)
    desk.act(ines, providers.change_provider, rules(), 5, {"note": "vu"})
    undone = desk.act(SYSTEM, undo_import, done.id)
    assert undone == ImportUndone(removed=1, restored=1, kept=1)
    card = desk.ask(provider_card, 1)
    assert card.values.address == "1 rue Basse" and card.numbers[0].e164 == "+33353011001"
    assert len(desk.ask(named)) == 4
    assert desk.ask(imports)[0].state == "undone"
    with pytest.raises(RuleRefused):
        desk.act(SYSTEM, undo_import, done.id)


def test_what_hangs_on_an_imported_provider_keeps_it(desk: Desk, ines: Actor, tmp_path: Path) -> None:
    done = take_in(desk, csv_file(tmp_path, *ROWS))
    desk.act(ines, providers.add_exception, 2, first=desk.clock.now().date(), reason="congés")
    desk.act(ines, lambda unit: providers.mark_used(unit, [3]))
    assert desk.act(SYSTEM, undo_import, done.id) == ImportUndone(removed=1, restored=0, kept=2)


def test_an_import_that_was_overtaken_writes_nothing(desk: Desk, ines: Actor, tmp_path: Path) -> None:
    take_in(desk, csv_file(tmp_path, *ROWS))
    late = plan(
        desk, csv_file(tmp_path, ROWS[0].replace("1 rue", "9 rue"), "A9,Bar du Lac,Bar,,57000,Metz,,,fr")
    )
    desk.act(ines, providers.change_provider, rules(), 1, {"note": "x"})
    before = desk.ask(how_many)
    with pytest.raises(Conflict):
        desk.act(SYSTEM, apply_import, late)
    assert desk.ask(how_many) == before
    twice = csv_file(tmp_path, "A9,Bar du Lac,Bar,,57000,Metz,,,fr")
    first, second = plan(desk, twice), plan(desk, twice)
    desk.act(SYSTEM, apply_import, first)
    with pytest.raises(Conflict):
        desk.act(SYSTEM, apply_import, second)


def test_an_import_can_be_stopped_in_both_halves(desk: Desk, tmp_path: Path) -> None:
    path = csv_file(tmp_path, *ROWS)
    with pytest.raises(RuleRefused):
        plan(desk, path, stopped=lambda: True)
    made = plan(desk, path)
    with pytest.raises(RuleRefused):
        desk.act(SYSTEM, apply_import, made, stopped=lambda: True)
    assert desk.ask(how_many) == (0, 0)
    shares: list[float] = []
    desk.act(SYSTEM, apply_import, made, progress=lambda share, _what: shares.append(share))
    assert shares == [1.0]


def test_importing_needs_its_right(desk: Desk, ines: Actor, tmp_path: Path) -> None:
    made = plan(desk, csv_file(tmp_path, *ROWS))
    with pytest.raises(NotAllowed):
        desk.act(ines, apply_import, made)


def test_a_provider_of_another_listing_is_told_as_a_duplicate(desk: Desk, tmp_path: Path) -> None:
    take_in(desk, csv_file(tmp_path, *ROWS))
    path = csv_file(
        tmp_path,
        ROWS[0].replace("A1", "Z7").replace("Boulangerie du", "BOULANGERIE DU"),
        "Z8,Bar,Bar,,,Metz,,,",
    )
    made = plan(desk, path, source="autre")
    assert counts(made) == {"added": 1, "duplicate": 1}
    assert made.examples[RowFate.DUPLICATE][0].of == ref(1)
    assert counts(plan(desk, path, source="autre", keep_duplicates=True)) == {"added": 2}
    far = csv_file(tmp_path, ROWS[0].replace("A1", "Z7").replace("1 rue Basse", "88 avenue Loin"))
    assert counts(plan(desk, far, source="autre")) == {"added": 1}


def test_rows_without_an_identifier_are_found_again(desk: Desk, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "Café du Port,Café,Metz",
        "Café du Port,Café,Metz",
        header="nom;métier;ville".replace(";", ","),
    )
    made = plan(desk, path)
    assert counts(made) == {"added": 1, "refused": 1} and refusals(made) == [(3, "id")]
    desk.act(SYSTEM, apply_import, made)
    assert counts(plan(desk, path)) == {"same": 1, "refused": 1}


def test_bad_rows_are_refused_by_row_field_and_reason_and_the_rest_goes_in(
    desk: Desk, tmp_path: Path
) -> None:
    path = csv_file(
        tmp_path,
        ROWS[0],
        "A4,Bar,Bar,,57000,Metz,,Mo-Fr 25:00,fr",
        "A5,Coupé,Bar,,57000",
        '=HYPERLINK("http://x"),Nom,Bar,,57000,Metz,,,fr',
        "A6,=1+1,Bar,,57000,Metz,,,fr",
        "A1,Encore,Bar,,57000,Metz,,,fr",
        "A7,,Bar,,57000,Metz,,,fr",
        "A8,Klingon,Bar,,57000,Metz,,,tlh!",
        'A9,Guillemet,Bar,"jamais fermé,57000,Metz,,,fr',
        ROWS[1],
    )
    made = plan(desk, path)
    assert counts(made) == {"added": 2, "refused": 8}
    assert refusals(made) == [
        (3, "hours"), (4, ""), (5, "id"), (6, "name"), (7, "id"), (8, "name"), (9, "languages"), (10, ""),
    ]  # fmt: skip
    assert "25:00" in made.refusals[0].in_language("en")
    assert all(one.in_language("fr") != one.in_language("en") for one in made.refusals)
    desk.act(SYSTEM, apply_import, made)
    assert desk.ask(named) == ["Boulangerie du Lac", "Taxi du Lac"]


def test_hours_nobody_understands_can_be_kept_and_are_never_open(
    sqlite_desk: Desk, clock: FixedClock, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "A4,Bar du Lac,Bar,,57000,Metz,,Mo-Fr 25:00,fr")
    made = plan(sqlite_desk, path, keep_doubtful_hours=True)
    assert made.warnings[0].field == "hours"
    sqlite_desk.act(SYSTEM, apply_import, made)
    found = Finder(sqlite_desk, rules().holidays).find("bar du lac", Search(now=clock.now()))
    assert found.rows[0].status.state == "to_confirm"


def test_a_number_that_is_wrong_is_kept_with_a_warning(desk: Desk, tmp_path: Path) -> None:
    made = plan(desk, csv_file(tmp_path, "A4,Bar du Lac,Bar,,57000,Metz,+4,,fr"))
    assert (made.warned, made.warnings[0].row, made.warnings[0].field) == (1, 2, "phones")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_the_first_bytes_say_is_believed(desk: Desk, tmp_path: Path, encoding: str) -> None:
    assert counts(plan(desk, csv_file(tmp_path, *ROWS, encoding=encoding))) == {"added": 3}


def test_another_encoding_is_refused_by_row_or_read_when_it_is_named(desk: Desk, tmp_path: Path) -> None:
    header = "id,nom,ville"
    path = csv_file(tmp_path, "A1,Crêperie,Metz", "A2,Bar,Metz", header=header, encoding="cp1252")
    made = plan(desk, path)
    assert refusals(made) == [(2, "")] and counts(made) == {"added": 1, "refused": 1}
    assert counts(plan(desk, path, encoding="cp1252")) == {"added": 2}
    with pytest.raises(InvalidFile):
        plan(desk, csv_file(tmp_path, *ROWS, encoding="cp1252"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_usual_delimiter_is_read(desk: Desk, tmp_path: Path, delimiter: str) -> None:
    rows = [row.replace(",", delimiter) for row in ROWS]
    assert counts(plan(desk, csv_file(tmp_path, *rows, header=HEADER.replace(",", delimiter)))) == {
        "added": 3
    }


def test_quotes_inside_a_cell_do_not_swallow_the_next_row(desk: Desk, tmp_path: Path) -> None:
    made = plan(
        desk,
        csv_file(
            tmp_path,
            'A1,Pizza 12" du Lac,Pizzeria,,57000,Metz,,,fr',
            'A2,"Bar ""Chez\nLou""",Bar,,57000,Metz,,,fr',
            ROWS[2],
        ),
    )
    assert counts(made) == {"added": 3}
    assert [one.name for one in made.examples[RowFate.ADDED]] == [
        'Pizza 12" du Lac',
        'Bar "Chez Lou"',
        "Spa du Lac",
    ]


def test_columns_can_be_chosen(desk: Desk, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "1,Bar du Lac,Metz", header="numéro,Sigle,Endroit")
    with pytest.raises(InvalidInput) as refusal:
        plan(desk, path)
    assert "Sigle" in str(refusal.value)
    columns = {"name": "sigle", "commune": "Endroit", "id": "numéro"}
    assert counts(plan(desk, path, columns=columns)) == {"added": 1}
    with pytest.raises(InvalidInput):
        plan(desk, path, columns={"name": "absent"})
    with pytest.raises(InvalidInput):
        plan(desk, path, columns={"nom": "Sigle"})


def workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_workbook_is_read_and_its_formulas_are_refused(desk: Desk, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "liste.xlsx",
        [
            HEADER.split(","),
            [
                "A1",
                "Bar du Lac",
                "Bar",
                "1 rue Basse",
                57000,
                "Metz",
                "03 53 01 10 01",
                "Mo-Sa 10:00-23:00",
                "fr",
            ],
            ["A2", "=CMD()", "Bar", "", 57000, "Metz", "", "", "fr"],
            [],
            ["A3", "Taxi du Lac", "Taxi", None, 57000.0, "Metz", None, "24/7", "fr"],
        ],
    )
    made = plan(desk, path)
    assert counts(made) == {"added": 2, "refused": 1} and refusals(made) == [(3, "name")]
    desk.act(SYSTEM, apply_import, made)
    assert desk.ask(provider_card, 2).values.postcode == "57000"


def bomb(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_archives_that_would_unpack_to_too_much_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = bomb(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b"0" * 20_000_000})
    with pytest.raises(InvalidFile):
        sheets.check_archive(packed)
    many = bomb(tmp_path / "b.xlsx", {f"{number}": b"" for number in range(600)})
    with pytest.raises(InvalidFile):
        sheets.check_archive(many)
    monkeypatch.setattr(sheets, "UNPACKED_LIMIT", 1000)
    claimed = workbook(tmp_path / "c.xlsx", [["nom"], ["Bar"]])
    with pytest.raises(InvalidFile):
        sheets.check_archive(claimed)


def test_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "grand.csv"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: it needs no room on the disk
    with pytest.raises(InvalidFile) as refusal:
        open_listing(path, words())
    assert "1000" in str(refusal.value)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    good = workbook(tmp_path / "a.xlsx", [["nom"], ["Bar"]])
    evil = tmp_path / "evil.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(evil, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                doctype = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
                content = content.replace(b"<worksheet", doctype + b"<worksheet", 1)
            target.writestr(entry, content)
    with pytest.raises(InvalidFile):
        list(open_listing(evil, words()).rows())


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.csv", b"%PDF-1.7 \x00\x01"), ("a.xlsx", b"PK\x03\x04 damaged"), ("a.json", b"{}"),
     ("a.json", b'{"features": [{"type": "Feature", "properties"'), ("a.geojson", b"\xff\xfe\xfa[1]"),
     ("a.toml", b"[[provider]\nname = 3")],
)  # fmt: skip
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidFile) as refusal:
        list(open_listing(path, words()).rows())
    assert refusal.value.file.endswith(name)


@given(st.binary(max_size=400))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(b"id,nom,ville\n" + content)
    try:
        rows = list(open_listing(path, words()).rows())
    except InvalidFile:
        return
    assert all((row.refusal is None) != (row.values is None) for row in rows)


def test_maps_are_read_from_geojson_and_overpass(desk: Desk, tmp_path: Path) -> None:
    tags = {
        "name": "Pharmacie du Lac", "amenity": "pharmacy", "addr:housenumber": "4", "addr:street": "Rue Basse",
        "addr:city": "Metz", "addr:postcode": "57000", "contact:phone": "+33 3 53 01 10 09",
        "opening_hours": "Mo-Sa 08:30-19:30", "wheelchair": "yes", "language:de": "yes",
    }  # fmt: skip
    point = {"type": "Point", "coordinates": [6.17, 49.12]}
    features = [
        {"type": "Feature", "id": "node/7", "properties": tags, "geometry": point},
        {"type": "Feature", "id": "node/8", "properties": {"amenity": "bench"}, "geometry": point},
        {
            "type": "Feature",
            "id": "node/9",
            "properties": tags | {"opening_hours": "Mo-Xx 99:00"},
            "geometry": point,
        },
        "rubbish",
    ]
    path = tmp_path / "lieux.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    made = plan(desk, path)
    assert counts(made) == {"added": 1, "refused": 2} and refusals(made) == [(3, "hours"), (4, "")]
    desk.act(SYSTEM, apply_import, made)
    card = desk.ask(provider_card, 1)
    assert (
        card.brief.trades == ("pharmacy",) and card.values.address == "4 Rue Basse" and card.values.accessible
    )
    elements = {
        "version": 0.6,
        "elements": [{"type": "node", "id": 7, "lat": 49.12, "lon": 6.17, "tags": tags}],
    }
    (tmp_path / "overpass.json").write_text(json.dumps(elements), encoding="utf-8")
    assert counts(plan(desk, tmp_path / "overpass.json")) == {"same": 1}


def test_tourism_exports_are_read_as_objects_and_as_a_table(desk: Desk, tmp_path: Path) -> None:
    thing = {
        "@id": "https://data.datatourisme.example/31/abc",
        "dc:identifier": "LOR-31",
        "@type": ["schema:Hotel", "Hotel", "Accommodation"],
        "rdfs:label": {"fr": ["Hôtel du Lac"], "en": ["Lake Hotel"]},
        "isLocatedAt": [
            {
                "schema:address": [
                    {
                        "schema:streetAddress": ["1 quai"],
                        "schema:postalCode": "57000",
                        "schema:addressLocality": "Metz",
                    }
                ],
                "schema:geo": {"schema:latitude": "49.12", "schema:longitude": "6.17"},
            }
        ],
        "hasContact": [{"schema:telephone": ["03 53 01 10 11"], "foaf:homepage": ["https://lac.example"]}],
    }
    event = {"@id": "x", "@type": ["Event"], "rdfs:label": {"fr": ["Fête"]}}
    path = tmp_path / "flux.json"
    path.write_text(json.dumps([thing, event]), encoding="utf-8")
    assert open_listing(path, words()).kind is Kind.DATATOURISME
    take_in(desk, path)
    card = desk.ask(provider_card, 1)
    assert (card.name, card.brief.trades, card.brief.commune) == ("Hôtel du Lac", ("hotel",), "Metz")
    assert card.numbers[0].e164 == "+33353011011"


def test_the_houses_own_tables_are_read(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "providers.toml"
    path.write_text(
        '[[provider]]\nid = "p1"\nname = "Ferme du Lac"\ntrades = ["local_producer", "Épicerie fine"]\n'
        'phones = ["03 53 01 10 12"]\naccessible = true\n\n[[provider]]\nname = "Bar"\ncouleur = "bleu"\n',
        encoding="utf-8",
    )
    made = plan(desk, path)
    assert counts(made) == {"added": 1, "refused": 1} and refusals(made) == [(2, "couleur")]
    desk.act(SYSTEM, apply_import, made)
    assert desk.ask(provider_card, 1).brief.trades == ("local_producer", "fine_food")


HOSTILE = ('=HYPERLINK("http://x")', "+1", "-1", "@x", "＝1+1", "'déjà", "a\u202eb", "[@click=app.quit]x[/]")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_runs_nothing_and_reads_back_as_the_same(desk: Desk, tmp_path: Path, ending: str) -> None:
    for turn, name in enumerate(HOSTILE):
        values = ProviderValues(
            name=f"{name}",
            tags=name,
            note=f"ligne 1\n{name}",
            phones=(f"03 53 01 20 {turn:02d} (bureau)",),
            commune="Metz",
        )
        desk.act(SYSTEM, providers.add_provider, rules(), values)
    path = tmp_path / f"sortie.{ending}"
    assert desk.ask(export_providers, path) == len(HOSTILE)
    if ending == "csv":
        for line in path.read_text(encoding="utf-8-sig").replace('""', "").split('"')[1::2]:
            assert not line.startswith(("=", "+", "-", "@", "＝")), line
    else:
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)
    made = plan(desk, path)
    assert counts(made) == {"same": len(HOSTILE)}, [e for e in made.examples[RowFate.CHANGED]] + made.refusals


def test_an_edited_export_comes_back_as_changes(desk: Desk, tmp_path: Path) -> None:
    take_in(desk, csv_file(tmp_path, *ROWS))
    path = tmp_path / "sortie.csv"
    desk.ask(export_providers, path)
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("Taxi du Lac", "Taxi de la Seille"), encoding="utf-8"
    )
    made = plan(desk, path)
    assert counts(made) == {"changed": 1, "same": 2}
    desk.act(SYSTEM, apply_import, made)
    assert "Taxi de la Seille" in desk.ask(named)


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_guarded_cell_is_bare_again(text: str) -> None:
    text = text.strip(" \u00a0\u202f")
    if not text.startswith("'"):
        assert bare_cell(guarded(text)) == text


def test_a_thousand_rows_with_one_bad_one(desk: Desk, tmp_path: Path) -> None:
    rows = [f"B{n},Bar {n},Bar,{n} rue Basse,57000,Metz,,,fr" for n in range(1, 1001)]
    rows[699] = "B700,Bar 700,Bar"
    made = plan(desk, csv_file(tmp_path, *rows))
    assert counts(made) == {"added": 999, "refused": 1} and refusals(made) == [(701, "")]
    done = desk.act(SYSTEM, apply_import, made)
    assert desk.ask(how_many)[0] == 999
    desk.act(SYSTEM, undo_import, done.id)
    assert desk.ask(how_many) == (0, 0)
    left = desk.ask(lambda session: session.exec(pick(func.count(col(ProviderImportChange.id)))).one()[0])
    assert left == 0


def test_an_export_needs_a_known_ending(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        desk.ask(export_providers, tmp_path / "x.pdf")


def test_a_workbook_of_our_own_with_many_columns_is_cut_at_its_header(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["nom", "ville"])
        sheet.write_row(1, 0, ["Bar", "Metz", "", "en trop"])
    (row,) = open_listing(path, words()).rows()
    assert row.values is not None and row.values.name == "Bar"
