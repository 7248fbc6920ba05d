"""History that proves itself: the chain of each case's events, and the signed checkpoints over their heads."""

from __future__ import annotations

from django.db import models

from ombud.store.models.cases import CaseEvent


class EventHash(models.Model):
    """SHA-256 over the event and the hash before it in the same case. Append-only."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, primary_key=True)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "event_hashes"


class Checkpoint(models.Model):
    """All heads at an instant under one signature. Append-only; each names the one before it."""

    checkpoint_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    cases = models.BigIntegerField()  # how many heads
    events = models.BigIntegerField()  # how many events they close
    root = models.CharField(max_length=64)  # SHA-256 over the heads, in the order of the cases
    previous = models.CharField(max_length=64)  # the root before; zeros for the first
    body = models.TextField()  # the canonical JSON that is signed
    public_key = models.TextField()  # Ed25519, base64
    signature = models.TextField()  # over `body`, base64

    class Meta:
        db_table = "checkpoints"
