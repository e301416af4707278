"""The quick-capture line: what realistic lines mean, and that no line is an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from conciergedesk.core.i18n import translate
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.core.phone import search_digits
from conciergedesk.core.text import fold
from conciergedesk.requests.capture import (
    PART_LABELS,
    SOURCE_WORDS,
    CaptureContext,
    Captured,
    NamedAgent,
    NamedPerson,
    NamedPlace,
    Part,
    Quantity,
    Source,
    moment_remarks,
    read_line,
)
from conciergedesk.requests.catalogue import Catalogue
from conciergedesk.requests.catalogue_files import load_catalogue

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 18, 42, 30, tzinfo=PARIS)


@dataclass(frozen=True)
class Someone:
    id: int
    name: str
    phone: str = ""
    language: str = "fr"


@dataclass(frozen=True)
class Somewhere:
    id: int
    name: str


PEOPLE = (
    Someone(1, "Anke Klein", "+33639984107", "de"),
    Someone(2, "Jörg Klein", "+33639985260", "de"),
    Someone(3, "Mireille Klein", "+33353017718"),
    Someone(4, "Anna Weber", "+33639980012"),
    Someone(5, "Thomas Weber", "+352621000012", "de"),
    Someone(6, "Odile Marchand", "+33639980001"),
    Someone(7, "Lucas Martin", "+33639980002"),
    Someone(8, "Famille Dubois", "+33639980003"),
    Someone(9, "Nora Müller", "+33639981234"),
    Someone(10, "Jeanne Schmitt", "+33639980005"),
    Someone(11, "Sam Carter", "", "en"),
    Someone(12, "Émilie Lefèvre"),
    Someone(13, "John O'Brien", "", "en"),
    Someone(14, "Marie de la Tour"),
)
PLACES = (
    Somewhere(1, "Gîte des Tanneurs"),
    Somewhere(2, "Hôtel du Lys"),
    Somewhere(3, "Gare de Metz"),
    Somewhere(4, "Hôtel de la Mer"),
    Somewhere(5, "Résidence Saint-Louis"),
)
TOWNS = {
    fold(name): name
    for name in ("Metz", "Thionville", "Luxembourg", "Saarbrücken", "Trier", "Scy-Chazelles", "Ars-sur-Moselle",
                 "Marly", "Montigny-lès-Metz", "Nancy", "Vaux")
}  # fmt: skip
TEAM = (Somewhere(1, "Inès Moreau"), Somewhere(2, "Maëlle Petit"), Somewhere(3, "Ivan Roux"))


class People:
    """Finds as the desk does: by the end of a number, the beginning of each word, or likeness."""

    def find(self, text: str, /) -> Sequence[Someone]:
        digits = search_digits(text)
        if len(digits) >= 4 and not any(char.isalpha() for char in text):
            return [one for one in PEOPLE if one.phone and one.phone.endswith(digits[-8:])]
        wanted = fold(text).split()
        found = [one for one in PEOPLE if all(_begins(word, one.name) for word in wanted)]
        if found or len(text) < 4:
            return found
        return [
            one
            for one in PEOPLE
            if max(fuzz.ratio(fold(text), part) for part in fold(one.name).split()) >= 72
        ]


class Places:
    def find(self, text: str, /) -> Sequence[Somewhere]:
        return [one for one in PLACES if all(_begins(word, one.name) for word in fold(text).split())]


def _begins(word: str, name: str) -> bool:
    return any(part.startswith(word) for part in fold(name).split())


@lru_cache
def catalogue() -> Catalogue:
    return load_catalogue(Path(__file__).parents[2] / "knowledge_base" / "services")


def type_priority(code: str, wanted: datetime | None) -> str:
    here = wanted.astimezone(PARIS) if wanted else None
    return catalogue().get(code).default_priority(NOW, here).value


def context(**changes: Any) -> CaptureContext:
    given: dict[str, Any] = {
        "now": NOW,
        "zone": PARIS,
        "types": catalogue(),
        "people": People(),
        "places": Places(),
        "towns": TOWNS,
        "agents": TEAM,
        "me": TEAM[0],
        "type_priority": type_priority,
    }
    return CaptureContext(**(given | changes))


def understood(captured: Captured) -> dict[str, str]:
    """What was typed, as short words; defaults and rules are left out."""
    shown: dict[str, str] = {}
    for name in PART_LABELS:
        part: Part[object] | None = getattr(captured, name)
        if part is None or part.source in (Source.DEFAULT, Source.TYPE_RULE):
            continue
        if part.source is Source.FILE and name == "language":
            continue
        value = part.value
        if isinstance(value, Moment):
            shown[name] = value.iso(PARIS).replace("2027-", "")
        elif name == "phone":
            assert captured.phone is not None
            shown[name] = captured.phone.value.e164 or "?"
        elif isinstance(value, (NamedPerson, NamedPlace, NamedAgent)):
            shown[name] = value.name + ("" if value.hit else " ?")
        elif isinstance(value, Quantity):
            shown[name] = f"{value.count} {value.unit}".strip()
        else:
            shown[name] = str(value)
    if captured.leftover:
        shown["left"] = captured.leftover
    return shown


def expected(written: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in written.split(" | ")) if written else {}


LINES = """
clés gîte Tanneurs 18h30 weber +352 621 000 012 urgent
    type=key_handover_out | moment=03-25 18:30 | person=Thomas Weber | phone=+352621000012 | place=Gîte des Tanneurs | priority=P1
