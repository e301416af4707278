"""The provider search as an operator meets it, on a small border town listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile
from conciergedesk.providers.search.engine import SearchIndex
from conciergedesk.providers.search.entry import (
    Agreement,
    ChipKind,
    OpenState,
    ProviderEntry,
    Reason,
    SearchContext,
    Standing,
)
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon
from conciergedesk.providers.search.moments import desk_moments

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 14, 0, tzinfo=UTC)


def provider(
    id: str, name: str, trade: str, commune: str = "Metz", lat: float = 49.119, lon: float = 6.176
) -> ProviderEntry:
    return ProviderEntry(id, name, (trade,), commune, lat=lat, lon=lon)


ENTRIES = (
    replace(provider("P1", "Boulangerie Bel Air", "bakery"), phones=("03 53 01 46 20",), languages=("fr",)),
    replace(
        provider("P2", "Cabinet Rive Gauche", "physio"), languages=("fr", "de"), phones=("+33639982711",)
    ),
    replace(provider("P3", "Kiné du Sablon", "physio"), languages=("fr",), accessible=True),
    provider("P4", "Physio Saarpfalz", "physio", "Saarbrücken", 49.234, 6.997),
    provider("P5", "SOS Serrures", "locksmith"),
    replace(provider("P6", "Cabinet dentaire des Charmes", "dentist"), languages=("de",)),
    provider("P7", "Dentiste de la Moulotte", "dentist", "Montigny-lès-Metz", 49.100, 6.153),
    provider("P8", "Hôtel de l'Étang", "hotel", "Saint-Avold", 49.104, 6.707),
    provider("P9", "Hôtel Restaurant Au Château d'Or", "hotel", "Thionville", 49.358, 6.168),
    replace(provider("PA", "Spa Les Bains du Lac", "spa"), languages=("de", "fr")),
    replace(provider("PB", "Spa Fermé", "spa"), standing=Standing.CLOSED),
    replace(provider("PC", "Kiné Domicile", "physio"), standing=Standing.SUSPENDED),
    replace(provider("PD", "Physiotherapie Müller", "physio", "Trier", 49.757, 6.641), country="DE"),
    provider("PE", "Restaurant La Chinoise", "restaurant"),
    provider("PF", "Pizza Roma", "pizzeria"),
    replace(provider("PG", "Taxi Étoile", "taxi"), agreement=Agreement.SIGNED, reliability=0.9),
    provider("PH", "Taxi Abeille", "taxi"),
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return read_lexicon()


@pytest.fixture(scope="module")
def index(lexicon: Lexicon) -> SearchIndex:
    index = SearchIndex(lexicon)
    index.build(ENTRIES)
    return index


def found(index: SearchIndex, query: str, context: SearchContext | None = None) -> list[str]:
    return [hit.id for hit in index.search(query, context).hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Boulangerie Bel Air", "P1"),
        ("boulangrie bel air", "P1"),
        ("bel air boulangerie", "P1"),
        ("boulangerie belair", "P1"),
        ("boulan gerie bel", "P1"),
        ("boulangeire bel air", "P1"),
        ("bpulangerie bel air", "P1"),
        ("hotel de letang", "P8"),
        ("hotel de l etan", "P8"),
        ("otel de l etent", "P8"),
        ("hotel resto chateau d'or", "P9"),
        ("hotel rest chato dor", "P9"),
        ("sos serures", "P5"),
        ("rive gauche metz", "P2"),
        ("saarpfalz sarrebruck", "P4"),
        ("muller treves", "PD"),
    ],
)
def test_a_name_is_found_however_it_is_typed(index: SearchIndex, query: str, first: str) -> None:
    assert found(index, query)[0] == first


@pytest.mark.parametrize(
    ("query", "trade"),
    [
        ("porte claquée", {"P5"}),
        ("ausgesperrt", {"P5"}),
        ("locked out", {"P5"}),
        ("kiné metz", {"P2", "P3"}),
        ("fisioterapeute metz", {"P2", "P3"}),
        ("dent", {"P6", "P7"}),
        ("zahnarzt metz", {"P6", "P7"}),
    ],
)
def test_a_need_leads_to_the_trade(index: SearchIndex, query: str, trade: set[str]) -> None:
    assert set(found(index, query)[: len(trade)]) == trade


MAP = (
    provider("B1", "Boulangerie du Centre", "bakery", lat=49.120),
    provider("B2", "Boulangerie Anne", "bakery", "Arlon", 49.680, 5.810),
    provider("B3", "Fournil Bernard", "bakery", lat=49.125),
    provider("D1", "Cabinet Vauban", "dentist", lat=49.121),
    provider("H1", "Hôtel du Lac", "hotel", "Pont-à-Mousson", 48.905, 6.054),
    provider("H2", "Hôtel Mont Royal", "hotel", lat=49.118),
    provider("L1", "SOS Serrures", "locksmith", lat=49.122),
    provider("S1", "Spa du Lac", "spa", lat=49.119),
    replace(provider("S2", "Les Bains de Lou", "spa", lat=49.118), languages=("de",)),
    provider("S3", "Spa des Alpes", "spa", "Thionville", 49.358, 6.168),
    provider("R1", "Friterie Pont de Pierre", "restaurant", "Woippy", 49.151, 6.151),
)
DESK = SearchContext(now=NOW, origin=(49.119, 6.176), find_moment=desk_moments(PARIS))


@pytest.fixture(scope="module")
def around(lexicon: Lexicon) -> SearchIndex:
    index = SearchIndex(lexicon)
    index.build(MAP)
    return index


@pytest.mark.parametrize(
    ("query", "first", "from_letter"),
    [
        ("dentiste", "D1", 4),
        ("serrurier", "L1", 4),
        ("porte claquée", "L1", 7),
        ("hotel pont a mousson", "H1", 11),
        ("spa allemand", "S1", 7),
        ("boulangerie dimanche", "B1", 8),
        ("spa thionville", "S3", 5),
    ],
)
def test_the_answer_stays_while_the_query_is_typed_to_its_end(
    around: SearchIndex, query: str, first: str, from_letter: int
) -> None:
    """A wish takes effect with its last letter: until then nothing jumps."""
    last = len(query) - 1 if query.endswith("allemand") else len(query)
    for end in range(from_letter, last + 1):
        hits = around.search(query[:end], DESK).hits
        assert hits and hits[0].id == first, query[:end]


def test_a_wish_alone_lists_everybody_who_meets_it_nearest_first(around: SearchIndex) -> None:
    assert found(around, "allemand", DESK) == ["S2"]
    everybody = found(around, "dimanche", DESK)
    assert len(everybody) == len(MAP) and everybody[-1] in ("B2", "H1")
    assert "B2" not in found(around, "10km", DESK) and len(found(around, "10km", DESK)) == 8
    assert found(around, "dimanche bou", DESK) == ["B1", "B2"]


def test_words_that_say_nothing_leave_the_nearest_of_the_trade(around: SearchIndex) -> None:
    assert found(around, "boulangerie ouverte", DESK) == ["B1", "B3", "B2"]


def test_a_trade_alone_asks_for_the_nearest_not_for_the_shortest_name(around: SearchIndex) -> None:
    assert found(around, "boulangerie", DESK) == ["B1", "B3", "B2"]


def test_one_letter_lists_whose_name_begins_with_it_nearest_first(around: SearchIndex) -> None:
    hits = around.search("s", DESK).hits
    assert [hit.id for hit in hits] == ["S1", "L1", "S3"]
    assert all(hit.why[0].reason is Reason.PREFIX for hit in hits)


def test_nobody_in_the_place_leads_to_the_nearest_and_says_so(around: SearchIndex) -> None:
    result = around.search("spa pont-à-mousson", DESK)
    assert result.widened and [hit.id for hit in result.hits][-1] == "S3"
    assert all(why.reason is not Reason.NEAR for hit in result.hits for why in hit.why)
    assert not around.search("spa metz", DESK).widened


def test_who_is_called_so_in_the_place_counts_as_of_the_trade(around: SearchIndex) -> None:
    assert found(around, "friterie woippy", DESK)[0] == "R1"


def test_a_town_is_known_by_its_names_in_the_neighbours_languages(index: SearchIndex) -> None:
    for name in ("Sarrebruck", "Saarbrücken", "saarbruecken"):
        assert found(index, f"kiné {name}")[0] == "P4", name
    assert found(index, "kiné trèves")[0] == "PD"


def test_the_town_itself_comes_before_its_neighbours(index: SearchIndex) -> None:
    result = index.search("dentiste metz")
    assert [hit.id for hit in result.hits[:2]] == ["P6", "P7"]
    assert next(w.reason for w in result.hits[1].why if w.found == "metz") is Reason.NEAR
    distance = result.hits[1].distance_km
    assert distance is not None and 2 < distance < 4


def test_closed_providers_vanish_and_suspended_ones_stand_below(index: SearchIndex) -> None:
    assert "PB" not in found(index, "spa fermé")
    hits = index.search("kiné metz").hits
    below = [hit for hit in hits if hit.id == "PC"]
    assert below[0].below is Standing.SUSPENDED
    active = [place for place, hit in enumerate(hits) if hit.below is None]
    assert max(active) < hits.index(below[0])


def test_language_and_distance_are_filters_with_chips(index: SearchIndex) -> None:
    context = SearchContext(origin=(49.119, 6.176))
    result = index.search("spa allemand 10km", context)
    assert [hit.id for hit in result.hits] == ["PA"]
    assert [(chip.kind, chip.value) for chip in result.understanding.chips] == [
        (ChipKind.TRADE, "spa"),
        (ChipKind.LANGUAGE, "de"),
        (ChipKind.DISTANCE, "10"),
    ]
    assert found(index, "kiné 10km allemand", context) == ["P2"]


def test_a_language_code_counts_only_at_the_end_of_a_plain_request(index: SearchIndex) -> None:
    assert index.understand("dentiste metz de").chip(ChipKind.LANGUAGE) is not None
    assert index.understand("fleurs de rouvray").chip(ChipKind.LANGUAGE) is None


def test_a_word_for_a_language_may_still_be_a_name(index: SearchIndex) -> None:
    assert found(index, "restaurant la chinoise")[0] == "PE"


def test_a_removed_chip_is_a_word_of_a_name_again(index: SearchIndex) -> None:
    query = "pizza roma"
    chip = index.understand(query).chips[0]
    assert chip.kind is ChipKind.TRADE
    context = SearchContext(removed=frozenset({(chip.kind.value, chip.value)}))
    assert index.understand(query, context).chips == ()
    assert found(index, query, context)[0] == "PF"


def test_the_access_wish_keeps_accessible_providers_only(index: SearchIndex) -> None:
    assert found(index, "kiné metz pmr") == ["P3"]


def test_open_providers_come_first_at_the_moment_of_the_query(index: SearchIndex) -> None:
    asked: list[datetime] = []

    def open_at(ids: Sequence[str], at: datetime) -> list[int]:
        asked.append(at)
        return [OpenState.OPEN if id == "P3" else OpenState.CLOSED for id in ids]

    context = SearchContext(now=NOW, open_at=open_at, find_moment=desk_moments(PARIS))
    result = index.search("kiné metz 20h", context)
    assert result.understanding.moment == datetime(2027, 3, 24, 19, 0, tzinfo=UTC)
    assert {at for at in asked} == {result.understanding.moment}
    assert (result.hits[0].id, result.hits[0].state) == ("P3", OpenState.OPEN)
    assert result.hits[1].id == "P2"


def test_agreement_and_reliability_decide_between_equals(index: SearchIndex) -> None:
    assert found(index, "taxi metz")[:2] == ["PG", "PH"]


def test_why_names_the_corrected_word_and_the_letters_to_highlight(index: SearchIndex) -> None:
    hit = index.search("cabinet rive gausche").hits[0]
    assert hit.id == "P2"
    assert (Reason.CORRECTED, "gausche", "gauche") in {(w.reason, w.typed, w.found) for w in hit.why}
    name = "Cabinet Rive Gauche"
    assert [name[start:end] for start, end in hit.spans] == ["Cabinet", "Rive", "Gauche"]


@pytest.mark.parametrize(
    "query",
    [
        "03 53 01 46 20",
        "0353014620",
        "+33 3 53 01 46 20",
        "0033353014620",
        "+33(0)353014620",
        "4620",
        "03530146",
    ],
)
def test_a_number_is_found_in_any_spelling(index: SearchIndex, query: str) -> None:
    assert found(index, query)[0] == "P1"


def test_a_number_with_one_wrong_digit_is_offered_as_almost_right(index: SearchIndex) -> None:
    hit = index.search("03 53 01 46 29").hits[0]
    assert (hit.id, hit.why[0].reason) == ("P1", Reason.PHONE_ALMOST)


def test_an_empty_query_and_nonsense_find_nothing_and_do_not_fail(index: SearchIndex) -> None:
    for query in ("", " ", "?!", "\x1b[31m", "+", "’"):
        assert index.search(query).hits == ()


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_searched(query: str) -> None:
    result = SMALL.search(query)
    for chip in result.understanding.chips:
        assert 0 <= chip.start <= chip.end <= len(query)


def _small() -> SearchIndex:
    index = SearchIndex(read_lexicon())
    index.build(ENTRIES)
    return index


SMALL = _small()
QUERIES = (
    "boulangerie bel air",
    "kine metz",
    "taxi",
    "gauche",
    "hotl letang",
    "spa lac",
    "cabinet",
    "0353",
    "trier",
    "chateau dor thionvile",
    "porte claquee",
    "metz",
    "le",
    "k",
)
_WORDS = st.sampled_from(
    ["bel", "air", "kine", "metz", "hotel", "lac", "gauche", "etang", "le", "taxi", "dor"]
)
_NEW = st.builds(
    lambda id, words, trade, commune, phone: ProviderEntry(
        id, " ".join(words), (trade,), commune, phones=(f"+3335301{phone:04d}",), lat=49.1, lon=6.1
    ),
    st.sampled_from(["P1", "P2", "P5", "N1", "N2", "N3"]),
    st.lists(_WORDS, min_size=1, max_size=4),
    st.sampled_from(["physio", "taxi", "hotel", "spa"]),
    st.sampled_from(["Metz", "Thionville", "Trier", "Nilvange"]),
    st.integers(0, 9999),
)
_CHANGES = st.lists(st.one_of(_NEW, st.sampled_from(["P1", "P2", "P8", "N1", "N2"])), max_size=12)


@given(_CHANGES)
@settings(max_examples=60, deadline=None)
def test_changes_one_by_one_give_the_same_answers_as_a_rebuild(changes: list[ProviderEntry | str]) -> None:
    changed, rebuilt = _small(), SearchIndex(SMALL.lexicon)
    entries = {entry.id: entry for entry in ENTRIES}
    for change in changes:
        if isinstance(change, str):
            assert changed.remove(change) == (entries.pop(change, None) is not None)
        else:
            changed.add(change)
            entries.pop(change.id, None)
            entries[change.id] = change
    rebuilt.build(entries.values())
    assert len(changed) == len(rebuilt) == len(entries)
    for query in QUERIES:
        assert changed.search(query) == rebuilt.search(query), query
    changed.compact()
    for query in QUERIES:
        assert changed.search(query) == rebuilt.search(query), query


def test_a_saved_index_answers_as_before(tmp_path: Path, index: SearchIndex, lexicon: Lexicon) -> None:
    changed = _small()
    changed.add(provider("N9", "Fleurs du Pont", "florist"))
    changed.remove("P1")
    changed.save(tmp_path / "index")
    reopened = SearchIndex.load(tmp_path / "index", lexicon)
    for query in (*QUERIES, "fleurs pont"):
        assert reopened.search(query) == changed.search(query), query
    reopened.add(ENTRIES[0])
    assert found(reopened, "bel air")[0] == "P1"


def test_an_empty_index_can_be_saved_and_reopened(tmp_path: Path, lexicon: Lexicon) -> None:
    SearchIndex(lexicon).save(tmp_path / "index")
    assert SearchIndex.load(tmp_path / "index", lexicon).search("kiné").hits == ()


@pytest.mark.parametrize("cut", [0, 5, 30, 200, -1])
def test_a_cut_file_is_refused(tmp_path: Path, lexicon: Lexicon, cut: int) -> None:
    path = tmp_path / "index"
    _small().save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InvalidFile):
        SearchIndex.load(path, lexicon)


@given(st.integers(0, 600), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_a_damaged_header_is_refused(place: int, flip: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        SAVED.save(path)
        data = bytearray(path.read_bytes())
        data[place] ^= flip
        path.write_bytes(data)
        with pytest.raises(InvalidFile):
            SearchIndex.load(path, SMALL.lexicon)


SAVED = _small()


def test_a_closed_provider_named_like_the_request_does_not_stand_above_an_open_one(lexicon: Lexicon) -> None:
    index = SearchIndex(lexicon)
    index.build(
        [provider(f"K{n}", "Kinésithérapie Metz", "physio") for n in range(30)]
        + [provider(f"Q{n}", f"Cabinet Vauban {n}", "physio") for n in range(10)]
    )
    context = SearchContext(
        now=NOW,
        find_moment=desk_moments(PARIS),
        open_at=lambda ids, at: [OpenState.OPEN if id.startswith("Q") else OpenState.CLOSED for id in ids],
    )
    hits = index.search("kiné metz 20h", context, 5).hits
    assert [hit.state for hit in hits] == [OpenState.OPEN] * 5
