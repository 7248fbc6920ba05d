"""From the file to the verdict: what is honest is never refused, what is certain always is (O10 to O12, S6)."""

from __future__ import annotations

import pytest

from ombud.inspect.pool import Pool
from tests.papers.making import made
from tests.papers.paper import Paper
from tests.papers.verdicts import Verdict, judged

HONEST = (
    "waybill, cdek, text",
    "waybill, boxberry, text",
    "waybill, ozon-logistics, text",
    "waybill, russian-post, scan",
    "waybill, digitally signed",
    "outbound record",
    "delivery slip",
    "messages",
    "customs declaration",
    "translation",
    "packing video",
    "proof of delivery",
    "product page",
    "conversation",
)
REFUSED = (
    "in Chinese",
    "in English",
    "number of another order",
    "number of another order, scan with barcode",
    "number of another order, proof",
    "wrong check digit",
    "altered after it was signed",
    "locked with a password",
    "broken",
    "empty",
    "a PDF that is a ZIP archive too",
    "a PNG by the name of a PDF",
    "a name that the book does not take",
    "named for another order",
    "video of 28 s that claims 40",
    "message id that the platform does not know",
)
DOUBTED = (
    "half in Russian",
    "not signed",
    "no weight",
    "no sender",
    "another recipient",
    "22 minutes off",
    "after the promise",
    "record without operator",
    "messages of another messenger",
    "another document",
    "video padded with a still",
    "page printed by a browser",
    "page without SKU",
)
SEED = 12


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Paper, Verdict]]:
    """All of them read by one pool, as one upload after another would be."""
    names = (*HONEST, *REFUSED, *DOUBTED)
    papers = [made(name, SEED) for name in names]
    with Pool() as pool:
        told = judged(papers, pool, tmp_path_factory.mktemp("papers"))
    return dict(zip(names, zip(papers, told, strict=True), strict=True))


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_paper_is_not_refused(name: str, verdicts: dict[str, tuple[Paper, Verdict]]) -> None:
    _, verdict = verdicts[name]
    assert verdict.refused == {}
    assert verdict.said, "nobody read it"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_certain_is_refused(name: str, verdicts: dict[str, tuple[Paper, Verdict]]) -> None:
    paper, verdict = verdicts[name]
    assert [fault for fault, weight in paper.faults if not verdict.finds(fault, weight)] == []


@pytest.mark.parametrize("name", DOUBTED)
def test_what_is_only_likely_is_doubted_and_not_refused(name: str, verdicts: dict[str, tuple[Paper, Verdict]]) -> None:
    paper, verdict = verdicts[name]
    assert [fault for fault, weight in paper.faults if not verdict.finds(fault, weight)] == []
    assert verdict.refused == {}