dentist 20h klein de
    type=dentist_late | moment=03-24 20:00 | person=Anke Klein | language=de
panier odile dem 10h urgent
    type=terroir_basket | moment=03-25 10:00 | person=Odile Marchand | priority=P1
taxi demain 6h30 gare martin
    type=taxi | moment=03-25 06:30 | person=Lucas Martin | place=Gare de Metz
spa duo samedi 15h pour les dubois
    type=spa_thermal | moment=03-27 15:00 | person=Famille Dubois | quantity=2 persons
montgolfière 4 p. 12 juin aube
    type=balloon | moment=06-12 05:00/06-12 07:00 | quantity=4 persons
colis chronopost muller
    type=parcel | person=Nora Müller | left=chronopost
rappeler mme schmitt lundi 9h
    moment=03-29 09:00 | person=Jeanne Schmitt | call_back=True
klein
    person=Anke Klein
weber 18h30
    moment=03-25 18:30 | person=Anna Weber
4107 taxi 20h
    type=taxi | moment=03-24 20:00 | person=Anke Klein
tél 06 39 98 12 34 taxi 20h
    type=taxi | moment=03-24 20:00 | person=Nora Müller | phone=+33639981234 | channel=phone
06.39.98.12.34 colis
    type=parcel | person=Nora Müller | phone=+33639981234
rappel anna weber
    person=Anna Weber | call_back=True
à rappeler vers 17h, M. de la Tour, comptoir
    moment=03-25 17:00 | person=Marie de la Tour | channel=desk | call_back=True
table 6 couverts vendredi 20h brasserie klein
    type=restaurant | moment=03-26 20:00 | person=Anke Klein | quantity=6 persons | left=brasserie
table de 4 à 20h dubois
    type=restaurant | moment=03-24 20:00 | person=Famille Dubois | quantity=4 persons
table pour 8 vendredi soir schmitt en terrasse
    type=restaurant | moment=03-26 18:00/03-26 21:00 | person=Jeanne Schmitt | quantity=8 persons | left=en terrasse
déjeuner 12h30 jeudi 5 pers chez Odile, client végétarien
    type=restaurant | moment=03-25 12:30 | person=Odile Marchand | quantity=5 persons | left=client végétarien
2 paniers hôtel du Lys samedi 10h-12h odile marchand
    type=terroir_basket | moment=03-27 10:00/03-27 12:00 | person=Odile Marchand | place=Hôtel du Lys | quantity=2 paniers
chez weber panier vendredi
    type=terroir_basket | moment=03-26 | person=Anna Weber
livraison chez Bouvier panier klein
    type=terroir_basket | person=Anke Klein | place=Bouvier ? | left=livraison
fleurs 50 € pour Nadia Benali demain midi
    type=flowers_gift | moment=03-25 12:00 | person=Nadia Benali ? | left=50 €
ménage gîte Tanneurs lundi matin
    type=cleaning_linen | moment=03-29 08:00/03-29 12:00 | place=Gîte des Tanneurs
ménage gîte weber
    type=cleaning_linen | person=Anna Weber | place=gîte ?
gîte 12 clés weber
    type=key_handover_out | person=Anna Weber | place=gîte 12 ?
clés tanneurs weber demain
    type=key_handover_out | moment=03-25 | person=Anna Weber | place=Gîte des Tanneurs
clés gîte Tanneurs 12 rue des Clercs weber
    type=key_handover_out | person=Anna Weber | place=Gîte des Tanneurs, 12 rue des Clercs
retour clés gîte Tanneurs dimanche 11h
    type=key_return | moment=03-28 11:00 | place=Gîte des Tanneurs
dépôt de clés m. martin mail
    type=key_deposit_owner | person=Lucas Martin | channel=email
chambre 204 pressing klein
    type=laundry_pressing | person=Anke Klein | place=chambre 204 ?
chambre 12 hôtel du Lys klein serviettes
    person=Anke Klein | place=Hôtel du Lys, chambre 12 | left=serviettes
hôtel de la mer clés 20h
    type=key_handover_out | moment=03-24 20:00 | place=Hôtel de la Mer
taxi 12 rue du 8 mai 1945 weber 7h
    type=taxi | moment=03-25 07:00 | person=Anna Weber | place=12 rue du 8 mai 1945 ?
taxi de la gare de Metz à l'hôtel du Lys 19h15 3 personnes klein
    type=taxi | moment=03-24 19:15 | person=Anke Klein | place=Gare de Metz | destination=Hôtel du Lys | quantity=3 persons
taxi 12 rue des Clercs à la gare de Metz 6h klein
    type=taxi | moment=03-25 06:00 | person=Anke Klein | place=12 rue des Clercs ? | destination=Gare de Metz
taxi aéroport findel 5h weber
    type=taxi | moment=03-25 05:00 | person=Anna Weber | place=aéroport ? | left=findel
