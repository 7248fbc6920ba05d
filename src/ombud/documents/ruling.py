"""The record of a ruling, fit for a court: what was handed in, what was decided, why, by whom, and its proof (O20)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ombud.documents import parts
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
    Table,
    Verbatim,
    dim,
    strong,
    whole,
)
from ombud.documents.voice import Voice, in_zone, percent, utc
from ombud.domain.case_texts import STATES, STEPS
from ombud.domain.cases import EventKind, State
from ombud.domain.chain import text_digest
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.store.models import CaseEvent, Piece, Ruling

_TAKES_EFFECT: dict[str, State] = {
    EventKind.RULED_FOR_SELLER: State.WON,
    EventKind.RULED_FOR_BUYER: State.REJECTED,
    EventKind.EVIDENCE_REJECTED: State.EVIDENCE_REJECTED,
}
"""The steps by which a ruling takes effect -> what it came to."""
_DECISIONS = {
    "decided": N_("decided, since the reasons leave nothing to weigh"),
    "for_person": N_("recommended to a reviewer"),
    "confirmed": N_("a reviewer confirmed what was recommended"),
    "overruled": N_("a reviewer overruled what was recommended"),
}
_BY_RULES = {"decided", "for_person"}
"""Decisions that the rules make as soon as something is handed in: their actor is whoever handed it in."""
_SEVERITIES = {
    "gate": N_("refused at the gate"),
    "rejects": N_("decides against the seller"),
    "doubts": N_("doubtful: for a reviewer"),
    "warns": N_("counts, and a reviewer looks"),
    "weighs": N_("shown, and decides nothing"),
}
_WITHOUT_CODE = {"not_inspected": N_("not inspected")}
_RESTS_ON = {"store": N_("the history of the store"), "buyer": N_("the history of the buyer")}


def ruling_record(file: CaseFile, at: datetime, *, language: str) -> Document:
    """The record of the ruling that holds for a case as of `at`; `file` is that of the case as of `at`.

    Raises OmbudError where there is no ruling, or its record is not the one that its digest was made of.
    """
    if not file.rulings:
        raise _no_ruling(file, at)
    ruling = file.rulings[-1]
    if text_digest(ruling.record) != ruling.digest:
        raise _altered(file, ruling)
    record: dict[str, Any] = json.loads(ruling.record)
    book, voice, case = books.kept(file.case.rulebook_id), Voice(language), file.case
    _ = voice.say
    reasons = record.get("judgement", {}).get("reasons", [])
    blocks: list[Block] = [_lead(file, ruling, book, voice)]
    blocks += [Heading(_("The case")), Facts(tuple(_about(file, book, voice)))]
    blocks += [*_reasons(reasons, book, voice), *_evidence(file, book, voice), *_rulings(file, book, voice)]
    blocks += [Heading(_("What happened")), _timeline(file, voice)]
    if file.postings:
        blocks += [Heading(_("Money")), parts.postings(file, book, voice)]
    blocks += parts.clauses(book, _clauses(file, reasons), case.opened_at, voice)
    blocks += _annex(ruling, record, voice)
    return Document(
        language=language,
        at=at,
        series=_("Record of a ruling"),
        of=f"{voice.text(book.title)} · {_('case')} #{case.case_id} · {file.store.store_id}",
        title=_("Record of the ruling in case #{case}").format(case=case.case_id),
        subtitle=_("Order {order}, store {store}").format(order=case.order_id, store=case.store_id),
        foot=f"{_('as of {at}').format(at=utc(at))} · SHA-256 {ruling.digest}",
        pages=_(parts.PAGES),
        blocks=tuple(blocks),
    )


def _lead(file: CaseFile, ruling: Ruling, book: Rulebook, voice: Voice) -> Lead:
    _ = voice.say
    event = _effect(file, ruling)
    lines: list[Line] = []
    if event is not None:
        lines.append(strong(_("in force since {at}").format(at=utc(event.at))))
        lines.append(dim(in_zone(event.at, file.store.timezone)))
    elif file.standing.closed_at is not None:
        lines.append(_("never came into force: the case ended otherwise"))
    elif file.standing.rule_at is not None:
        lines.append(_("not in force yet: takes effect at {at}").format(at=utc(file.standing.rule_at)))
    else:
        lines.append(_("not in force yet: a reviewer rules"))
    lines.append(f"{voice.named(_DECISIONS, ruling.decision)}: {_who(ruling, voice)}")
    came_to = _TAKES_EFFECT[event.kind] if event else State(ruling.outcome)
    if event is not None and ruling.decision == "for_person":
        stood = (came_to is State.WON) == (ruling.outcome == State.WON)
        by_default = _("nobody ruled by then: what the rulebook says for that holds")
        lines.append(_("nobody ruled by then: the recommendation stood") if stood else by_default)
    note = _("In the words of the reviewer: {reason}").format(reason=ruling.reason) if ruling.reason else ""
    return Lead(_("Ruling"), _outcome(came_to, file, book, voice), tuple(lines), note)


def _who(ruling: Ruling, voice: Voice) -> str:
    return voice.say(N_("by the rules")) if ruling.decision in _BY_RULES else ruling.actor


def _outcome(state: str, file: CaseFile, book: Rulebook, voice: Voice) -> str:
    """Our word for what a ruling leads to, with the platform's own word for such a ruling or state."""
    ours, opened_at = voice.named(STATES, state), file.case.opened_at
    found = books.version(book, "rulings", opened_at)
    theirs = found.value.outcomes.get(state) if found else None
    theirs = theirs or books.word_for(book, state, opened_at)
    return ours if theirs == state else f"{ours} ({theirs})"


