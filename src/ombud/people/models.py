"""Users, organisations, members, the stores that are theirs, and what they did that is no step of a case."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from ombud.domain.roles import Role, Side
from ombud.store.models import OutboxMessage, Store


class Users(BaseUserManager["User"]):
    """Users by their mail address, which is what they log in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may log in once the password is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person. `language` (en, ru, zh) and `timezone` (IANA): empty where they never said."""

    email = models.EmailField(unique=True, max_length=254)
    name = models.TextField(default="", blank=True)
    language = models.CharField(max_length=2, default="", blank=True)
    timezone = models.TextField(default="", blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    class Meta:
        db_table = "users"

    def __str__(self) -> str:
        return self.name or self.email


class Organisation(models.Model):
    """A seller with its stores, or an operator of the marketplace."""

    organisation_id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    side = models.TextField(choices=[(side.value, side.value) for side in Side])
    created_at = models.DateTimeField()

    class Meta:
        db_table = "organisations"


class Member(models.Model):
    """Somebody in an organisation. `removed_at`: they may do nothing there any more; the row stays for the history."""

    member_id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="members")
    role = models.TextField(choices=[(role.value, role.value) for role in Role])
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members"
        constraints = (models.UniqueConstraint(fields=["user", "organisation"], name="members_once"),)


class Holding(models.Model):
    """The organisation that a store belongs to."""

    store = models.OneToOneField(Store, models.PROTECT, primary_key=True, related_name="holding")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="holdings")

    class Meta:
        db_table = "holdings"


class Deed(models.Model):
    """Something that somebody did and that is no step of a case: a member invited, a list of carriers put in force.
    Append-only."""

    deed_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    what = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "deeds"
        indexes = (models.Index(fields=["organisation", "at"], name="deeds_of"),)


class LetterTemplate(models.Model):
    """A Liquid template of an organisation, for answers and cover letters (`domain.templates`)."""

    template_id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="templates")
    name = models.TextField()
    language = models.CharField(max_length=2)
    text = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()

    class Meta:
        db_table = "letter_templates"
        constraints = (models.UniqueConstraint(fields=["organisation", "name"], name="letter_templates_once"),)


class Channel(models.Model):
    """A way by which an organisation is told: a mail address, a chat, a webhook. Times of day are of `timezone`."""

    channel_id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="channels")
    name = models.TextField()
    kind = models.TextField()  # mail, chat or webhook
    address = models.TextField()
    secret = models.TextField(default="")  # signs what goes to a webhook
    language = models.CharField(max_length=2)
    timezone = models.TextField(default="UTC")
    opened = models.BooleanField(default=True)
    reminders = models.BooleanField(default=True)
    closed = models.BooleanField(default=True)
    quiet_from = models.TextField(default="")  # 22:00; empty: no quiet hours
    quiet_to = models.TextField(default="")
    digest_at = models.TextField(
        default=""
    )  # 09:00: everything but last hours comes in one message then; empty: at once
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "channels"


class Delivery(models.Model):
    """One message for one channel, once. The log that people see: what was sent when, and what went wrong."""

    delivery_id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(OutboxMessage, models.PROTECT, null=True, db_index=False)  # null: a test
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    due_at = models.DateTimeField(null=True)  # when it is tried next; null: it is over
    attempts = models.IntegerField(default=0)
    taken_until = models.DateTimeField(null=True)  # somebody is sending it now
    sent_at = models.DateTimeField(null=True)
    failed = models.TextField(default="")  # what went wrong the last time

    class Meta:
        db_table = "deliveries"
        constraints = (models.UniqueConstraint(fields=["message", "channel"], name="deliveries_once"),)
        indexes = (models.Index(fields=["due_at"], name="deliveries_due", condition=models.Q(due_at__isnull=False)),)