gare 7h martin
    type=tgv_transfer | moment=03-25 07:00 | person=Lucas Martin
location voiture du 2 au 5 avril o'brien
    type=car_parking | moment=04-02/04-05 | person=John O'Brien
spa dimanche pas pressé lefevre
    type=spa_thermal | moment=03-28 | person=Émilie Lefèvre | priority=P4
spa dimanche lefèbre
    type=spa_thermal | moment=03-28 | person=Émilie Lefèvre
massage x2 samedi 14h30 klein
    type=spa_thermal | moment=03-27 14:30 | person=Anke Klein | quantity=2
musée demain 10h 3 adultes 2 enfants
    type=museum_citypass | moment=03-25 10:00 | quantity=5 persons
visite guidée en allemand samedi 10h groupe 30 pers
    type=guided_tour_private | moment=03-27 10:00 | language=de | quantity=30 persons | left=groupe
visite de l'usine 10h
    type=guided_tour_private | moment=03-25 10:00 | left=de l'usine
visite usine groupe 25 p. 14/04 10h :maëlle
    type=company_visit | moment=04-14 10:00 | quantity=25 persons | assignee=Maëlle Petit | left=groupe
vip investisseurs 3/4 9h salle 12
    type=vip_investor_visit | moment=04-03 09:00 | place=salle 12 ? | left=investisseurs
courses :moi gîte Tanneurs avant 17h
    type=grocery_stock | moment=03-25 17:00 | place=Gîte des Tanneurs | assignee=Inès Moreau
serrurier urgent porte claquée 06 39 98 41 07
    type=locksmith_repair | person=Anke Klein | phone=+33639984107 | priority=P1 | left=serrurier
retard train weber arrivée tardive 23h30 p1
    type=late_arrival | moment=03-24 23:30 | person=Anna Weber | priority=P1 | left=retard train
objet perdu parapluie noir tram martin
    type=lost_property | person=Lucas Martin | left=parapluie noir tram
garde chat du 12 au 15 juin muller
    type=pet_care | moment=06-12/06-15 | person=Nora Müller | left=garde
taxi 20h muller chat
    type=taxi | moment=03-24 20:00 | person=Nora Müller | channel=chat
baby-sitter samedi 19h-23h 2 enfants dubois
    type=childcare | moment=03-27 19:00/03-27 23:00 | person=Famille Dubois | quantity=2 enfants
visite école lundi 14h famille dubois allemand
    type=settling_visit | moment=03-29 14:00 | person=Famille Dubois | language=de
pharmacie de garde dimanche
    type=pharmacy_duty | moment=03-28
Colis pour Weber, arrivé ce matin
    type=parcel | moment=03-24 08:00/03-24 12:00 | person=Anna Weber | left=arrivé
visite appartement 12 avril 14h dubois :maëlle
    type=settling_visit | moment=04-12 14:00 | person=Famille Dubois | assignee=Maëlle Petit
chauffeur privé aéroport Luxembourg 5h +352 661 234 567 nouveau client Benali
    type=taxi | moment=03-25 05:00 | person=Benali ? | phone=+352661234567 | place=aéroport Luxembourg ? | left=privé
wifi ne marche pas gîte tanneurs weber
    person=Anna Weber | place=Gîte des Tanneurs | left=wifi ne marche pas
Mme Lefèvre veut un massage demain vers 16h
    type=spa_thermal | moment=03-25 16:00 | person=Émilie Lefèvre
réserver resto ce soir 19h30 pour 2 M. et Mme Schmitt
    type=restaurant | moment=03-24 19:30 | person=Jeanne Schmitt | quantity=2 persons
serrurier tout de suite, chambre 8, hôtel du Lys, porte claquée
    type=locksmith_repair | moment=03-24 18:42 | place=Hôtel du Lys, chambre 8 | left=serrurier
keys left at Tanneurs, carter, call back in 10 min
    type=key_handover_out | call_at=03-24 18:52 | person=Sam Carter | place=Gîte des Tanneurs | call_back=True | left=left
Frau Müller braucht Taxi um 18:30 zum Bahnhof
    type=taxi | moment=03-25 18:30 | person=Nora Müller | place=Bahnhof ?
info horaires piscine pour son fils
    left=info horaires piscine pour son fils
panier weber pour moi
    type=terroir_basket | person=Anna Weber | assignee=Inès Moreau
dentist for mrs Johnson tonight german
    type=dentist_late | moment=03-24 18:00/03-24 21:00 | person=Johnson ? | language=de
restaurant tomorrow 8pm table for 4 Carter
    type=restaurant | moment=03-25 20:00 | person=Sam Carter | quantity=4 persons
parcel for Mr Smith +44 20 7946 0018
    type=parcel | person=Smith ? | phone=+442079460018
balloon 2 people june 12 sam carter
    type=balloon | moment=06-12 | person=Sam Carter | quantity=2 persons
keys tomorrow 3pm hotel Lys jorg klein en
    type=key_handover_out | moment=03-25 15:00 | person=Jörg Klein | place=Hôtel du Lys | language=en
call back Müller mon 9am
    moment=03-29 09:00 | person=Nora Müller | call_back=True
