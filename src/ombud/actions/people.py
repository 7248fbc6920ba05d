"""Organisations, their members, stores and templates. What is done here is no step of a case: it is kept as a deed.

Somebody comes in by a signed link to their own address. A link holds for a week and brings one person in once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.responses import FIELDS
from ombud.domain.roles import RIGHTS, Right, Role, Side, may
from ombud.domain.templates import problems_of
from ombud.languages import LANGUAGES
from ombud.people.models import Deed, Holding, LetterTemplate, Member, Organisation, User
from ombud.store.models import OutboxMessage, Store

INVITATION = "invitation"
"""The topic under which an invitation lies in the outbox."""
HOLDS = timedelta(days=7)
_SALT = "ombud.invitation"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the link of an invitation says."""

    organisation: Organisation
    email: str
    role: Role
    token: str


def found(name: str, side: Side, *, at: datetime, actor: str) -> Organisation:
    """A new organisation, without members or stores. Raises OmbudError where the name is none."""
    name = _named(name)
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name, side=side, created_at=at)
        _deed("organisation_founded", organisation, at=at, actor=actor, name=name, side=str(side))
    return organisation


def hold(organisation: Organisation, store_ids: Iterable[str], *, at: datetime, actor: str) -> int:
    """Gives stores to an organisation, whosever they were; returns how many were not its own yet.

    Raises OmbudError naming every store that there is not; then none is given.
    """
    wanted = list(dict.fromkeys(store_ids))
    known = set(Store.objects.filter(store_id__in=wanted).values_list("store_id", flat=True))
    if missing := [name for name in wanted if name not in known]:
        raise OmbudError(
            *(Problem("unknown_store", N_("There is no store {text}."), {"text": name}) for name in missing)
        )
    with transaction.atomic():
        own = set(
            Holding.objects.filter(store__in=wanted, organisation=organisation).values_list("store_id", flat=True)
        )
        given = [name for name in wanted if name not in own]
        for name in given:
            Holding.objects.update_or_create(store_id=name, defaults={"organisation": organisation})
        if given:
            _deed("stores_given", organisation, at=at, actor=actor, stores=given)
    return len(given)


def invite(organisation: Organisation, email: str, role: Role, *, at: datetime, actor: str) -> Invitation:
    """Invites somebody by mail: the message lies in the outbox.

    Raises OmbudError where the address or role is none, and where they are a member already.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise OmbudError(
            Problem(
                "no_address", N_("{email!r} is no mail address."), {"email": email}, mend=N_("Write name@example.com.")
            )
        ) from None
    _fits(organisation, role)
    if Member.objects.filter(organisation=organisation, user__email=email, removed_at=None).exists():
        raise OmbudError(Problem("member_already", N_("{email} is a member already."), {"email": email}))
    with transaction.atomic():
        deed = _deed("member_invited", organisation, at=at, actor=actor, email=email, role=str(role))
        said = {"deed": deed.deed_id, "until": (at + HOLDS).timestamp()}
        token = signing.dumps(said, salt=_SALT, compress=True)
        payload = {"email": email, "organisation": organisation.name, "by": actor, "token": token}
        OutboxMessage.objects.create(
            key=f"{INVITATION}:{deed.deed_id}", topic=INVITATION, payload=payload, at=at, due_at=at
        )
    return Invitation(organisation, email, role, token)


def invitation(token: str, at: datetime) -> Invitation:
    """What a link says. Raises OmbudError where it is not ours, too old, or was used."""
    try:
        said = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        said = {}
    deed = Deed.objects.select_related("organisation").filter(pk=said.get("deed"), what="member_invited").first()
    if deed is None or deed.organisation is None or said["until"] <= at.timestamp() or _was_used(deed):
        raise OmbudError(
            Problem(
                "no_invitation",
                N_("This invitation holds no longer."),
                mend=N_("Ask for a new one: an invitation holds for {days} days."),
                values={"days": HOLDS.days},
            )
        )
    return Invitation(deed.organisation, deed.data["email"], Role(deed.data["role"]), token)


def _was_used(invited: Deed) -> bool:
    """Who was removed does not come back by the link that brought them in."""
    joined = Deed.objects.filter(what="member_joined", organisation=invited.organisation, pk__gt=invited.pk)
    return joined.filter(actor=invited.data["email"]).exists()


def join(offered: Invitation, *, at: datetime, name: str = "", password: str | None = None) -> Member:
    """Brings the invited person in; `password` where they have no login yet. Once: a member stays as they are."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=offered.email).first()
        if user is None:
            user = User.objects.create_user(offered.email, password, name=name.strip()[:_LONGEST], joined_at=at)
        member, new = Member.objects.get_or_create(
            user=user, organisation=offered.organisation, defaults={"role": offered.role, "added_at": at}
        )
        if new:
            _deed("member_joined", offered.organisation, at=at, actor=user.email, role=str(offered.role))
        elif member.removed_at is not None:
            member.role, member.added_at, member.removed_at = str(offered.role), at, None
            member.save(update_fields=["role", "added_at", "removed_at"])
            _deed("member_joined", offered.organisation, at=at, actor=user.email, role=str(offered.role))
    return member


