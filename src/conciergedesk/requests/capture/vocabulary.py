"""The words of the capture line besides moments: folded French, English and German."""

from __future__ import annotations

import re

from conciergedesk.core.moment_words import MONTHS, either


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w'-])")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Negations first: "pas urgent" is not urgent.
PRIORITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "P4",
        _words(
            r"p4|(?:pas|non|peu|not|nicht|kaum) (?:du tout |tres )?(?:urgente?s?|presse?e?s?|dringend|eilig)"
        ),
    ),
    (
        "P4",
        _words(r"rien ne presse|quand vous pouvez|no (?:rush|hurry)|low(?: priority)?|keine eile|basse"),
    ),
    (
        "P1",
        re.compile(
            r"(?<![\w'-])(?:(?:tres |very |sehr )?(?:urgente?s?|dringend|eilig)|p1)(?:\s?!{1,5})?(?![\w'-])"
        ),
    ),
    ("P1", re.compile(r"(?<![\w!])!{1,5}(?![\w!])|!{1,5}(?=\s|$)")),
    ("P2", _words(r"p2|prioritaire|high(?: priority)?|important|wichtig|presse?e?s?")),
    ("P3", _words(r"p3|normale?|normal priority")),
)

NUMBERS: dict[str, int] = {
    word: number
    for number, spoken in enumerate(
        ("deux two zwei", "trois three drei", "quatre four vier", "cinq five funf", "six sechs", "sept seven sieben",
         "huit eight acht", "neuf nine neun", "dix ten zehn"),
        2,
    )
    for word in spoken.split()
}  # fmt: skip
_SPOKEN = either(NUMBERS)
_PERSONS = (
    r"p\b\.?|pers\b\.?|personnes?|pax|people|persons?|guests?|personen|gaste|leute|adultes?|adults?|erwachsene"
    r"|convives?|couverts?|covers?|voyageurs?"
)
COUNTED_PERSONS = re.compile(
    r"(?<![\w+.,/:'-])(?:(?:a|pour|for|fur|de|of) )?"
    rf"(?P<count>[1-9][0-9]{{0,2}}|(?:{_SPOKEN})(?=\s))\s?(?:{_PERSONS})(?![\w'-])"
)
MORE_PERSONS = re.compile(
    rf"\s*(?:,|\+|et|and|und|plus)?\s*(?P<count>[1-9][0-9]?)\s(?:{_PERSONS}|enfants?|bebes?|children|child|kids?|kinder?)"
    r"(?![\w'-])"
)
COUNTED_TIMES = re.compile(
    r"(?<![\w+.,/:'-])(?:x\s?(?P<after>[1-9][0-9]{0,2})|(?P<before>[1-9][0-9]{0,2})\s?(?:x|fois|times|mal))(?![\w'-])"
)
_NO_FIGURE_AFTER = (
    r"(?![\w':/-]|[.,][0-9]|\s?(?:rue|av|avenue|bd|h|heures|min|jours?|nuits?|days?|nights?)\b)"
)
COUNTED_FOR = re.compile(
    r"(?<![\w'-])(?:pour|for|fur|(?<=table )de|(?<=tables )de|(?<=groupe )de|(?<=famille )de|(?<=group )of"
    rf"|(?<=gruppe )von)\s(?P<count>[1-9][0-9]?|{_SPOKEN}){_NO_FIGURE_AFTER}"
    rf"|(?<=table )(?P<table>[1-9][0-9]?){_NO_FIGURE_AFTER}"
)
PAIRS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, _words(r"solo|une personne|one person|eine person")),
    (2, _words(r"duo|en couple|a deux|zu zweit")),
)
# A small number before a word that can be counted; the word itself may still name the type.
COUNTED_THINGS = re.compile(
    rf"(?<![\w+.,/:'-])(?P<count>[1-9][0-9]?|{_SPOKEN})\s(?P<unit>"
    r"paniers?|colis|paquets?|bagages?|valises?|sacs?|places?|billets?|chambres?|nuits?|cles?|clefs?|trousseaux?"
    r"|bouquets?|enfants?|bebes?|chiens?|chats?|velos?|tables?|seances?|cartons?|jours"
    r"|baskets?|parcels?|packages?|bags?|suitcases?|tickets?|seats?|rooms?|nights?|keys?|children|child|kids?"
    r"|dogs?|cats?|bikes?|flowers|korbe?|pakete?|koffer|platze|karten|zimmer|nachte|schlussel|kinder?|hunde?"
    r")(?![\w'-])"
)

