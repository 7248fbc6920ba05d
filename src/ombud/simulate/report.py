"""A simulation for programs and as files: the same words, the same order, so that equal runs are equal bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ombud.domain.health import Share, Standing
from ombud.domain.instants import format_instant, format_span
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.simulate.purse import Settled
from ombud.simulate.run import ENDS, Side, Simulation
from ombud.simulate.standing import FigureOutcome

CASES, STORES, SUMMARY = "cases.csv", "stores.csv", "summary.json"
_SIDE = (
    "fires_at",
    "opened_at",
    "due_at",
    "submitted_at",
    "closed_at",
    "state",
    "held_minor",
    "charged_minor",
    "clause",
)
COLUMNS = (
    "change",
    "order_id",
    "store_id",
    "violation",
    "complaint_id",
    "currency",
    *(f"old_{name}" for name in _SIDE),
    *(f"new_{name}" for name in _SIDE),
)
"""The columns of `cases.csv`: every case of either book. Instants in ISO 8601, money in minor units."""


def as_json(simulation: Simulation) -> dict[str, Any]:
    """Everything of the summary. Money in minor units by currency, shares as decimal texts with their exact parts."""
    changes = [change for _, change in simulation.changes()]
    return {
        "old": _side(simulation.old),
        "new": _side(simulation.new),
        "changes": {name: changes.count(name) for name in ("same", "changed", "new", "gone")},
        "since": format_instant(simulation.since) if simulation.since else None,
        "until": format_instant(simulation.until),
        "rules_at": format_instant(simulation.rules_at) if simulation.rules_at else None,
        "seed": simulation.seed,
        "assumptions": {"name": simulation.assumptions.name, "digest": simulation.assumptions.digest},
        "orders": simulation.orders,
        "orders_before_book": simulation.orders_before_book,
    }


def _side(side: Side) -> dict[str, Any]:
    opened = side.opened()
    return {
        "rulebook": {"name": side.book.name, "file": side.book.file, "digest": side.book.digest},
        "cases": {
            "opened": len(side.cases),
            "answered_in_time": side.answered(),
            **{str(state): side.ended()[state] for state in ENDS},
        },
        "violations": {
            name: {"opened": opened[name], **{str(state): side.ended(name)[state] for state in ENDS}}
            for name in sorted(opened)
        },
        "other_findings": dict(side.others),
        "money": {
            "peak_held": {
                currency: {"amount_minor": amount, "at": format_instant(at)}
                for currency, (amount, at) in sorted(side.money.peak.items())
            },
            "charged_minor": {line: dict(sorted(by.items())) for line, by in side.money.charged.items()},
            "held_days": f"{days(side.money.held_for):f}",
            "held_minor_days": dict(sorted(side.money.held_days.items())),
        },
        "health": {figure.name: _figure(figure) for figure in side.standings.figures},
        "sanctions": {
            sanction.name: {
                "over": sanction.over,
                "measure": sanction.measure,
                "began": [{"at": at, "subject": subject} for at, subject in sanction.began],
            }
            for sanction in side.standings.sanctions
        },
        "not_simulated": list(side.standings.not_simulated),
    }


def _figure(figure: FigureOutcome) -> dict[str, Any]:
    bound = figure.bound
    return {
        "window": format_span(figure.window),
        "limit": _decimal(bound.limit),
        "least": _decimal(bound.least),
        "all_stores": _share(figure.together),
        "stores": {str(standing): figure.count(standing) for standing in Standing},
        "ever_over": sorted(figure.passed),
        "cite": figure.cite or None,
    }


def _share(share: Share) -> dict[str, Any]:
    return {"part": share.part, "base": share.base, "rate": _decimal(share.rate)}


def _decimal(share: Fraction | None) -> str | None:
    """A share of 1 to six places, exact up to there; null where nothing was measured."""
    return None if share is None else f"{Decimal(round(share * 10**6)).scaleb(-6):f}"


def days(span: timedelta) -> Decimal:
    """A span in days, to two places."""
    return Decimal(round(Fraction(span // timedelta(microseconds=1), 864 * 10**6))).scaleb(-2)


def refuse_folder(out: Path) -> None:
    """Raises OmbudError where no folder can be made of `out`; called before any work is done."""
    place = Place(str(out))
    if (out.exists() or out.is_symlink()) and not (out.is_dir() and not any(out.iterdir())):
        text = N_("{folder} is there already and not an empty folder.")
        mend = N_("Name a folder that does not exist yet.")
        raise OmbudError(Problem("folder_not_empty", text, {"folder": str(out)}, mend=mend))
    if not out.parent.is_dir():
        text = N_("There is no folder {folder}.")
        raise OmbudError(Problem("no_folder", text, {"folder": str(out.parent)}, place, N_("Make it first.")))
    if not os.access(out.parent, os.W_OK):
        text = N_("It cannot be written.")
        raise OmbudError(Problem("not_writable", text, {}, place, N_("Name a folder that you may write into.")))


def write(simulation: Simulation, out: Path) -> int:
    """Writes `cases.csv`, `stores.csv` and `summary.json`; the folder appears whole or not at all. Gives the number of
    cases. Raises OmbudError where the disk is full."""
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        rows = list(_case_rows(simulation))
        _put(draft / CASES, _csv(COLUMNS, rows))
        _put(draft / STORES, _csv(_STORE_COLUMNS, _store_rows(simulation)))
        _put(draft / SUMMARY, json.dumps(as_json(simulation), ensure_ascii=False, indent=2) + "\n")
        draft.chmod(0o755)
        draft.replace(out)
    except OSError as error:
        text = N_("It cannot be written: {reason}.")
        raise OmbudError(
            Problem("not_written", text, {"reason": error.strerror}, Place(str(out)), N_("Name another folder."))
        ) from error
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(draft)
    return len(rows)


def _put(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _case_rows(simulation: Simulation) -> Iterable[list[object]]:
    for key, change in simulation.changes():
        old, new = simulation.old.cases.get(key), simulation.new.cases.get(key)
        case = (old or new or _none()).life.case
        order_id, violation, complaint_id = key
        yield [
            change,
            order_id,
            case.store_id,
            violation,
            complaint_id,
            case.currency,
            *_side_cells(old),
            *_side_cells(new),
        ]


def _none() -> Settled:
    raise AssertionError("a change without a case")


def _side_cells(settled: Settled | None) -> list[object]:
    if settled is None:
        return [""] * len(_SIDE)
    life = settled.life
    return [
        format_instant(life.case.fires_at),
        format_instant(life.opened_at),
        format_instant(life.due_at),
        format_instant(life.submitted_at) if life.submitted_at else "",
        format_instant(life.closed_at),
        str(life.state),
        settled.held_minor,
        settled.loss_minor,
        life.case.clause,
    ]


_COUNTS = ("opened", *(str(state) for state in ENDS))
_STORE_COLUMNS = (
    "store_id",
    *(f"{side}_{name}" for side in ("old", "new") for name in _COUNTS),
    *(f"{side}_{name}" for side in ("old", "new") for name in ("dispute_rate", "success_rate", "charged_minor")),
)


def _store_rows(simulation: Simulation) -> Iterable[list[object]]:
    """Every store with a case under either book; its charges by currency, as `RUB 1200, USD 300`."""
    by_store = [side.by_store() for side in simulation.sides]
    for store in sorted({store for stores in by_store for store in stores}):
        row: list[object] = [store]
        for stores in by_store:
            cases = stores.get(store, [])
            ended = [each.life.state for each in cases]
            row += [len(cases), *(ended.count(state) for state in ENDS)]
        for side, stores in zip(simulation.sides, by_store, strict=True):
            shares = {figure.name: figure.shares.get(store, Share(0, 0)) for figure in side.standings.figures}
            row += [_decimal(shares[name].rate) or "" for name in ("dispute_rate", "success_rate")]
            row.append(", ".join(f"{c} {amount}" for c, amount in losses(stores.get(store, [])).items()))
        yield row


def losses(cases: Iterable[Settled]) -> dict[str, int]:
    """What cases cost, by currency in minor units."""
    found: dict[str, int] = {}
    for each in cases:
        if each.loss_minor:
            currency = each.life.case.currency
            found[currency] = found.get(currency, 0) + each.loss_minor
    return dict(sorted(found.items()))
