"""Forms of sign-in, people and service keys."""

from __future__ import annotations

import hashlib
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from common.counting import count, counted, forget

from .actors import Actor
from .models import SeverityProfile
from .permissions import SCOPES, Role

ATTEMPTS, WINDOW = 10, 300  # failed attempts for an address from one place, and seconds

ROLE_NOTES = {
    Role.ADMINISTRATOR: "everything, people and service keys included",
    Role.CONFIGURATOR: "truststores, references and products",
    Role.DEVELOPER: "API proxies, products and deployments",
    Role.PROCESSOR: "incidents from the first word to the proof",
    Role.AUDITOR: "sees everything, changes nothing",
    Role.CONSUMER: "sees the marketplace only",
}
SCOPE_GROUPS = {
    "account": "Account",
    "keys": "Service keys",
    "audit": "Audit trail",
    "hosts": "Virtual hosts",
    "certificates": "Certificates",
    "keystores": "Keystores",
    "proxies": "API proxies",
    "products": "Products",
    "gateway": "Gateway",
    "incidents": "Incidents",
    "marketplace": "Marketplace",
}


class SignInForm(AuthenticationForm):
    """Sign-in by e-mail and password that stops listening after too many failed attempts.

    Counted for an address and a place together, so that a stranger cannot lock anybody out from elsewhere.
    """

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "E-mail and password do not fit together. Check both; capitals matter in a password."
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True}
        )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError when refused; a right password is refused, too, while we do not listen."""
        key = self._counter()
        if counted(key) >= ATTEMPTS:
            raise ValidationError(
                "Too many failed attempts. Sign-in for this address rests for 5 minutes; then try again.",
                code="throttled",
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            count(key, WINDOW)
            raise
        forget(key)
        return cleaned

    def _counter(self) -> str:
        what = f"{self.data.get('username', '').strip().lower()} {_place(self.request)}"
        return f"sign-in:{hashlib.sha256(what.encode()).hexdigest()}"


def _place(request: HttpRequest | None) -> str:
    """The caller's address; behind a proxy of ours (BEHIND_PROXY) the one that the proxy wrote last."""
    if request is None:
        return ""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def _buttons(word: str, back: str = "") -> Div:
    leave = [HTML(f'<a class="btn btn-quiet" href="{back}">Leave it</a>')] if back else []
    return Div(Submit("save", word), *leave, css_class="row-gap")


_ROLE = Field("role", template="accounts/role_field.html")


class _WithRole(forms.Form):
    """What both forms of people have."""

    def role_options(self) -> list[dict[str, Any]]:
        """The roles with what each is for, for the template of the field."""
        chosen = self["role"].value()
        return [
            {"value": r.value, "label": r.label, "note": ROLE_NOTES[r], "chosen": chosen == r} for r in Role
        ]


class MemberForm(_WithRole):
    """A person to add."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="They sign in with it, for example ada.lindqvist@harbourline.example.",
    )
    full_name = forms.CharField(
        label="Name", max_length=150, help_text="As colleagues know them, for example Ada Lindqvist."
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("email", "full_name", _ROLE, _buttons("Add person"))


class RoleForm(_WithRole):
    """Another role for a person."""

    role = forms.ChoiceField(label="Role", choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(_ROLE, _buttons("Change role", back))


class ProfileForm(forms.Form):
    """How strictly certificates are judged."""

    severity_profile = forms.ChoiceField(
        label="Severity profile",
        choices=SeverityProfile.choices,
        help_text="What lets strangers in, and what the gateway refuses, stays refused in every profile.",
    )


class KeyForm(forms.Form):
    """A service key to create: only scopes that the actor has can be chosen."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="The system that will hold the key, for example nightly-import.",
    )
    scopes = forms.MultipleChoiceField(
        label="Scopes",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one scope: without one the key can do nothing."},
    )

    def __init__(self, *args: Any, actor: Actor, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(code, SCOPES[code]) for code in SCOPES if actor.may(code)]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            "name", Field("scopes", template="accounts/scopes.html"), _buttons("Create service key", back)
        )

    def scope_groups(self) -> list[dict[str, Any]]:
        """The choices by subject, for the template of the field."""
        groups: dict[str, list[Any]] = {}
        chosen = self["scopes"].value() or []
        for number, (code, allows) in enumerate(self.fields["scopes"].choices):
            option = {"code": code, "allows": allows, "chosen": code in chosen, "id": f"id_scopes_{number}"}
            groups.setdefault(code.split(":")[0], []).append(option)
        return [{"label": SCOPE_GROUPS[subject], "options": options} for subject, options in groups.items()]
