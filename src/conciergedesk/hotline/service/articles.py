"""Articles at work: looked at, sent, used, and searched for in vain."""

from __future__ import annotations

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import search_digits
from conciergedesk.core.text import fold
from conciergedesk.hotline.articles import Article
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.tables import ArticleMiss, ArticleUse, Ticket, TicketNote
from conciergedesk.staff.rules import Right

KINDS = ("view", "sent", "used")


def use_article(
    unit: Unit,
    house: HotlineHouse,
    article_id: str,
    kind: str,
    *,
    ticket_id: int | None = None,
    language: str = "fr",
) -> Article:
    """Count an article as looked at, sent or used; once per ticket and kind.

    Raises:
        NotFound: there is no such article.
        InvalidInput: unknown kind.
    """
    unit.require(Right.ANSWER_HOTLINE)
    if kind not in KINDS:
        raise InvalidInput(N_("An article is looked at, sent or used."), field="kind")
    article = house.shelf.article(article_id, language)
    if ticket_id is not None:
        known = unit.session.exec(
            select(ArticleUse.id).where(
                ArticleUse.ticket_id == ticket_id, ArticleUse.article == article.id, ArticleUse.kind == kind
            )
        ).first()
        if known is not None:
            return article
    row = unit.add(
        ArticleUse(
            article=article.id, language=article.language, kind=kind, ticket_id=ticket_id, by_id=unit.actor.id,
            at=unit.now,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record(
        f"article.{kind}", "article", row.id, undoable=False, article=article.id, ticket=ticket_id,
        version=article.version,
    )  # fmt: skip
    return article


def send_article(unit: Unit, house: HotlineHouse, ticket_id: int, article_id: str) -> str:
    """Send an article to the caller in the caller's language; answers the text to send."""
    unit.require(Right.ANSWER_HOTLINE)
    ticket = unit.load(Ticket, ticket_id)
    article = use_article(unit, house, article_id, "sent", ticket_id=ticket_id, language=ticket.language)
    text = spoken_article(article)
    unit.add(
        TicketNote(
            ticket_id=ticket_id, at=unit.now, author_id=unit.actor.id, author=unit.actor.name, kind="message",
            text=f"{article.id} · {article.title}",
        )
    )  # fmt: skip
    unit.record("ticket.article_sent", "ticket", ticket_id, undoable=False, article=article.id)
    return text


def spoken_article(article: Article) -> str:
    """An article as a plain message: title, numbered steps with what to expect, and the way out."""
    lines = [article.title, "", article.purpose, ""]
    for number, step in enumerate(article.steps, 1):
        lines += [f"{number}. {_plain(step.do)}", f"   → {_plain(step.expected)}"]
    return "\n".join([*lines, "", _plain(article.still_not)])


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "").strip()


def searched_in_vain(unit: Unit, words: str) -> None:
    """Remember a search that found nothing, so that somebody writes the article. Numbers are not kept."""
    unit.require(Right.ANSWER_HOTLINE)
    kept = " ".join(word for word in fold(words).split() if len(search_digits(word)) < 4)[:80].strip()
    if len(kept) < 3:
        return
    row = unit.session.exec(select(ArticleMiss).where(ArticleMiss.words == kept)).first()
    if row is None:
        row = unit.add(ArticleMiss(words=kept, last_at=unit.now))
    else:
        row.times, row.last_at, row.answered = row.times + 1, unit.now, False
    assert row.id is not None
    unit.record("article.missed", "article", row.id, undoable=False)


def miss_answered(unit: Unit, miss_id: int) -> None:
    """An article answers this search now."""
    unit.require(Right.EDIT_KNOWLEDGE)
    row = unit.load(ArticleMiss, miss_id)
    row.answered = True
    unit.record("article.miss_answered", "article", miss_id)
