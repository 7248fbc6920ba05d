"""The statement of a store: its accounts over a period, and every posting in it with what ordered it (O15, S13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from ombud.documents import parts
from ombud.documents.blocks import Block, Cell, Column, Document, Facts, Heading, Paragraph, Table, dim, whole
from ombud.documents.voice import Voice, utc
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books
from ombud.store.ledger import Entry, accounts, statement
from ombud.store.models import Store

MOST_POSTINGS = 5_000
"""More than that nobody reads on paper; the command line has them all as JSON."""


def statement_of(store: Store, at: datetime, *, since: datetime | None, language: str) -> Document:
    """The statement of a store over (since, at]; since None: from its first posting on.

    Raises OmbudError where there are more postings than a document takes.
    """
    voice = Voice(language)
    _ = voice.say
    entries, count = statement(store.store_id, at, since=since, latest=MOST_POSTINGS)
    if count > MOST_POSTINGS:
        raise _too_many(store, count)
    period = _("after {since}, up to {at}").format(since=utc(since), at=utc(at)) if since else _("up to {at}")
    blocks: list[Block] = [
        Facts(
            (
                (_("store"), (whole(store.store_id), dim(f"{store.platform} · {store.site} · {store.country}"))),
                (_("period"), period.format(at=utc(at))),
                (_("postings"), str(count)),
            )
        ),
        Heading(_("Accounts")),
        *_accounts(store, at, since, voice),
        Heading(_("Postings")),
        *_postings(entries, voice),
    ]
    return Document(
        language=language,
        at=at,
        series=_("Statement"),
        of=f"{store.site} · {store.store_id}",
        title=_("Statement of the store {store}").format(store=store.store_id),
        subtitle=period.format(at=utc(at)),
        foot=_("as of {at}").format(at=utc(at)),
        pages=_(parts.PAGES),
        blocks=tuple(blocks),
    )


def _accounts(store: Store, at: datetime, since: datetime | None, voice: Voice) -> Iterator[Block]:
    """One table for each currency; what stands in one comes to nothing in sum, since every posting only moves it."""
    _ = voice.say
    before = (
        {(one.currency, one.name): one.balance_minor for one in accounts(since, store_id=store.store_id)}
        if since
        else {}
    )
    balances: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for one in accounts(at, store_id=store.store_id):
        balances[one.currency][one.name] = before.get((one.currency, one.name), 0), one.balance_minor
    if not balances:
        yield Paragraph(_("Nothing has been posted."))
    columns = (Column(_("account"), 4), Column(_("before"), 3, right=True), Column(_("moved"), 3, right=True))
    for currency, found in sorted(balances.items()):
        rows = [
            (
                parts.account(name, None, voice),
                *(format_amount(amount, currency) for amount in (first, last - first, last)),
            )
            for name, (first, last) in sorted(found.items())
        ]
        yield Table((*columns, Column(_("at the end"), 3, right=True)), rows)


def _postings(entries: list[Entry], voice: Voice) -> Iterator[Block]:
    _ = voice.say
    if not entries:
        yield Paragraph(_("Nothing has been posted in this period."))
        return
    columns = (
        Column(_("instant, case"), 5),
        Column(_("order"), 4),
        Column(_("line"), 6),
        Column(_("amount"), 4, right=True),
        Column(_("owed after it"), 4, right=True),
    )
    yield Table(columns, [_row(entry, voice) for entry in entries])
    yield Paragraph(
        _("Owed after it: what the disputes had done by then to what the platform owes the store."), dim=True
    )


def _row(entry: Entry, voice: Voice) -> tuple[Cell, ...]:
    book = books.kept(entry.rulebook_id)
    moved = f"{parts.account(entry.debit, book, voice)} → {parts.account(entry.credit, book, voice)}"
    return (
        (utc(entry.at), dim(f"#{entry.case_id}.{entry.seq}")),
        whole(entry.order_id),
        (parts.line_title(entry.line, entry.clause, book, voice), dim(moved), dim(entry.clause)),
        format_amount(entry.amount_minor, entry.currency),
        format_amount(entry.owed_minor, entry.currency),
    )


def _too_many(store: Store, count: int) -> OmbudError:
    return OmbudError(
        Problem(
            "too_many_postings",
            N_("The store {store} has {count} postings in that period; a statement takes {most}."),
            {"store": store.store_id, "count": count, "most": MOST_POSTINGS},
            mend=N_("Choose a shorter period, or take them all with `ombud ledger {store} --json`."),
        )
    )
