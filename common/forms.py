"""Forms: how a refusal of the domain reaches the field it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from .errors import DomainError


def add_domain_error(form: forms.Form, error: DomainError, names: Mapping[str, str] | None = None) -> None:
    """Show a service's refusal on the field it names, or above the form when it names none of its fields.

    `names`: the form's names for fields that the service calls differently.
    """
    field = (names or {}).get(error.field, error.field)
    form.add_error(field if field in form.fields else None, error.message)