need a doctor now, room 12, O'Brien
    type=doctor | moment=03-24 18:42 | person=John O'Brien | place=room 12 ?
spa next tue not urgent carter low
    type=spa_thermal | moment=03-30 | person=Sam Carter | priority=P4
Taxi morgen 6 Uhr Bahnhof Klein
    type=taxi | moment=03-25 06:00 | person=Anke Klein | place=Bahnhof ?
Zahnarzt heute 20 Uhr Klein dringend
    type=dentist_late | moment=03-24 20:00 | person=Anke Klein | priority=P1
Schlüssel 18 Uhr Weber deutsch
    type=key_handover_out | moment=03-25 18:00 | person=Anna Weber | language=de
Korb für 4 Personen Samstag 10 Uhr Frau Schmitt
    type=terroir_basket | moment=03-27 10:00 | person=Jeanne Schmitt | quantity=4 persons
Rückruf Herr Weber Montag 9 Uhr nicht dringend
    moment=03-29 09:00 | person=Anna Weber | priority=P4 | call_back=True
clés tanneurs 18h30 weber metz
    type=key_handover_out | moment=03-25 18:30 | person=Anna Weber | place=Gîte des Tanneurs, Metz
panier thionville odile demain matin
    type=terroir_basket | moment=03-25 08:00/03-25 12:00 | person=Odile Marchand | place=Thionville ?
taxi metz luxembourg 5h weber
    type=taxi | moment=03-25 05:00 | person=Anna Weber | place=Metz ? | destination=Luxembourg ?
taxi de thionville à metz 18h30 martin
    type=taxi | moment=03-25 18:30 | person=Lucas Martin | place=Thionville ? | destination=Metz ?
dans 20 min taxi weber gare
    type=taxi | moment=03-24 19:02 | person=Anna Weber | place=Gare de Metz
rappeler jeudi 14h mme lefèvre
    moment=03-25 14:00 | person=Émilie Lefèvre | call_back=True
rappeler weber lundi prochain 9h
    moment=03-29 09:00 | person=Anna Weber | call_back=True
spa après-demain 9h klein
    type=spa_thermal | moment=03-26 09:00 | person=Anke Klein
resto ce soir pour 4 pers klein
    type=restaurant | moment=03-24 18:00/03-24 21:00 | person=Anke Klein | quantity=4 persons
resto à midi 2 couverts dubois
    type=restaurant | moment=03-25 12:00 | person=Famille Dubois | quantity=2 persons
taxi fin de semaine dubois
    type=taxi | moment=03-26 | person=Famille Dubois
dentiste 20h mme klein allemand urgent
    type=dentist_late | moment=03-24 20:00 | person=Anke Klein | language=de | priority=P1
taxi 8 pm tomorrow carter
    type=taxi | moment=03-25 20:00 | person=Sam Carter
table for 6 tomorrow 8 pm carter
    type=restaurant | moment=03-25 20:00 | person=Sam Carter | quantity=6 persons
panier pour 4 pers dem 10h marchand
    type=terroir_basket | moment=03-25 10:00 | person=Odile Marchand | quantity=4 persons
rdv spa lundi prochain 15h30 émilie lefèvre
    type=spa_thermal | moment=03-29 15:30 | person=Émilie Lefèvre
clés 204 ce soir 21h jonas
    type=key_handover_out | moment=03-24 21:00 | left=204 jonas
colis pour chambre 12 hôtel du lys
    type=parcel | place=Hôtel du Lys, chambre 12
+352 621 000 012 taxi dans 20 min
    type=taxi | moment=03-24 19:02 | person=Thomas Weber | phone=+352621000012
00352621000012 rappeler demain matin
    moment=03-25 08:00/03-25 12:00 | person=Thomas Weber | phone=+352621000012 | call_back=True
+49 30 23125 017 clés gîte tanneurs demain 17h
    type=key_handover_out | moment=03-25 17:00 | phone=+493023125017 | place=Gîte des Tanneurs
+32 455 00 00 12 spa samedi pour deux
    type=spa_thermal | moment=03-27 | phone=+32455000012 | quantity=2 persons
06 39 98 00 12 panier samedi
    type=terroir_basket | moment=03-27 | person=Anna Weber | phone=+33639980012
0639980012 weber taxi 18h
    type=taxi | moment=03-25 18:00 | person=Anna Weber | phone=+33639980012
klein 06 39 98 41 07 ou +352 621 000 012 taxi 20h
    type=taxi | moment=03-24 20:00 | person=Anke Klein | phone=+33639984107 | left=ou +352 621 000 012
M. de la Tour taxi 7h demain
    type=taxi | moment=03-25 07:00 | person=Marie de la Tour
marie de la tour spa dimanche
    type=spa_thermal | moment=03-28 | person=Marie de la Tour
o'brien taxi 19h
    type=taxi | moment=03-24 19:00 | person=John O'Brien
Mme Van der Berg taxi 18h45 gare de metz
    type=taxi | moment=03-24 18:45 | person=Van der Berg ? | place=Gare de Metz
taxi urgent muller
    type=taxi | person=Nora Müller | priority=P1
retour clés demain avant 11h weber
    type=key_return | moment=03-25 11:00 | person=Anna Weber
