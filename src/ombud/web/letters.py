"""The templates of an organisation, filled in for one case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ombud.documents.letter_fields import values
from ombud.domain.problems import OmbudError
from ombud.domain.responses import FIELDS
from ombud.domain.templates import fill
from ombud.people.models import LetterTemplate
from ombud.store.case_file import CaseFile
from ombud.web.middleware import Seen


def letters(request: Seen, file: CaseFile) -> list[Mapping[str, Any]]:
    """Each with its text, or with what keeps it from being filled in; by name."""
    found: list[Mapping[str, Any]] = []
    known = {}
    for one in LetterTemplate.objects.filter(organisation=request.scope.organisation_id).order_by("name"):
        if one.language not in known:
            known[one.language] = values(file, request.at, one.language)
        try:
            text = fill(one.text, known[one.language], FIELDS, one.name)
            found.append({"pk": one.pk, "name": one.name, "language": one.language, "text": text})
        except OmbudError as error:
            found.append({"pk": one.pk, "name": one.name, "language": one.language, "problems": error.problems})
    return found
