"""The tables, by noun: facts as they come in, cases with their history, money, the books and the daily buckets."""

from ombud.store.models.books import HealthDay, RulebookVersion
from ombud.store.models.cases import Case, CaseEvent, OutboxMessage, Posting
from ombud.store.models.facts import Complaint, Line, Message, Order, Parcel, Scan, Store

__all__ = [
    "Case",
    "CaseEvent",
    "Complaint",
    "HealthDay",
    "Line",
    "Message",
    "Order",
    "OutboxMessage",
    "Parcel",
    "Posting",
    "RulebookVersion",
    "Scan",
    "Store",
]
