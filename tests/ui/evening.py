"""The evening of a made-up desk, for the gallery of screenshots and the tests. Never shown to anybody at work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

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

NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)
"""18:42 in Metz, the evening before Maundy Thursday 2027."""
SHIFT_ENDS = datetime(2027, 3, 24, 20, 15, tzinfo=UTC)
ME = 1
_HOLDERS = {"moi": ME, "Maëlle": 2, "Gaël": 3, "Bastien": 4, "Clémence": 5, "Farid": 6, "Hélène": 7}

K = PromiseKind
_ROWS: tuple[tuple[PromiseKind, str, str, str, str, str, str], ...] = (
    (K.KEY, "-18", "Remise de clés 204", "Jonas, famille de 4", "gare, hall départ", "moi", ""),
    (K.KEY, "-7", "Clé 117 à rendre", "Lilas, ménage", "armoire", "Maëlle", "Lilas, ménage"),
    (K.CALLBACK, "8", "Rappel, terminal carte", "Bernadette, gîte", "téléphone", "Maëlle", ""),
    (K.REQUEST, "18", "Transfert gare TGV", "Aurélien, candidat", "gare, quai 3", "Gaël", ""),
    (K.REQUEST, "33", "Taxi 19:15, 3 personnes", "Anke, congressiste", "hôtel du Lys", "moi", "Taxis Moulotte"),
    (K.REQUEST, "48", "Panier terroir ×2, vin", "Odile, entreprise", "atelier, quai B", "", ""),
    (K.REQUEST, "78", "Accueil sur place", "Sunita et Dev", "logement P-14", "Gaël", ""),
    (K.APPOINTMENT, "93", "Massage duo 90 min", "Marek et Zofia", "thermes", "Maëlle", "Thermes Vallon"),
    (K.REQUEST, "108", "Pharmacie de garde", "Yolande, résidente", "Montigny", "moi", ""),
    (K.REQUEST, "123", "Arrivée tardive, boîte", "Tomasz, famille", "logement P-08", "moi", ""),
    (K.LOG, "138", "Compter l'armoire à clés", "relève du soir", "accueil", "moi", ""),
    (K.HANDOVER, "153", "Signer la relève du soir", "Bastien, matin", "accueil", "moi", ""),
    (K.REQUEST, "25 8:15", "Pressing à rendre, 4 p.", "Ilse, congrès", "hôtel du Lys", "Bastien", ""),
    (K.APPOINTMENT, "25 9:00", "Montgolfière 4 p.", "Ilse, congrès", "Haut-Vol", "Maëlle", "météo 20 h"),
    (K.RELOCATION, "25 9:30", "Visite d'école, CE1", "Lieselotte, D-09", "éc. du Moulin", "Clémence", ""),
    (K.REQUEST, "25 11:30", "Devis serrurier 180 €", "Karim, propriétaire", "logement P-11", "Gaël", "Karim, accord"),
    (K.APPOINTMENT, "25 14:00", "Visite privative, 12 p.", "Wilfried, chambres", "musée du Verre", "", ""),
    (K.REQUEST, "25 16:30", "Colis à renvoyer", "Paula, résidente", "étagère 3", "Bastien", ""),
    (K.RELOCATION, "25 18:00", "Réponse fibre, éligible ?", "Noor, D-12", "dossier D-12", "Clémence", ""),
    (K.REQUEST, "26 10:00", "Garde d'enfant 3 h", "Priya, D-07", "domicile", "Farid", "Aide-Maison"),
    (K.REQUEST, "26 11:00", "Couronne, carte relue", "Odile, entreprise", "atelier", "Bastien", ""),
    (K.ROTA, "26 14:15", "Poste vide, soir", "planning", "accueil", "Hélène", ""),
    (K.REQUEST, "26 17:00", "Relance acompte 120 €", "Stéphane, théâtre", "théâtre", "", ""),
    (K.REQUEST, "27 9:00", "Ménage et linge, 2 lits", "Karim, propriétaire", "logement P-12", "Farid", ""),
    (K.KEY, "27 15:00", "Remise de clés 311", "Wanda et Piet", "gare, hall départ", "Maëlle", ""),
    (K.APPOINTMENT, "27 18:30", "Table 6 couverts", "Ilse, congrès", "Vieux Pont", "Maëlle", ""),
    (K.RELOCATION, "28 10:00", "Contrat électricité, J-15", "Lieselotte, D-09", "dossier D-09", "Clémence", "la famille"),  # noqa: E501
    (K.RELOCATION, "29 10:00", "Baromètre J+30", "Jakub, D-05", "téléphone", "Clémence", ""),
    (K.REQUEST, "30 9:00", "Essai du terminal carte", "Mathilde, boutique", "boutique", "Sabrina", ""),
    (K.RELOCATION, "31 12:00", "Bail mobilité à relire", "Aurélien, D-14", "dossier D-14", "Clémence", "le bailleur"),
    (K.PROVIDER, "32 9:00", "Relevé des commissions", "prestataires", "bureau", "Hélène", ""),
    (K.RELOCATION, "33 9:00", "Visite de crèche", "Priya, D-07", "crèche Les Lilas", "Clémence", ""),
    (K.RELOCATION, "35 9:00", "VLS-TS, délai légal", "Priya, D-07", "en ligne", "Clémence", ""),
    (K.RELOCATION, "37 9:00", "Devis déménageur, 3e", "Noor, D-12", "dossier D-12", "Clémence", "la famille"),
    (K.PROVIDER, "39 9:00", "Convention à renouveler", "Ballons Haut-Vol", "bureau", "Hélène", ""),
    (K.RELOCATION, "41 9:00", "Carte grise, import", "Lieselotte, D-09", "en ligne", "Clémence", ""),
    (K.RELOCATION, "43 9:00", "Arrivée J0, clés, courses", "Lieselotte, D-09", "logement P-21", "Clémence", ""),
    (K.RELOCATION, "45 9:00", "Marche de quartier, de", "Lieselotte, D-09", "logement P-21", "", ""),
    (K.RELOCATION, "50 9:00", "Suivi J+7", "Lieselotte, D-09", "téléphone", "Clémence", ""),
    (K.PROVIDER, "53 9:00", "Badge salon à restituer", "Paulo, commercial", "accueil", "Lucie", ""),
)  # fmt: skip


def _due(text: str) -> datetime:
    if " " not in text:
        return NOW + timedelta(minutes=int(text))
    day, clock = text.split()
    hour, minute = clock.split(":")
    ahead = timedelta(days=int(day) - 24)
    local_hour = datetime(2027, 3, 24, int(hour), int(minute), tzinfo=UTC) + ahead
    # Metz is one hour ahead of UTC until 28 March 2027, two hours from then on.
    return local_hour - timedelta(hours=2 if int(day) > 28 else 1)


def promises(count: int | None = None) -> tuple[Promise, ...]:
    """The promises of the evening; with ``count``, that many made from them."""
    rows = []
    for place in range(count if count is not None else len(_ROWS)):
        kind, due, what, for_whom, where, holder, waits = _ROWS[place % len(_ROWS)]
        turn = place // len(_ROWS)
        rows.append(
            Promise(
                kind=kind,
                id=2417 + place,
                ref=f"D-{2417 + place}",
                due_at=_due(due) + timedelta(minutes=turn * 37),
                warn_at=None,
                what=what,
                for_whom=for_whom,
                where=where,
                holder_id=_HOLDERS.get(holder, 20) if holder else None,
                holder=holder if holder != "moi" else "Inès",
                waits_for=waits,
                team="accueil" if place % 3 else "installations",
                priority="P1" if place == 0 else "P3",
                state="gap" if kind is K.ROTA else "open",
                haystack=haystack_of(f"D-{2417 + place}", what, for_whom, where, holder, waits),
                opened_elsewhere_by="Maëlle" if place == 1 else "",
            )
        )
    return tuple(rows)


def holiday(day: date) -> str:
    """The feasts of these days."""
    return "Vendredi saint, férié en Moselle" if day == date(2027, 3, 26) else ""


def detail(promise: Promise) -> Detail:
    """The key handover in full; of the others only what the list says."""
    if promise.id != 2417:
        return Detail(
            promise,
            promise.what,
            promise.for_whom,
            facts=(
                Fact("Pour", promise.for_whom),
                Fact("Où", promise.where, brief=True),
                Fact("Qui", promise.holder or "libre"),
                Fact("Attend", promise.waits_for or "personne : à nous d'agir"),
            ),
            acts=(NowAct("board.claim", "Prendre"), NowAct("board.status", "Changer le statut")),
            timeline=(TimelineLine(NOW - timedelta(hours=3), "Inès", "créée, reçue par téléphone"),),
        )

    def at(hour: int, minute: int, days: int = 0) -> datetime:
        return datetime(2027, 3, 24 - days, hour - 1, minute, tzinfo=UTC)

    return Detail(
        promise=promise,
        title="Remise de clés 204",
        for_whom="Jonas, famille de 4 · de",
        facts=(
            Fact("Pour", "Jonas, famille de 4", "· de"),
            Fact("Tél.", "06 39 98 14 27", tone=Tone.BRIGHT, bold=True, brief=True),
            Fact("Où", "gare de Metz, hall départ", brief=True),
            Fact("Demandé", "Karim, propriétaire"),
            Fact("Qui", "moi", "depuis 17:50", tone=Tone.MINE, bold=True),
            Fact("Attend", "personne : à nous d'agir"),
        ),
        acts=(
            NowAct("board.call", "Appeler Jonas", "06 39 98 14 27"),
            NowAct("board.key", "Remettre la clé 204", "crochet 12"),
            NowAct("board.callback", "Reporter la promesse"),
        ),
        steps=(
            Step("clé présente, 3 pièces", done=True),
            Step("autorisation du propriétaire", done=True),
            Step("arrivée confirmée le jour même", done=True),
            Step("fiche d'accueil en allemand", done=True),
            Step("identité vue (nature seulement)", required=True),
            Step("reçu signé ou code donné", required=True),
            Step("ligne « sortie » au registre"),
            Step("propriétaire prévenu"),
        ),
        timeline=(
            TimelineLine(at(18, 31), "Inès", "pas de réponse, 2e essai"),
            TimelineLine(at(18, 24), "", "promesse dépassée", Tone.LATE, Mark.LATE),
            TimelineLine(at(18, 2), "Jonas", "« train + 20 min »"),
            TimelineLine(at(17, 50), "Inès", "prise en charge"),
            TimelineLine(at(15, 10), "Karim", "remise autorisée"),
        ),
        sections=(
            Section(
                "Jonas",
                lines=(
                    Line("allemand, anglais un peu", "Langue", left_tone=Tone.MUTED),
                    Line("24 au 28 mars, logement P-11", "Séjour", left_tone=Tone.MUTED),
                    Line("2 demandes, toutes tenues", "Déjà", left_tone=Tone.MUTED),
                ),
                column=8,
            ),
        ),
    )


def now_sections() -> tuple[Section, ...]:
    """What is true right now, for the third pane."""
    on = (
        ("moi", "accueil", 6, Tone.MINE),
        ("Maëlle", "accueil", 5, Tone.TEXT),
        ("Gaël", "terrain", 3, Tone.TEXT),
        ("Hélène", "superv.", 2, Tone.TEXT),
        ("Clémence", "coach", 8, Tone.TEXT),
    )
    return (
        Section(
            "En poste maintenant",
            lines=tuple(
                Line(post, who, str(load), left_tone=tone, tone=Tone.MUTED, gauge=load)
                for who, post, load, tone in on
            ),
        ),
        Section(
            "Les deux heures qui viennent",
            lines=(
                Line("clés 204, clé 117", "18:30", mark=Mark.LATE, left_tone=Tone.BRIGHT),
                Line("rappel Bernadette", "18:45", mark=Mark.SOON, left_tone=Tone.MUTED),
                Line("TGV Aurélien, quai 3", "19:00", mark=Mark.SOON, left_tone=Tone.MUTED),
                Line("taxi Anke", "19:15", mark=Mark.SOON, left_tone=Tone.MUTED),
                Line("paniers Odile", "19:30", mark=Mark.SOON, left_tone=Tone.MUTED),
                Line("accueil P-14", "20:00", mark=Mark.CALM, left_tone=Tone.MUTED),
                Line("massage, si oui", "20:15", mark=Mark.WAITING, left_tone=Tone.MUTED),
                Line("pharmacie Yolande", "20:30", mark=Mark.CALM, left_tone=Tone.MUTED),
            ),
        ),
        Section(
            "Clés",
            "6 dehors",
            lines=(
                Line("Lilas", "117", "18:35", Mark.LATE, left_tone=Tone.BRIGHT, right_tone=Tone.LATE),
                Line("prête, Jonas", "204", "18:24", Mark.SOON, left_tone=Tone.BRIGHT),
                Line("Gaël", "098", "20:30", Mark.CALM),
                Line("Zofia", "072", "dim 11:00", Mark.CALM),
            ),
        ),
        Section(
            "Relève du soir",
            "brouillon",
            lines=(
                Line("2 lignes", "rouge", mark=Mark.SQUARE, left_tone=Tone.LATE, tone=Tone.MUTED),
                Line("7 lignes", "ambre", mark=Mark.SQUARE, left_tone=Tone.SOON, tone=Tone.MUTED),
                Line("9 lignes", "vert", mark=Mark.SQUARE, left_tone=Tone.DONE, tone=Tone.MUTED),
            ),
            share=0.9,
            share_tone=Tone.SOON,
        ),
        Section(
            "Par heure",
            "61 contacts",
            bars=Bars(
                (3, 6, 8, 5, 4, 2, 5, 7, 6, 6, 9, 0, 0),
                ("8", "", "10", "", "12", "", "14", "", "16", "", "18", "", "20"),
                10,
            ),
        ),
    )


class GallerySource:
    """A board that stands still."""

    def __init__(self, rows: tuple[Promise, ...] | None = None) -> None:
        self.rows = promises() if rows is None else rows
        self.version = 0

    def load(self) -> Snapshot:
        return Snapshot(self.rows, kept_today=17, now_sections=now_sections())

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        found = next((row for row in self.rows if row.key == (kind, promise_id)), None)
        return detail(found) if found is not None else None

    def token(self) -> str:
        return str(self.version)