dépôt clés propriétaire tanneurs lundi
    type=key_deposit_owner | moment=03-29 | place=Gîte des Tanneurs | left=propriétaire
ménage après départ samedi 11h tanneurs
    type=cleaning_linen | moment=03-27 11:00 | place=Gîte des Tanneurs | left=après départ
courses pour arrivée vendredi 18h tanneurs
    type=grocery_stock | moment=03-26 18:00 | place=Gîte des Tanneurs | left=pour arrivée
pharmacie de garde thionville
    type=pharmacy_duty | place=Thionville ?
plombier fuite d'eau gîte tanneurs urgent
    type=locksmith_repair | place=Gîte des Tanneurs | priority=P1 | left=fuite d'eau
serrurier metz porte claquée 22h
    type=locksmith_repair | moment=03-24 22:00 | place=Metz ? | left=serrurier
billets opéra 2 places samedi 20h carter
    type=show_tickets | moment=03-27 20:00 | person=Sam Carter | place=opéra ? | quantity=2 places
babysitter vendredi soir 20h-23h30 2 enfants dubois
    type=childcare | moment=03-26 20:00/03-26 23:30 | person=Famille Dubois | quantity=2 enfants
taxi 4h45 aéroport luxembourg 3 pers 4 valises
    type=taxi | moment=03-25 04:45 | place=aéroport Luxembourg ? | quantity=3 persons | left=4 valises
montgolfière samedi prochain au lever du jour pour 2
    type=balloon | moment=04-03 05:00/04-03 07:00 | quantity=2 persons
visite guidée cathédrale jeudi 14h30 groupe de 25
    type=guided_tour_private | moment=03-25 14:30 | place=cathédrale ? | quantity=25 persons | left=groupe
location vélos 4 pers dimanche
    type=outdoor_activity | moment=03-28 | quantity=4 persons | left=location
salle de réunion mercredi toute la journée
    type=meeting_room | moment=03-31 | left=toute la journée
appeler dubois lundi
    moment=03-29 | person=Famille Dubois | call_back=True
call back carter thursday 2pm
    moment=03-25 14:00 | person=Sam Carter | call_back=True
two spa tickets on saturday for carter
    type=spa_thermal | moment=03-27 | person=Sam Carter | left=two tickets
keys for mr weber at 6:30pm
    type=key_handover_out | moment=03-25 18:30 | person=Anna Weber
dinner for two tonight 8.30pm carter
    type=restaurant | moment=03-24 20:30 | person=Sam Carter | quantity=2 persons
restaurant sat 8pm 4 people carter
    type=restaurant | moment=03-27 20:00 | person=Sam Carter | quantity=4 persons
parcel arrived this morning for o'brien
    type=parcel | moment=03-24 08:00/03-24 12:00 | person=John O'Brien | left=arrived
doctor tonight carter english
    type=doctor | moment=03-24 18:00/03-24 21:00 | person=Sam Carter | language=en
lost umbrella at hotel du lys carter
    type=lost_property | person=Sam Carter | place=Hôtel du Lys | left=umbrella
in half an hour taxi carter
    type=taxi | moment=03-24 19:12 | person=Sam Carter
flowers next friday schmitt
    type=flowers_gift | moment=04-02 | person=Jeanne Schmitt
basket for next monday odile
    type=terroir_basket | moment=03-29 | person=Odile Marchand
Taxi in 20 Minuten Weber
    type=taxi | moment=03-24 19:02 | person=Anna Weber
Taxi übermorgen 9 Uhr Klein
    type=taxi | moment=03-26 09:00 | person=Anke Klein
Rückruf Donnerstag 14 Uhr Klein
    moment=03-25 14:00 | person=Anke Klein | call_back=True
Tisch für 4 heute Abend 19:30 Klein
    type=restaurant | moment=03-24 19:30 | person=Anke Klein | quantity=4 persons
Spa nächsten Montag 15 Uhr für zwei Klein
    type=spa_thermal | moment=03-29 15:00 | person=Anke Klein | quantity=2 persons
Schlüssel morgen früh 8 Uhr Weber
    type=key_handover_out | moment=03-25 08:00 | person=Anna Weber
Arzt heute Abend Klein
    type=doctor | moment=03-24 18:00/03-24 21:00 | person=Anke Klein
Korb zum Wochenende Frau Müller
    type=terroir_basket | moment=03-27/03-28 | person=Nora Müller
Paket für Herrn Weber
    type=parcel | person=Anna Weber
Zahnarzt morgen früh Klein
    type=dentist_late | moment=03-25 08:00/03-25 12:00 | person=Anke Klein
spa dans 3 jours klein
    type=spa_thermal | moment=03-27 | person=Anke Klein
taxi dans 1h30 klein
    type=taxi | moment=03-24 20:12 | person=Anke Klein
taxi d'ici 20 min klein
    type=taxi | moment=03-24 19:02 | person=Anke Klein
taxi dans une heure klein
    type=taxi | moment=03-24 19:42 | person=Anke Klein
taxi dans 2 heures klein
    type=taxi | moment=03-24 20:42 | person=Anke Klein
