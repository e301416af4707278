"""Who is calling: a number looked up among site contacts, providers and people, each by an index."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.phone import match_key, read_phones, search_digits
from conciergedesk.customers.tables import Person, Phone
from conciergedesk.hotline.tables import Site, SiteContact
from conciergedesk.providers.tables import Provider, ProviderPhone


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a number belongs to; everything is empty for a stranger.

    ``others`` counts further contacts with the same number, so that nobody is taken for another.
    """

    number: str = ""
    name: str = ""
    role: str = ""
    language: str = "fr"
    site_id: int | None = None
    provider_id: int | None = None
    contact_id: int | None = None
    person_id: int | None = None
    others: int = 0


def recognise(session: Session, typed: str) -> Caller:
    """The caller behind a number, however it is spelled; the last four digits narrow it down first."""
    found = read_phones(typed) if typed else []
    e164 = next((one.e164 for one in found if one.e164), "") or ""
    digits = search_digits(typed)
    if not e164 and len(digits) < 6:
        return Caller(number=typed)
    found_contact = _contact(session, e164) if e164 else _contact_as_typed(session, digits, typed)
    return found_contact or _provider(session, e164, typed) or _person(session, digits, e164, typed)


def _contact(session: Session, e164: str) -> Caller | None:
    return _one_of(session, col(SiteContact.e164) == e164, e164)


def _contact_as_typed(session: Session, digits: str, typed: str) -> Caller | None:
    """A number that is in no numbering plan is still recognised when a contact is kept with the same digits."""
    kept = session.exec(
        pick(SiteContact.id, SiteContact.typed).where(SiteContact.tail == digits[-4:], SiteContact.e164 == "")
    ).all()
    same = [contact for contact, text in kept if search_digits(text) == digits]
    return _one_of(session, col(SiteContact.id).in_(same), typed) if same else None


def _one_of(session: Session, where: ColumnElement[bool], number: str) -> Caller | None:
    rows = session.exec(
        pick(
            SiteContact.id, SiteContact.first_name, SiteContact.role, SiteContact.language, Site.id,
            Site.provider_id,
        )
        .join(Site, col(Site.id) == SiteContact.site_id)
        .where(where, col(Site.active))
        .order_by(col(SiteContact.on_agreement).desc(), col(SiteContact.id))
        .limit(5)
    ).all()  # fmt: skip
    if not rows:
        return None
    contact, name, role, language, site, provider = rows[0]
    same_site = len({row[4] for row in rows}) == 1
    return Caller(
        number,
        name,
        role,
        language,
        site if same_site else None,
        provider,
        contact if same_site else None,
        others=len(rows) - 1,
    )


def _provider(session: Session, e164: str, typed: str) -> Caller | None:
    if not e164:
        return None
    rows = session.exec(
        pick(Provider.id, Provider.name, Provider.languages)
        .join(ProviderPhone, col(ProviderPhone.provider_id) == Provider.id)
        .where(ProviderPhone.e164 == e164)
        .limit(3)
    ).all()
    if not rows:
        return None
    provider, _name, languages = rows[0]
    sites = session.exec(pick(Site.id).where(Site.provider_id == provider, col(Site.active)).limit(2)).all()
    language = next((one for one in languages.split() if one in ("fr", "en", "de")), "fr")
    return Caller(
        e164 or typed,
        "",
        "",
        language,
        sites[0][0] if len(sites) == 1 else None,
        provider,
        others=len(rows) - 1,
    )


def _person(session: Session, digits: str, e164: str, typed: str) -> Caller:
    key = match_key(e164) if e164 else digits
    rows = session.exec(
        pick(Person.id, Person.first_name, Person.last_name, Person.language)
        .join(Phone, col(Phone.person_id) == Person.id)
        .where(Phone.tail == key[-4:], Phone.match == key, col(Person.erased_at).is_(None))
        .limit(3)
    ).all()
    if not rows:
        return Caller(number=e164 or typed)
    person, first, last, language = rows[0]
    return Caller(
        e164 or typed,
        f"{first} {last}".strip(),
        language=language,
        person_id=person,
        others=len(rows) - 1,
    )
