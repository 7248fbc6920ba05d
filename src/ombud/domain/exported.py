"""One case as a folder that proves itself: what is in it, and the check that needs nothing but the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ombud.domain import merkle
from ombud.domain.chain import Misfit, Step, canonical, first_misfit, read, text_digest
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.proof import Verifies, standing_misfit
from ombud.domain.rulebook import load
from ombud.domain.rulings import Judgement, record, rule

MANIFEST = "manifest.json"
CASE, EVENTS, POSTINGS, RULINGS, SUBMISSIONS = (
    f"{name}.json" for name in ("case", "events", "postings", "rulings", "submissions")
)
FACTS, PROOF, BOOK, README = "facts.json", "proof.json", "rulebook.yaml", "README.txt"
FORM = 1


def record_file(ruling_id: int) -> str:
    """Where the record of a ruling lies."""
    return f"records/ruling-{ruling_id}.json"


def evidence_file(sha256: str, form: str) -> str:
    """Where a file of evidence lies: under its hash, never under the name that somebody gave it."""
    return f"evidence/{sha256}" + (f".{form}" if form.isalnum() and form.isascii() else "")


@dataclass
class Checked:
    """What a folder says, and what in it does not fit. sealed_seq: the last step that the checkpoint closes.

    dropped: hashes of evidence whose content was let go before the export. replayed: rulings made again to the byte.
    key: who signed the checkpoint; signed_by: who signed the folder as a whole, empty: nobody.
    """

    case_id: int | None = None
    events: int = 0
    sealed_seq: int = 0
    checkpoint: int | None = None
    sealed_at: str | None = None
    key: str | None = None
    signed_by: str = ""
    files: int = 0
    replayed: int = 0
    dropped: list[str] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)

    def tell(self, code: str, text: str, file: str = "", **values: object) -> None:
        """Adds one."""
        place = Place(file) if file else None
        self.misfits.append(Misfit(Problem(code, text, values, place), self.case_id))


def signed_manifest(body: Mapping[str, Any], signature: str) -> str:
    """The text of the manifest: `body` has form, case_id, exported_at, key and files (name -> SHA-256)."""
    return canonical({"body": canonical(body), "signature": signature})


def check(
    found: Mapping[str, str], text_of: Callable[[str], str], *, verifies: Verifies, keys: frozenset[str] | None
) -> Checked:
    """Verifies a folder. found: name -> SHA-256 of each file there. text_of: the text of one of them.

    keys: the public keys that may have signed; None: any. What is no export at all is told as a misfit too.
    """
    checked = Checked(files=len(found))
    try:
        _manifest(checked, found, text_of, verifies, keys)
        _contents(checked, found, text_of, verifies, keys)
    except (OmbudError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        reason = error.problems[0].say() if isinstance(error, OmbudError) else repr(error)
        checked.tell("no_export", N_("The folder cannot be read as the export of a case: {reason}"), reason=reason)
    return checked


def _manifest(
    checked: Checked,
    found: Mapping[str, str],
    text_of: Callable[[str], str],
    verifies: Verifies,
    keys: frozenset[str] | None,
) -> None:
    if MANIFEST not in found:
        checked.tell("file_missing", N_("The file is not there."), MANIFEST)
        return
    text = text_of(MANIFEST)
    manifest = read(text)
    body = read(manifest["body"])
    checked.case_id = int(body["case_id"])
    if text != signed_manifest(body, manifest["signature"]):
        checked.tell("file_differs", N_("The file was changed after the export."), MANIFEST)
    if manifest["signature"]:
        checked.signed_by = body["key"]
        if not verifies(body["key"], manifest["signature"], manifest["body"]):
            checked.tell(
                "file_differs", N_("The signature is not one of the key {key} over it."), MANIFEST, key=body["key"]
            )
        elif keys is not None and body["key"] not in keys:
            checked.tell(
                "unknown_key",
                N_("It was signed by the key {key}, which is none of those given."),
                MANIFEST,
                key=body["key"],
            )
    elif keys is not None:
        checked.tell("unsigned", N_("Nobody signed the export as a whole."), MANIFEST)
    promised = body["files"]
    for name in sorted(promised.keys() | (found.keys() - {MANIFEST})):
        if name not in found:
            checked.tell("file_missing", N_("The file is not there."), name)
        elif name not in promised:
            checked.tell("file_added", N_("The file was added after the export."), name)
        elif promised[name] != found[name]:
            checked.tell("file_differs", N_("The file was changed after the export."), name)


def _contents(
    checked: Checked,
    found: Mapping[str, str],
    text_of: Callable[[str], str],
    verifies: Verifies,
    keys: frozenset[str] | None,
) -> None:
    columns, events, postings, rulings, submissions, proof = (
        read(text_of(name)) for name in (CASE, EVENTS, POSTINGS, RULINGS, SUBMISSIONS, PROOF)
    )
    case_id = int(columns["case_id"])
    if checked.case_id is None:
        checked.case_id = case_id
    checked.events = len(events)
    by_seq = {one["seq"]: one["postings"] for one in postings}
    by_ruling = {one["ruling_id"]: one for one in rulings}
    by_submission = {one["submission_id"]: one for one in submissions}
    steps = [_step(event, by_seq, by_ruling, by_submission) for event in events]
    head = proof["head"]
    if any(step.event["case_id"] != case_id for step in steps) or case_id != checked.case_id:
        checked.tell("history_differs", N_("The events are of another case."), EVENTS)
    misfit = first_misfit(case_id, steps, [(head["seq"], head["hash"])] if head else [])
    misfit = misfit or standing_misfit(case_id, steps, columns)
    if misfit is not None:
        checked.misfits.append(misfit)
    if proof["checkpoint"] is not None:
        _proof(checked, case_id, proof, verifies, keys)
    book = text_of(BOOK)
    if text_digest(book) != columns["rulebook"]:
        checked.tell("rulebook_differs", N_("It is not the rulebook that the case was opened under."), BOOK)
    _rulings(checked, rulings, text_of, book)
    for submission in submissions:
        for piece in submission["pieces"]:
            _evidence(checked, piece, found)


def _step(
    event: Mapping[str, Any],
    postings: Mapping[int, Any],
    rulings: Mapping[int, Any],
    submissions: Mapping[int, Any],
) -> Step:
    own = {name: event[name] for name in ("case_id", "seq", "kind", "at", "actor", "data")}
    data, bound = event["data"], {"postings": postings.get(event["seq"])}
    for part, name, named in (("ruling", "ruling_id", rulings), ("submission", "submission_id", submissions)):
        if data.get(name) is not None:
            bound[part] = named.get(data[name], {"missing": data[name]})
    return Step(own, bound, event["bound"], event["hash"])


def _proof(
    checked: Checked, case_id: int, proof: Mapping[str, Any], verifies: Verifies, keys: frozenset[str] | None
) -> None:
    point, head = proof["checkpoint"], proof["head"]
    body = read(point["body"])
    checked.key, checked.checkpoint, checked.sealed_at = point["public_key"], body["number"], body["at"]
    checked.sealed_seq = head["seq"]
    if body["key"] != point["public_key"] or not verifies(point["public_key"], point["signature"], point["body"]):
        text = N_("The signature of checkpoint {number} is not one of the key {key} over it.")
        checked.tell("checkpoint_differs", text, PROOF, number=body["number"], key=point["public_key"])
    elif keys is not None and point["public_key"] not in keys:
        text = N_("Checkpoint {number} was signed by the key {key}, which is none of those given.")
        checked.tell("unknown_key", text, PROOF, number=body["number"], key=point["public_key"])
    path = [bytes.fromhex(beside) for beside in proof["path"]]
    root = merkle.root_from(merkle.leaf(case_id, head["seq"], head["hash"]), case_id, path).hex()
    if root != body["root"] or len(path) != body["floors"] * merkle.ROW_HEIGHT:
        text = N_("The head of the case does not lie under checkpoint {number}.")
        checked.tell("checkpoint_differs", text, PROOF, number=body["number"])


def _rulings(checked: Checked, rulings: Any, text_of: Callable[[str], str], book: str) -> None:
    for ruling in rulings:
        name = record_file(int(ruling["ruling_id"]))
        text = text_of(name)
        if text_digest(text) != ruling["digest"]:
            checked.tell("ruling_differs", N_("It is not the record that the digest of the ruling is of."), name)
            continue
        again = replayed(text, book)
        if again is None:
            continue
        if again == text:
            checked.replayed += 1
        else:
            checked.tell("ruling_differs", N_("The ruling, made again from its record, comes out otherwise."), name)


def replayed(text: str, book: str) -> str | None:
    """The record that comes of the inputs of a record under the text of a book; None where it has no inputs."""
    kept = json.loads(text)
    if not isinstance(kept, dict) or "inputs" not in kept:
        return None
    judgement: Judgement = rule(kept["inputs"], load(book, file=BOOK))
    return record(kept["inputs"], judgement, kept.get("review"))


def _evidence(checked: Checked, piece: Mapping[str, Any], found: Mapping[str, str]) -> None:
    sha256 = piece["sha256"]
    if sha256 in checked.dropped:
        return
    name = next((name for name in found if name.startswith(f"evidence/{sha256}")), None)
    if name is None:
        checked.dropped.append(sha256)
    elif found[name] != sha256:
        checked.tell("file_differs", N_("Its content is not the one that was handed in."), name)