# The languages a request can be in; any other ("parle italien") is a fact for the title.
LANGUAGES: dict[str, str] = {
    "fr": r"francais|francaise|french|franzosisch",
    "en": r"anglais|anglaise|english|englisch",
    "de": r"allemand|allemande|german|deutsch",
}
LANGUAGE_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        code,
        _words(
            rf"(?:(?:parle|speaks|spricht|langue|language|sprache)\s(?:en\s|nur\s)?|en\s|in\s|auf\s)?(?:{names})"
        ),
    )
    for code, names in LANGUAGES.items()
)
# "visa allemand", "cours d'anglais": the language is what it is about, not what is spoken.
NOT_SPOKEN_AFTER = re.compile(
    r"(?<!\w)(?:cours|lecon|lecons|ecole|visa|permis|assurance|plaque|carte|interprete|traducteur|traduction|class|lessons?)"
    r"\s(?:d'|de\s)?$"
)
# Codes that are no word of any of the three languages may stand anywhere; "de" and "en" only at the end.
PLAIN_CODES = re.compile(r"(?<![\w'.@-])(?P<code>fr)(?![\w'@-])")
CODES_AT_THE_END = re.compile(r"(?<![\w'.@-])(?P<code>de|en)(?![\w'@-])")

CHANNELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("phone", _words(r"(?:par |by |per )?(?:tel\.?|telephone|phone|telefon|appel|anruf|am telefon|by call)")),
    ("email", _words(r"(?:par |by |per )?(?:e-?mail|mail|courriel)")),
    ("desk", _words(r"(?:au |at the |am )?(?:comptoir|guichet|counter|front desk|schalter|sur place)")),
    ("chat", _words(r"(?:par |by |via )?(?:chat|tchat|whatsapp|messagerie)")),
)
CALL_BACK = _words(
    r"a rappeler|rappeler|rappelez|rappel|appeler|telephoner a|call back|call-back|callback|ruckruf|zuruckrufen"
    r"|bitte zuruckrufen|anrufen"
)
# "rappel 15 min": from now on, as nobody calls back for a quarter of an hour.
MINUTES_AFTER = re.compile(r"\s*,?\s*(?P<count>[1-9][0-9]{0,2}\s?(?:minutes?|minuten|mins?|mn))(?!\w)")
ASSIGNEE = re.compile(r"(?<!\S):(?P<name>[^\W\d_][\w'-]*)")
FOR_ME = _words(r"pour moi|for me|fur mich")

# --- telephone numbers ---

PHONE = re.compile(
    r"(?<![\w+])(?<![\w][.,/-])(?:(?P<french>(?:\+33\s?(?:\(0\)\s?)?|0033\s?|0)[1-9](?:[\s.-]?[0-9]{2}){4}(?![0-9]))"
    r"|(?P<plus>(?:\+|00)[1-9][0-9]{0,14}(?![\w:€])(?:[\s./()-]{1,3}[0-9]{1,12}(?![\w:€])){0,8})"
    r"|(?P<other>0?[1-9][0-9]{1,13}(?![\w:€])(?:[\s./()-]{1,3}[0-9]{2,12}(?![\w:€])){0,8}))"
    r"(?P<extension>[\s,]{1,3}(?:poste|ext\.?|durchwahl)\s?[0-9]{1,5}(?![\w:]))?"
)
PHONE_LEAD = re.compile(
    r"(?<!\w)(?:tel\.?|telephone|phone|mob\.?|mobile|portable|gsm|au|n°|num\.?|telefon|handy)\s?:?\s?$"
)
LAST_DIGITS = re.compile(
    r"(?<![\w+.,/:'-])(?P<digits>[0-9]{4})(?![\w.,/:€'-])(?!\s(?:rue|av|avenue|bd|eur|euros?)\b)"
)

# --- places ---

