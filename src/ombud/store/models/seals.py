"""History that proves itself: the chain of each case's events, and the signed checkpoints over their heads."""

from __future__ import annotations

from django.db import models

from ombud.store.models.cases import Case, CaseEvent


class UnchainedEvent(models.Model):
    """An event that has no hash yet. The database itself writes it with the event, so that none can be passed by."""

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "unchained_events"


class EventHash(models.Model):
    """SHA-256 over the event, what it brought about and the hash before it in the same case. Append-only."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, primary_key=True)
    position = models.BigIntegerField(unique=True)  # 1, 2, 3 ... in the order in which the hashes were written
    hash = models.CharField(max_length=64)
    bound = models.TextField()  # canonical JSON: part (postings, ruling, submission) -> digest of its rows

    class Meta:
        db_table = "event_hashes"


class Checkpoint(models.Model):
    """All heads at an instant under one signature. Append-only; each names the one before it."""

    checkpoint_id = models.BigAutoField(primary_key=True)  # 1, 2, 3 ...
    at = models.DateTimeField()
    cases = models.BigIntegerField()  # how many heads
    events = models.BigIntegerField()  # how many events they close: the position of the last of them
    root = models.CharField(max_length=64)  # of the Merkle tree over the heads, by the number of the case
    previous = models.CharField(max_length=64)  # SHA-256 of the body before; zeros for the first
    body = models.TextField()  # the canonical JSON that is signed
    public_key = models.TextField()  # Ed25519, base64
    signature = models.TextField()  # over `body`, base64

    class Meta:
        db_table = "checkpoints"


class SealedHead(models.Model):
    """The head of a case that was new to a checkpoint. Append-only; the last one of a case holds."""

    pk = models.CompositePrimaryKey("checkpoint_id", "case_id")
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    seq = models.IntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "sealed_heads"
        indexes = (models.Index(fields=["case"], name="sealed_heads_case"),)


class SealRow(models.Model):
    """A row of the tree of the last checkpoint (`domain.merkle`): kept so that sealing costs what has changed."""

    pk = models.CompositePrimaryKey("floor", "position")
    floor = models.IntegerField()
    position = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "seal_rows"