taxi 20 h 15 klein
    type=taxi | moment=03-24 20:15 | person=Anke Klein
taxi vers 20h klein
    type=taxi | moment=03-24 20:00 | person=Anke Klein
taxi 8h du soir klein
    type=taxi | moment=03-24 20:00 | person=Anke Klein
taxi midi et demi klein
    type=taxi | moment=03-25 12:30 | person=Anke Klein
taxi cet aprem klein
    type=taxi | moment=03-24 14:00/03-24 18:00 | person=Anke Klein
taxi demain en fin de matinée klein
    type=taxi | moment=03-25 10:30/03-25 12:00 | person=Anke Klein
taxi le 12 à 14h klein
    type=taxi | moment=04-12 14:00 | person=Anke Klein
taxi le 12/04 à 14h klein
    type=taxi | moment=04-12 14:00 | person=Anke Klein
taxi lundi 29 à 8h klein
    type=taxi | moment=03-29 08:00 | person=Anke Klein
taxi 1er avril 8h klein
    type=taxi | moment=04-01 08:00 | person=Anke Klein
spa klein samedi ou dimanche
    type=spa_thermal | moment=03-27 | person=Anke Klein | left=ou dimanche
03 53 01 77 18 poste 4 taxi
    type=taxi | person=Mireille Klein | phone=+33353017718
taxi gare de thionville 8h weber
    type=taxi | moment=03-25 08:00 | person=Anna Weber | place=gare de Thionville ?
taxi gare thionville 8h weber
    type=taxi | moment=03-25 08:00 | person=Anna Weber | place=gare Thionville ?
taxi metz aéroport luxembourg 3h30 weber
    type=taxi | moment=03-25 03:30 | person=Anna Weber | place=Metz ? | destination=aéroport Luxembourg ?
clés gîte tanneurs à metz weber 18h
    type=key_handover_out | moment=03-25 18:00 | person=Anna Weber | place=Gîte des Tanneurs, Metz
taxi de l'hôtel du lys à luxembourg 6h weber
    type=taxi | moment=03-25 06:00 | person=Anna Weber | place=Hôtel du Lys | destination=Luxembourg ?
taxi hôtel du lys vers thionville 6h weber
    type=taxi | moment=03-25 06:00 | person=Anna Weber | place=Hôtel du Lys | destination=Thionville ?
panier montigny les metz odile
    type=terroir_basket | person=Odile Marchand | place=Montigny-lès-Metz ?
12 rue des clercs metz colis weber
    type=parcel | person=Anna Weber | place=12 rue des clercs, Metz ?
mme metz taxi 8h
    type=taxi | moment=03-25 08:00 | person=Metz ?
Herr von der Leyen taxi 8h
    type=taxi | moment=03-25 08:00 | person=von der Leyen ?
M. De Souza taxi 20h
    type=taxi | moment=03-24 20:00 | person=De Souza ?
spa à nancy samedi weber
    type=spa_thermal | moment=03-27 | person=Anna Weber | place=Nancy ?
taxi weber rappeler demain 9h
    type=taxi | person=Anna Weber | call_back=True | call_at=03-25 09:00
taxi demain 8h weber rappeler ce soir 19h
    type=taxi | moment=03-25 08:00 | person=Anna Weber | call_back=True | call_at=03-24 19:00
rappeler demain 9h weber
    moment=03-25 09:00 | person=Anna Weber | call_back=True
électricien marly weber
    type=locksmith_repair | person=Anna Weber | place=Marly ?
client Dubois: table de 6, samedi soir, terrasse si possible
    type=restaurant | moment=03-27 18:00/03-27 21:00 | person=Famille Dubois | quantity=6 persons | left=terrasse si possible
table 4 20h
    type=restaurant | moment=03-24 20:00 | quantity=4 persons
taxi retour 23h30 opéra metz hôtel du lys 2 pers
    type=taxi | moment=03-24 23:30 | place=opéra Metz ? | destination=Hôtel du Lys | quantity=2 persons | left=retour
clés à rendre tanneurs demain 10h schmitt
    type=key_return | moment=03-25 10:00 | person=Jeanne Schmitt | place=Gîte des Tanneurs
+33 3 53 01 77 18 rappel 15 min
    moment=03-24 18:57 | person=Mireille Klein | phone=+33353017718 | call_back=True
klein ne répond pas, rappeler demain
    moment=03-25 | person=Anke Klein | call_back=True | left=ne répond pas,
dentiste 20h klein de mal aux dents
    type=dentist_late | moment=03-24 20:00 | person=Anke Klein | left=de mal aux dents
guide italien samedi 10h metz
    type=guided_tour_private | moment=03-27 10:00 | place=Metz ? | left=italien
visite guidée metz samedi 10h 12 pers en allemand
    type=guided_tour_private | moment=03-27 10:00 | place=Metz ? | language=de | quantity=12 persons
parapluie trouvé gare de metz
    type=lost_property | place=Gare de Metz | left=parapluie
2 vélos samedi weber
    type=outdoor_activity | moment=03-27 | person=Anna Weber | quantity=2 velos
