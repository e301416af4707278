"""The words of opening hours as people write them, and the one form each stands for."""

from __future__ import annotations

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SUN_EVENTS = ("dawn", "sunrise", "sunset", "dusk")

_WEEKDAY_WORDS = {
    "Mo": "mo mon monday mondays montag montags mon. lun lun. lundi lundis lunes lunedì maandag",
    "Tu": "tu tue tues tuesday tuesdays di die dienstag dienstags mar. mardi mardis martes dinsdag",
    "We": "we wed wednesday wednesdays mi mit mittwoch mittwochs mer mercredi mercredis miércoles woensdag",
    "Th": "th thu thur thurs thursday thursdays do don donnerstag donnerstags jeu jeudi jeudis jueves donderdag",
    "Fr": "fr fri friday fridays freitag freitags ven vendredi vendredis viernes vrijdag",
    "Sa": "sa sat saturday saturdays samstag samstags sonnabend sonnabends sam samedi samedis sábado zaterdag",
    "Su": "su sun sunday sundays so son sonn sonntag sonntags dim dimanche dimanches domingo zondag",
}
_MONTH_WORDS = {
    "Jan": "jan january januar janv janvier jänner enero gennaio januari",
    "Feb": "feb february februar fev fév fevrier février febrero febbraio februari",
    "Mar": "mar march märz maerz mars marzo maart",
    "Apr": "apr april avr avril abril aprile",
    "May": "may mai mayo maggio mei",
    "Jun": "jun june juni juin junio giugno",
    "Jul": "jul july juli juil juillet julio luglio",
    "Aug": "aug august août aout agosto augustus",
    "Sep": "sep sept september septembre septiembre settembre",
    "Oct": "oct october okt oktober octobre octubre ottobre",
    "Nov": "nov november novembre noviembre",
    "Dec": "dec december dez dezember déc decembre décembre diciembre dicembre",
}
_OTHER_WORDS = {
    "PH": "ph feiertag feiertage feiertagen feiertags férié fériés ferie feries holiday holidays",
    "SH": "sh schulferien ferien schoolholiday schoolholidays",
    "week": "week weeks",
    "day": "day days",
    "easter": "easter pâques ostern",
    "open": "open geöffnet ouvert",
    "off": "off closed geschlossen fermé ferme ruhetag",
    "unknown": "unknown",
    "always": "always",
    "dawn": "dawn",
    "sunrise": "sunrise",
    "sunset": "sunset",
    "dusk": "dusk",
    "daylight": "daylight",
    "workday": "workday workdays werktag werktags werktage weekday weekdays",
    "weekend": "weekend weekends",
    "-": "to bis till til until through thru au ate a á à as ás às до jusqu'à",
    ",": "and und et u",
    "": "on an nur only from von de du le les uhr",
    "am": "am a.m. a.m",
    "pm": "pm p.m. p.m",
}

# Two words that mean one; a hyphen or underscore between them counts as a space.
PHRASES = {
    ("school", "holiday"): "SH",
    ("school", "holidays"): "SH",
    ("public", "holiday"): "PH",
    ("public", "holidays"): "PH",
    ("jours", "fériés"): "PH",
    ("jour", "férié"): "PH",
    ("work", "day"): "workday",
    ("work", "days"): "workday",
    ("on", "appointment"): "comment",
    ("by", "appointment"): "comment",
    ("nach", "vereinbarung"): "comment",
    ("sur", "rendez-vous"): "comment",
    ("sur", "réservation"): "comment",
}

VOCABULARY = {
    word: meaning
    for table in (_WEEKDAY_WORDS, _MONTH_WORDS, _OTHER_WORDS)
    for meaning, words in table.items()
    for word in words.split()
}
VOCABULARY |= {"on_appointment": "comment", "nach_vereinbarung": "comment", "sur_rendez-vous": "comment"}
