"""Evidence: files by the hash of their content, what lies ready, what was handed in, and what buyers show.

Submissions, their pieces and the files of complaints are append-only; a draft is the seller's to change until it is
submitted.
"""

from __future__ import annotations

from django.db import models

from ombud.store.models.cases import Case
from ombud.store.models.facts import Complaint


class StoredFile(models.Model):
    """A file in the evidence store, once, however often it is handed in. The content lies under its hash."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    format = models.TextField()  # by content: pdf, jpeg, png, mp4 ...; empty where it is none that is known
    stored_at = models.DateTimeField()
    keep_until = models.DateTimeField(null=True)  # when to see whether it may be let go; null: it is kept for good
    dropped_at = models.DateTimeField(null=True)  # the content was let go when its retention was over
    removed_at = models.DateTimeField(null=True)  # and is deleted: first the one is written, then the other is done

    class Meta:
        db_table = "files"
        constraints = (models.CheckConstraint(condition=models.Q(size__gte=0), name="files_size"),)
        indexes = (
            models.Index(fields=["keep_until"], name="files_to_drop", condition=models.Q(keep_until__isnull=False)),
            models.Index(
                fields=["dropped_at"],
                name="files_to_remove",
                condition=models.Q(dropped_at__isnull=False, removed_at__isnull=True),
            ),
        )


class FileSaid(models.Model):
    """What a file says, as one version of inspection read it. Append-only, and kept where the content is let go."""

    pk = models.CompositePrimaryKey("file_id", "version")
    file = models.ForeignKey(StoredFile, models.PROTECT, db_column="sha256", db_index=False)
    version = models.TextField()  # of inspection; "3 !2": the second time that version 3 did not get through
    said = models.JSONField()  # domain.said.Said as objects
    inspected_at = models.DateTimeField()

    class Meta:
        db_table = "file_said"


class FileMark(models.Model):
    """Something in a file by which other files are found that have the same in them. Append-only."""

    pk = models.CompositePrimaryKey("kind", "value", "file_id")
    kind = models.TextField()  # of store.inspections.MARKS
    value = models.TextField()
    file = models.ForeignKey(StoredFile, models.PROTECT, db_column="sha256", db_index=False)

    class Meta:
        db_table = "file_marks"


class PieceFields(models.Model):
    """What a piece of evidence says, whether it lies ready or was handed in."""

    name = models.TextField()  # the name of the file as the seller has it
    kind = models.TextField()  # of the book's `kinds`
    language = models.TextField(default="")
    file = models.ForeignKey(StoredFile, models.PROTECT)
    stated = models.JSONField(default=dict)  # what the piece says of itself: {"made_at": "2026-03-12T08:00:00Z", ...}
    findings = models.JSONField(default=list)  # what was found in it: domain.evidence.Finding as objects

    class Meta:
        abstract = True


class DraftPiece(PieceFields):
    """A piece that lies ready. Changing it spends nothing."""

    draft_piece_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    added_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        db_table = "draft_pieces"
        constraints = (models.UniqueConstraint(fields=["case", "name"], name="draft_pieces_once"),)


class DraftStep(models.Model):
    """What somebody did with what lies ready: files put ready, renamed, taken off. Append-only, as the draft is not.

    `what`: one of `domain.case_texts.DRAFT_STEPS`. `was`: the name before, of a file renamed.
    """

    draft_step_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    at = models.DateTimeField()
    actor = models.TextField()
    what = models.TextField()
    name = models.TextField()
    was = models.TextField(default="")
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "draft_steps"
        indexes = (models.Index(fields=["case"], name="draft_steps_case"),)


class Submission(models.Model):
    """What was handed in at once. `received_at`: the instant of the first complete upload."""

    submission_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    seq = models.IntegerField()
    received_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        db_table = "submissions"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="submissions_seq"),)


class Piece(PieceFields):
    """A piece of a submission, as it was handed in."""

    piece_id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, models.PROTECT, db_index=False)
    position = models.IntegerField()

    class Meta:
        db_table = "pieces"
        constraints = (models.UniqueConstraint(fields=["submission", "position"], name="pieces_position"),)


class ComplaintFile(models.Model):
    """A photo or video that a buyer showed with a complaint, under the name that it came by. Append-only."""

    complaint_file_id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, models.PROTECT, db_index=False)
    file = models.ForeignKey(StoredFile, models.PROTECT)
    name = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "complaint_files"
        constraints = (models.UniqueConstraint(fields=["complaint", "file"], name="complaint_files_once"),)