""".strip().splitlines()  # noqa: E501  a line and its meaning are read together
TABLE = list(zip(LINES[::2], LINES[1::2], strict=True))


@pytest.mark.parametrize(("line", "meaning"), TABLE, ids=[line for line, _ in TABLE])
def test_a_line_means_what_a_colleague_would_read(line: str, meaning: str) -> None:
    assert understood(read_line(line, context())) == expected(meaning.strip())


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(TABLE) >= 60


@pytest.mark.parametrize("line", [line for line, _ in TABLE])
def test_understood_words_never_overlap_and_lie_in_the_line(line: str) -> None:
    captured = read_line(line, context())
    last = 0
    for (start, end), _name in captured.spans():
        assert last <= start < end <= len(line)
        last = end


def test_spans_point_at_the_words_that_were_understood() -> None:
    line = "clés gîte Tanneurs 18h30 weber +352 621 000 012 urgent"
    captured = read_line(line, context())
    shown = [(name, line[start:end]) for (start, end), name in captured.spans()]
    assert shown == [
        ("type", "clés"),
        ("place", "gîte Tanneurs"),
        ("moment", "18h30"),
        ("person", "weber"),
        ("phone", "+352 621 000 012"),
        ("priority", "urgent"),
    ]


# --- where values come from ---


def test_a_typed_priority_wins_over_the_rule_of_the_type() -> None:
    by_rule = read_line("dentist 20h klein", context()).priority
    typed = read_line("dentist 20h klein p3", context()).priority
    assert by_rule is not None and (by_rule.value, by_rule.source) == ("P1", Source.TYPE_RULE)
    assert typed is not None and (typed.value, typed.source) == ("P3", Source.TYPED)


def test_language_comes_from_the_line_then_the_file_then_the_desk() -> None:
    for line, language, source in [
        ("taxi klein anglais", "en", Source.TYPED),
        ("taxi klein", "de", Source.FILE),
        ("taxi demain", "fr", Source.DEFAULT),
    ]:
        part = read_line(line, context()).language
        assert part is not None and (part.value, part.source) == (language, source), line


def test_holder_and_channel_have_defaults_that_say_so() -> None:
    captured = read_line("taxi", context(channel="desk"))
    assert captured.assignee is not None and captured.assignee.source is Source.DEFAULT
    assert captured.assignee.value.name == "Inès Moreau"
    assert captured.channel is not None
    assert (captured.channel.value, captured.channel.source) == ("desk", Source.DEFAULT)


def test_others_of_the_same_name_are_one_step_away() -> None:
    person = read_line("dentist 20h klein", context()).person
    assert person is not None
    assert [other.name for other in person.alternatives] == ["Jörg Klein", "Mireille Klein"]
    assert person.confidence < 1


def test_the_number_decides_between_two_people_of_one_name() -> None:
    person = read_line("klein 06 39 98 52 60 spa", context()).person
    assert person is not None and person.value.name == "Jörg Klein" and person.confidence == 1


def test_both_names_decide_between_two_people_of_one_family() -> None:
    for line in ("spa jörg klein", "spa klein jorg"):
        person = read_line(line, context()).person
        assert person is not None and person.value.name == "Jörg Klein" and not person.alternatives


def test_a_number_on_no_file_keeps_the_name_beside_it() -> None:
    captured = read_line("taxi benali 06 39 98 77 00", context())
    assert captured.person is not None
    assert captured.person.value == NamedPerson("Benali")
    assert captured.person.confidence < 0.6


def test_a_number_that_is_still_being_typed_is_no_quantity() -> None:
    captured = read_line("taxi +352 621", context())
    assert captured.phone is not None and captured.phone.confidence < 0.6
    assert captured.quantity is None


# --- words with two meanings ---


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("dentist 20h klein de", "de"),
        ("klein de urgent", "de"),
        ("klein fr taxi", "fr"),
        ("taxi klein en", "en"),
        ("visite de l'usine", None),
        ("table de 4", None),
        ("remise de clés", None),
        ("taxi en ville", None),
        ("cours d'allemand samedi", None),
        ("de", None),
        ("parle allemand", "de"),
        ("guided tour in English", "en"),
        ("auf Deutsch bitte", "de"),
        ("luxembourgeois", None),
        ("guide italien", None),
    ],
)
def test_a_small_word_is_a_language_only_where_it_can_be_one(line: str, language: str | None) -> None:
    part = read_line(line, context(people=None)).language
    assert part is not None
    assert (part.value if part.source is Source.TYPED else None) == language


@pytest.mark.parametrize(
    ("line", "priority"),
    [
        ("urgent", "P1"),
        ("taxi !", "P1"),
        ("taxi urgent!!", "P1"),
        ("TAXI URGENTE", "P1"),
        ("p2 taxi", "P2"),
        ("pas urgent", "P4"),
        ("pas pressée", "P4"),
        ("nicht dringend", "P4"),
        ("low", "P4"),
        ("no rush", "P4"),
    ],
)
def test_priority_words_and_their_negations(line: str, priority: str) -> None:
    part = read_line(line, context(type_priority=None)).priority
    assert part is not None and part.value == priority


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("x2", 2),
        ("2x", 2),
        ("4 p.", 4),
        ("4p", 4),
        ("pour 3", 3),
        ("à 6 personnes", 6),
        ("solo", 1),
        ("3 nuits", 3),
        ("12 rue Foch", None),
        ("chambre 4", None),
        ("20h", None),
        ("1/2 journée", None),
        ("25/03", None),
        ("06 39 98 41 07", None),
        ("2027", None),
        ("pour 20h", None),
        ("12,50 €", None),
    ],
)
def test_only_counted_things_are_a_quantity(line: str, count: int | None) -> None:
    part = read_line(line, context()).quantity
    assert (part.value.count if part else None) == count


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (":inès", "Inès Moreau"),
        (":ines", "Inès Moreau"),
        (":mae", "Maëlle Petit"),
        (":moi", "Inès Moreau"),
        (":i", "Inès Moreau"),
        ("18:30", "Inès Moreau"),
        (":zoé", "zoé"),
    ],
)
def test_a_colon_before_a_name_gives_the_request_to_a_colleague(line: str, name: str) -> None:
    part = read_line(line, context()).assignee
    assert part is not None and part.value.name == name
    assert (part.source is Source.TYPED) == line.startswith(":")
    assert bool(part.alternatives) == (line == ":i")


def test_a_second_moment_stays_at_hand() -> None:
    moment = read_line("panier lundi 9h, reçu hier", context()).moment
    assert moment is not None and moment.value.iso(PARIS) == "2027-03-29 09:00"
    assert [other.iso(PARIS) for other in moment.alternatives] == ["2027-03-23"]


def test_surprising_moments_are_remarked_in_the_language_of_the_reader() -> None:
    for text, french in [
        ("18h30", "déjà passé aujourd’hui, donc demain"),
        ("20 mars", "déjà passé cette année, donc l’an prochain"),
        ("28/03 2h30", "cette heure n’existe pas cette nuit-là : passage à l’heure d’été"),
        ("31/10 2h30", "cette heure revient deux fois cette nuit-là : c’est la première"),
        ("mardi 29 mars", "le jour de la semaine ne correspond pas à la date"),
    ]:
        moment = parse_moment(text, NOW, PARIS)
        assert moment is not None and moment_remarks(moment, "fr") == [french], text
    plain = parse_moment("demain 9h", NOW, PARIS)
    assert plain is not None and moment_remarks(plain, "fr") == []


def test_labels_and_sources_are_translated() -> None:
    for sentence in [*PART_LABELS.values(), *SOURCE_WORDS.values()]:
        assert translate(sentence, "fr") != sentence or sentence == "Type"


# --- typing and hostile text ---


@pytest.mark.parametrize("line", [line for line, _ in TABLE[:12]])
def test_every_keystroke_is_read_and_the_last_says_the_same_as_the_whole(line: str) -> None:
    there = context()
    seen = [read_line(line[:length], there) for length in range(len(line) + 1)]
    assert seen[-1] == read_line(line, there)
    assert seen[0].leftover == "" and seen[0].type is None


def test_a_line_is_understood_without_anybody_to_ask() -> None:
    captured = read_line(
        "clés gîte Tanneurs 18h30 mme weber 06 39 98 41 07", context(people=None, places=None)
    )
    assert captured.person is not None and captured.person.value == NamedPerson("Weber")
    assert captured.place is not None and captured.place.value == NamedPlace("gîte Tanneurs")


HOSTILE = [
    "",
    " ",
    "\x00",
    "\x1b]0;pwned\x07 taxi 20h",
    "[red]taxi[/] [@click=app.quit]x[/]",
    "\u202etaxi\u202c 20h",
    "'; DROP TABLE request; --",
    "{weber} %s $HOME `ls`",
    "🧳" * 200,
    "e\u0301\u0301\u0301" * 100,
    "\ud800 taxi",
    "0" * 10_000,
    "+" * 600,
    "+352 " * 200,
    "06 39 " * 100,
    "à la " * 200,
    "gîte " * 120,
    "rue de la " * 60,
    "pour " * 120,
    "m. mme " * 80,
    ": : :" * 100,
    "!" * 500,
    "taxi " * 2_000,
    "99h 31/02 25:61",
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_read_without_harm(line: str) -> None:
    captured = read_line(line, context())
    for (start, end), _name in captured.spans():
        assert 0 <= start < end <= len(captured.text) <= 500
    shown = [captured.leftover, *(part.words for part in _parts(captured))]
    assert not any(char in text for text in shown for char in "\x00\x1b\x07\u202e\u202c\ud800")


def _parts(captured: Captured) -> list[Part[object]]:
    return [part for name in PART_LABELS if isinstance(part := getattr(captured, name), Part)]


_WORDS = st.sampled_from(
    [
        *(word for line, _ in TABLE for word in line.split()),
        "\x00",
        "é",
        "№12",
        "l'",
        "d'",
        "'",
        "-",
        ",",
        "+33",
        "²",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(_WORDS, max_size=14).map(" ".join), st.text(max_size=80)))
def test_any_line_is_read_and_nothing_typed_is_taken_twice(line: str) -> None:
    captured = read_line(line, context())
    spans = [span for span, _ in captured.spans()]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for part in _parts(captured):
        assert 0 <= part.confidence <= 1