def _effect(file: CaseFile, ruling: Ruling) -> CaseEvent | None:
    """The event by which the ruling took effect."""
    taken = (one for one in file.events if one.kind in _TAKES_EFFECT)
    return next((one for one in taken if one.data.get("ruling_id") == ruling.ruling_id), None)


def _about(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[tuple[str, Cell]]:
    _, case = voice.say, file.case
    yield _("violation"), strong(parts.title(file, book, voice))
    yield from parts.about(file, book, voice)
    if file.standing.submitted_at is not None:
        yield _("evidence handed in"), parts.two_zones(file.standing.submitted_at, file.store.timezone)
    yield _("order amount"), format_amount(file.order.amount_minor, case.currency)
    if file.order.refunded_minor:
        yield _("refunded"), format_amount(file.order.refunded_minor, case.currency)


def _reasons(reasons: list[Mapping[str, Any]], book: Rulebook, voice: Voice) -> Iterator[Block]:
    _ = voice.say
    yield Heading(_("Reasons, the strongest first"))
    if not reasons:
        yield Paragraph(_("Nothing spoke against the evidence."))
        return
    yield Table(
        (Column(_("code"), 4), Column(_("reason, and how to mend it"), 7), Column(_("what it rests on"), 5)),
        [_reason(reason, book, voice) for reason in reasons],
    )


def _reason(reason: Mapping[str, Any], book: Rulebook, voice: Voice) -> tuple[Cell, Cell, Cell]:
    _, code, clause = voice.say, str(reason["code"]), str(reason.get("clause") or "")
    version = books.cited(book, clause)
    said: list[Line] = [voice.text(version.value.title)] if version else []
    if version is not None and hasattr(version.value, "mend"):
        said.append(dim(_("mend: {how}").format(how=voice.text(version.value.mend))))
    if version is not None:
        said.append(dim(f"{clause} · {version.cite}"))
    rests: list[Line] = [whole(voice.named(_RESTS_ON, str(reason.get("rests_on") or "")))]
    if reason.get("value"):
        words = _("not looked for: {value}") if code in _WITHOUT_CODE else _("found: {value}")
        rests.append(words.format(value=_value(reason, book, voice)))
    rests.append(dim(_("confidence {share}").format(share=percent(reason.get("confidence", 1)))))
    severity = str(reason.get("severity") or "")
    return (
        (strong(voice.named(_WITHOUT_CODE, code)), dim(voice.named(_SEVERITIES, severity))),
        tuple(said),
        tuple(rests),
    )


def _value(reason: Mapping[str, Any], book: Rulebook, voice: Voice) -> str:
    """What was found there; of what nobody has looked for, the titles instead of the names of marks."""
    value = str(reason["value"])
    marks = book.under("marks")
    words = value.split(", ")
    if reason["code"] not in _WITHOUT_CODE or not all(word in marks for word in words):
        return value
    return voice.listed(voice.text(marks[word][-1].value.title) for word in words)


def _evidence(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[Block]:
    _ = voice.say
    yield Heading(_("Evidence handed in"))
    if not file.submissions:
        yield Paragraph(_("Nothing was handed in."))
    for handed_in in file.submissions:
        submission = handed_in.submission
        words = _("Submission {seq}, received {at}, by {actor}")
        yield Paragraph(words.format(seq=submission.seq, at=utc(submission.received_at), actor=submission.actor))
        yield Table(
            (Column(_("piece"), 5), Column(_("file"), 5), Column("SHA-256", 7)),
            [_piece(piece, file, book, voice) for piece in handed_in.pieces],
        )


def _piece(piece: Piece, file: CaseFile, book: Rulebook, voice: Voice) -> tuple[Cell, Cell, Cell]:
    kind = books.version(book, f"kinds.{piece.kind}", file.case.opened_at)
    what: list[Line] = [voice.text(kind.value.title) if kind else piece.kind]
    if piece.language:
        what.append(dim(voice.spoken(piece.language)))
    stored = piece.file
    of_file = voice.listed(part for part in (stored.format.upper(), voice.size(stored.size)) if part)
    stated = tuple(dim(f"{name}: {value}") for name, value in sorted(piece.stated.items()))
    return tuple(what), (whole(piece.name), dim(of_file), *stated), whole(piece.file_id)


def _rulings(file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[Block]:
    _ = voice.say
    yield Heading(_("Recommendations and rulings"))
    yield Table(
        (Column(_("instant"), 5), Column(_("outcome"), 7), Column(_("record, SHA-256"), 7)),
        [
            (
                (utc(one.at), dim(_who(one, voice))),
                (
                    _outcome(one.outcome, file, book, voice),
                    dim(voice.named(_DECISIONS, one.decision)),
                    *([one.reason] if one.reason else []),
                ),
                whole(one.digest),
            )
            for one in file.rulings
        ],
    )


def _timeline(file: CaseFile, voice: Voice) -> Table:
    _ = voice.say
    columns = (Column("#", right=True), Column(_("instant"), 5), Column(_("step"), 6), Column(_("by"), 4))
    return Table(columns, [(str(one.seq), utc(one.at), voice.named(STEPS, one.kind), one.actor) for one in file.events])


def _clauses(file: CaseFile, reasons: list[Mapping[str, Any]]) -> Iterator[str]:
    yield file.case.clause
    yield "windows.response"
    yield "rulings"
    yield from (str(reason["clause"]) for reason in reasons if reason.get("clause"))
    yield from (posting.clause for posting in file.postings)


def _annex(ruling: Ruling, record: Mapping[str, Any], voice: Voice) -> Iterator[Block]:
    _ = voice.say
    yield Heading(_("The record"))
    yield Paragraph(
        _(
            "All that the ruling went by and what came of it. Its digest is the SHA-256 of this JSON in UTF-8, with its"
            " keys sorted and without spaces between them; here it is set in lines to be read."
        )
    )
    yield Facts(((_("digest"), parts.dim_digest(ruling.digest)),))
    yield Verbatim(json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1))


def _no_ruling(file: CaseFile, at: datetime) -> OmbudError:
    return OmbudError(
        Problem(
            "no_ruling",
            N_("Case {case} has no ruling as of {at}."),
            {"case": f"#{file.case.case_id}", "at": utc(at), "number": file.case.case_id},
            mend=N_("`ombud case {number}` shows where it stands."),
        )
    )


def _altered(file: CaseFile, ruling: Ruling) -> OmbudError:
    return OmbudError(
        Problem(
            "record_altered",
            N_("The record of ruling {ruling} of case {case} is not the one that its digest was made of."),
            {"ruling": ruling.seq, "case": f"#{file.case.case_id}"},
            mend=N_("No document is drawn from it; `ombud audit` looks at the whole history."),
        )
    )
