"""The tables, by noun: facts as they come in, cases with their history and money, evidence, rulings, seals, books."""

from ombud.store.models.books import HealthDay, RulebookVersion
from ombud.store.models.cases import Case, CaseEvent, OutboxMessage, Posting
from ombud.store.models.evidence import (
    ComplaintFile,
    DraftPiece,
    DraftStep,
    FileMark,
    FileSaid,
    Piece,
    StoredFile,
    Submission,
)
from ombud.store.models.facts import Complaint, Line, Message, Order, Parcel, Recipient, Scan, Store
from ombud.store.models.reviews import SanctionReview, Tally
from ombud.store.models.rulings import Proposal, Protection, Ruling, Sanction
from ombud.store.models.seals import Checkpoint, EventHash, SealedHead, SealRow, UnchainedEvent

__all__ = [
    "Case",
    "CaseEvent",
    "Checkpoint",
    "Complaint",
    "ComplaintFile",
    "DraftPiece",
    "DraftStep",
    "EventHash",
    "FileMark",
    "FileSaid",
    "HealthDay",
    "Line",
    "Message",
    "Order",
    "OutboxMessage",
    "Parcel",
    "Piece",
    "Posting",
    "Proposal",
    "Protection",
    "Recipient",
    "RulebookVersion",
    "Ruling",
    "Sanction",
    "SanctionReview",
    "Scan",
    "SealRow",
    "SealedHead",
    "Store",
    "StoredFile",
    "Submission",
    "Tally",
    "UnchainedEvent",
]