STREETS = re.compile(
    r"(?<![\w'-])(?:(?:a|au|at|chez) )?(?:(?:[1-9][0-9]{0,3}(?:\s?(?:bis|ter|[a-d]))?,?\s)"
    r"(?:rue|avenue|av\.?|boulevard|bd\.?|place|pl\.?|quai|impasse|allees?|chemin|route|cours|square|faubourg)"
    r"|rue|avenue|boulevard|quai|impasse|allee|faubourg)\s"
    r"(?:(?:de la|de l'|du|des|de|d'|la|le|les|l')\s?)?"
    r"(?:[0-9]{1,2}(?:er)?\s[a-z]+(?:\s(?:18|19|20)[0-9]{2})?"
    r"|(?:(?:saint|sainte|st|ste|general|gal|marechal|president|docteur|dr|jean|paul|pierre|notre|grand|grande"
    r"|petit|petite|vieux|vieille|en)[\s-])?[a-z][a-z'-]*)"
)
# Nouns that take a name or a number after them.
NAMED_PLACES = _listed("""
    gite gites hotel hostel auberge appartement appart appt apt apartment flat villa chalet
    residence camping studio loft chateau manoir ferme domaine ferienwohnung ferienhaus wohnung
    clinique lycee
    """)
# Nouns that are a place by themselves; a name joins them by "de" or when the place is known.
PLAIN_PLACES = _listed("""
    gare aeroport airport station bahnhof hauptbahnhof flughafen mairie rathaus prefecture
    cathedrale centre-ville hall parking domicile palais congres opera musee stade
    """)
NUMBERED_PLACE = re.compile(
    r"(?<![\w'-])(?:(?:a|au|en|at|in) )?(?:l'|la |le |the )?"
    r"(?:gite|appartement|appart|appt|apt|apartment|flat|chambre|ch|room|zimmer|suite|villa|chalet|studio|bureau"
    r"|salle|batiment|immeuble|bungalow|emplacement)\.?\s?(?:n[°o]\.?\s?|nr\.?\s?)?[0-9]{1,4}[a-d]?"
    r"(?![\w:/])(?!\s?(?:p|pers|personnes|pax|people|nuits?|jours?|nights?|days?|h|heures|uhr)\b)"
    rf"(?!\s?(?:{either(MONTHS)})\b)"
)
PLACE_LEADS = frozenset(
    {"a", "au", "aux", "chez", "at", "in", "bei", "beim", "im", "zum", "zur", "to", "nach", "vers"}
)
TOWARDS = frozenset({"a", "au", "aux", "to", "vers", "nach", "zum", "zur"})
AWAY_FROM = frozenset({"de", "du", "depuis", "from", "von", "vom", "ab"})
TOWN_LINKS = frozenset({"de", "d", "du", "of", "in", "von", "bei"})
TOWN_LEADS = PLACE_LEADS | AWAY_FROM | frozenset({"d", "sur", "pour", "of"})
# "au nom de", "at least": not places.
NOT_PLACES = _listed("""
    nom sujet moins plus lieu cas least once name retour total choix point mieux telephone last moi
    lui eux
    """)
ARTICLES = frozenset({"le", "la", "les", "l", "the", "der", "die", "das", "den", "dem"})
LINKS = frozenset(
    {"de", "du", "des", "d", "la", "le", "les", "l", "of", "the", "am", "an", "der", "sur", "en", "aux"}
)
NAME_OPENERS = _listed("""
    grand grande grands petit petite petits vieux vieille saint sainte st ste notre belle beau bon
    bonne mon villa clos haut haute bas new old royal
    """)

# --- people ---

TITLES = _listed("""
    m mr mme mlle mrs ms miss monsieur madame mademoiselle herr herrn frau fam famille family familie dr
    """)
PARTICLES = frozenset(
    {"de", "du", "des", "d", "la", "le", "van", "von", "der", "den", "di", "da", "ben", "el", "al"}
)
FOR = frozenset({"pour", "for", "fur", "client", "cliente", "customer", "kunde", "kundin", "gast"})
# What every request asks for; a title needs none of it.
ASKING = _listed("""
    rdv rv reserver reservez reservation resa commander commande booking book reserve order buchen buchung
    reservieren reservierung termin bestellen
    """)
SMALL_WORDS = _listed("""
    a au aux avec avant apres car ce ces cet cette chez d dans de des du elle en entre est et il ils
    je l la le les leur lui ma mais me mes moi mon ne nos notre nous on ou par pas plus pour qu que
    qui sa sans se ses si son sur ta te tes toi ton tu un une veut voudrait demande besoin vos votre
    vous y svp merci bonjour bonsoir nouveau nouvelle new neu souhaite braucht
    the an and at by for from he her his i in is it
    its me my of on or our she so that their they this to us we with you your please need needs
    wants would like am an auf aus bei bis das dem den der die ein eine einen er es fur haben hat
    ich ihr im in ist mit nach nicht oder sie sind und uns unser von vor wir zu zum zur bitte danke
    """)
