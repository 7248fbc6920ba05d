"""The notice of a case: what happened, until when to answer, what is asked for, what is at stake (O8, S3, S14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from ombud.documents import parts
from ombud.documents.asked import Asked, asked, content_rules, file_rules
from ombud.documents.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
    Heading,
    Lead,
    Line,
    Paragraph,
    Points,
    Table,
    dim,
    strong,
    whole,
)
from ombud.documents.voice import Voice, in_zone, utc
from ombud.domain.cases import EventKind, movable_by
from ombud.domain.countdown import countdown
from ombud.domain.money import MoneyLine, format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.rulebook.clauses.notices import NoticeVersion
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.store.models import Protection


def notice(file: CaseFile, at: datetime, *, language: str | None = None) -> Document:
    """The notice of a case as of `at`, in the language that its book names, or in `language`: en, ru or zh.

    `file` is that of the case as of `at`. Raises OmbudError where the case was not open yet, for a language that
    documents are not written in, and where the book names none and none is given.
    """
    case, book = file.case, books.kept(file.case.rulebook_id)
    clause = books.version(book, "notices", case.opened_at)
    if language is None:
        language = clause.value.language if clause else book.value("notices", case.opened_at).language
    voice = Voice(language)
    _ = voice.say
    heading = parts.title(file, book, voice)
    blocks: list[Block] = [_lead(file, book, at, clause, voice)]
    blocks += [Heading(_("The case")), Facts((*parts.about(file, book, voice), *_money(file, voice)))]
    blocks += [*_evidence(file, book, voice), *_rules(file, book, voice), *_stakes(file, book, voice)]
    blocks += parts.clauses(book, _clauses(file, book), case.opened_at, voice)
    return Document(
        language=language,
        at=at,
        series=_("Notice of a dispute"),
        of=f"{voice.text(book.title)} · {_('case')} #{case.case_id} · {file.store.store_id}",
        title=heading,
        subtitle=_("Order {order}, store {store}").format(order=case.order_id, store=case.store_id),
        foot=_("as of {at}").format(at=utc(at)),
        pages=_(parts.PAGES),
        blocks=tuple(blocks),
    )


def _lead(file: CaseFile, book: Rulebook, at: datetime, clause: Dated[NoticeVersion] | None, voice: Voice) -> Lead:
    """The clock leads; the zones are those that the book names."""
    _, case, standing = voice.say, file.case, file.standing
    decides = _who_decides(file, book, voice)
    if standing.due_at is None:
        return Lead(_("Answer by"), _("no clock runs here"), (), decides)
    zones = clause.value.zones if clause else ("utc", "store")
    told = {"utc": utc(standing.due_at), "store": in_zone(standing.due_at, file.store.timezone)}
    first, *others = (told[zone] for zone in zones)
    lines: list[Line] = [strong(other) for other in others]
    if standing.state in movable_by(EventKind.WINDOW_CLOSED):
        left = countdown(standing.due_at, at)
        words = _("{left} left as of {at}") if left.left.total_seconds() > 0 else _("{left}, as of {at}")
        lines.append(dim(words.format(left=left.say(_), at=utc(at))))
        note = decides or _("What arrives at that instant or later is not taken, and the case is lost.")
    else:
        book = books.kept(case.rulebook_id)
        note = _("As of {at} the case is: {state}.").format(at=utc(at), state=parts.status(file, book, voice))
    if (portal := books.version(book, "platform.portal", case.opened_at)) and not case.route:
        lines.append(_("where: {path}").format(path=voice.text(portal.value.path)))
    return Lead(_("Answer by"), first, tuple(lines), note)


def _who_decides(file: CaseFile, book: Rulebook, voice: Voice) -> str:
    case = file.case
    found = books.version(book, f"routes.{case.route}", case.opened_at) if case.route else None
    if found is None:
        return ""
    return voice.say(N_("This is no dispute of the platform. Who decides: {who}.")).format(
        who=voice.text(found.value.handled_by)
    )


def _money(file: CaseFile, voice: Voice) -> Iterator[tuple[str, Cell]]:
    currency = file.case.currency
    yield voice.say(N_("held")), strong(format_amount(file.standing.held_minor, currency))
    if file.order.refunded_minor:  # a partial refund already agreed is shown before anything is handed in (S8)
        yield voice.say(N_("refunded")), format_amount(file.order.refunded_minor, currency)


def _stakes(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[Block]:
    """What a lost case would cost, line by line from the book (O15, S13)."""
    _, case = voice.say, file.case
    name = "charge_protected" if _protected(file) and "money.charge_protected" in book.clauses else "charge"
    charge = None if case.route else books.version(book, f"money.{name}", case.opened_at)
    if charge is None:
        return
    titles = parts.line_titles(charge, voice)
    rows, total = [], 0
    for line, amount in _amounts(charge.value, file):
        if amount and line.credit != "settlement":
            total += amount
            paid_by = parts.account("settlement" if line.debit == "held" else line.debit, book, voice)
            rows.append((titles[line.name], paid_by, format_amount(amount, case.currency)))
    yield Heading(_("If the case is lost"))
    yield Table(
        (Column(_("line"), 5), Column(_("paid from"), 3), Column(_("amount"), right=True)),
        rows,
        [(_("in all"), "", format_amount(total, case.currency))],
    )


def _amounts(lines: tuple[MoneyLine, ...], file: CaseFile) -> Iterator[tuple[MoneyLine, int]]:
    order = file.order
    values = {
        "order.amount_minor": order.amount_minor,
        "order.shipping_minor": order.shipping_minor,
        "order.refunded_minor": order.refunded_minor,
        "store.commission_rate": file.store.commission_rate,
        "case.held_minor": file.standing.held_minor,
    }
    for line in lines:
        yield line, line.amount(values)


def _protected(file: CaseFile) -> bool:
    opened_at = file.case.opened_at
    running = Q(until__isnull=True) | Q(until__gt=opened_at)
    return Protection.objects.filter(running, store=file.store, since__lte=opened_at).exists()


def _evidence(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[Block]:
    _ = voice.say
    pieces = asked(file, book, voice)
    yield Heading(_("Evidence asked for"))
    if not pieces:
        yield Paragraph(_("The book asks for nothing."))
        return
    yield Table(
        (Column(_("piece"), 5), Column(_("what it must be and show"), 7), Column(_("file"), 6)),
        [_row(piece, voice) for piece in pieces],
    )


def _row(piece: Asked, voice: Voice) -> tuple[Cell, Cell, Cell]:
    word = strong(voice.say(N_("required"))) if piece.required else dim(voice.say(N_("helps")))
    file: list[Line] = [piece.formats]
    if piece.file_name:
        file.append(whole(piece.file_name))
    return (piece.title, word), Points(piece.must), tuple(file)


def _rules(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[Block]:
    opened_at = file.case.opened_at
    if file.case.route:
        return
    for clause, words, read in (
        ("files", N_("Files"), file_rules),
        ("content", N_("What holds for all evidence"), content_rules),
    ):
        found = books.version(book, clause, opened_at)
        lines = tuple(read(found.value, voice)) if found else ()
        if lines:
            yield Heading(voice.say(words))
            yield Points(lines)


def _clauses(file: CaseFile, book: Rulebook) -> Iterator[str]:
    case = file.case
    yield case.clause
    if case.route:
        yield f"routes.{case.route}"
        return
    yield from ("windows.response", f"evidence.{case.violation}", "files", "content", "money.hold", "money.charge")
    yield "rulings"