def change_role(member: Member, role: Role, *, at: datetime, actor: str) -> None:
    """Gives a member another role. Raises OmbudError where nobody would be left who may invite others."""
    _fits(member.organisation, role)
    with transaction.atomic():
        _keep_one(member, role)
        before, member.role = member.role, str(role)
        member.save(update_fields=["role"])
        data = {"email": member.user.email, "from": before, "to": str(role)}
        _deed("role_changed", member.organisation, at=at, actor=actor, **data)


def remove(member: Member, *, at: datetime, actor: str) -> None:
    """Ends a membership; what they did stays. Raises OmbudError where nobody would be left who may invite others."""
    with transaction.atomic():
        _keep_one(member, None)
        member.removed_at = at
        member.save(update_fields=["removed_at"])
        _deed("member_removed", member.organisation, at=at, actor=actor, email=member.user.email)


def keep_template(
    organisation: Organisation, name: str, language: str, text: str, *, at: datetime, actor: str
) -> LetterTemplate:
    """Keeps a template under its name, whatever stood there. Raises OmbudError with all that is wrong with it."""
    name = _named(name)
    if language not in LANGUAGES:
        raise OmbudError(Problem("unknown_language", N_("There is no language {text!r}."), {"text": language}))
    if wrong := problems_of(text, FIELDS, name):
        raise OmbudError(*wrong)
    with transaction.atomic():
        kept, _ = LetterTemplate.objects.update_or_create(
            organisation=organisation,
            name=name,
            defaults={"language": language, "text": text, "changed_at": at, "changed_by": actor},
        )
        _deed("template_kept", organisation, at=at, actor=actor, name=name, text=text)
    return kept


def drop_template(template: LetterTemplate, *, at: datetime, actor: str) -> None:
    """Lets a template go."""
    with transaction.atomic():
        _deed("template_dropped", template.organisation, at=at, actor=actor, name=template.name)
        template.delete()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST:
        raise OmbudError(
            Problem(
                "no_name_given",
                N_("A name is missing, or it is too long."),
                mend=N_("Write up to {most} letters."),
                values={"most": _LONGEST},
            )
        )
    return name


def _fits(organisation: Organisation, role: Role) -> None:
    if (Side(organisation.side), role) not in RIGHTS:
        known = ", ".join(str(each) for side, each in RIGHTS if side == organisation.side)
        raise OmbudError(
            Problem(
                "unknown_role",
                N_("{role} is no role here."),
                {"role": str(role), "known": known},
                mend=N_("What there is: {known}."),
            )
        )


def _keep_one(member: Member, role: Role | None) -> None:
    """Somebody must stay who may let others in. The members are locked, so that two do not leave at once."""
    side = Side(member.organisation.side)
    others = Member.objects.select_for_update().filter(organisation=member.organisation, removed_at=None)
    if role is not None and may(side, role, Right.MEMBERS):
        return
    if not any(may(side, Role(one.role), Right.MEMBERS) for one in others if one.pk != member.pk):
        raise OmbudError(
            Problem(
                "last_of_them",
                N_("Nobody would be left who may invite others."),
                mend=N_("Give somebody else that role first."),
            )
        )


def login_changed(user: User, what: str, *, at: datetime) -> None:
    """What somebody did with their own login stands in the history of every organisation that they work in."""
    for member in (
        Member.objects.filter(user=user, removed_at=None).select_related("organisation").order_by("member_id")
    ):
        _deed(what, member.organisation, at=at, actor=user.email)


def unlock(email: str, *, at: datetime, actor: str) -> None:
    """Takes the second factor off the login of somebody who has lost it.

    Raises OmbudError where nobody logs in with that address, or without a second factor.
    """
    email = email.strip().lower()
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email).first()
        if user is None:
            mend = N_("`ombud people list` shows them.")
            raise OmbudError(Problem("unknown_login", N_("Nobody logs in as {email}."), {"email": email}, mend=mend))
        if not Authenticator.objects.filter(user=user).delete()[0]:
            raise OmbudError(
                Problem("no_second_factor", N_("{email} logs in without a second factor."), {"email": email})
            )
        for member in Member.objects.filter(user=user).select_related("organisation").order_by("member_id"):
            _deed("second_factor_dropped", member.organisation, at=at, actor=actor, email=email)


def _deed(what: str, organisation: Organisation, *, at: datetime, actor: str, **data: Any) -> Deed:
    return Deed.objects.create(what=what, organisation=organisation, at=at, actor=actor, data=data)
