"""Forms of host requests."""

from __future__ import annotations

from typing import Any

from crispy_forms.bootstrap import AppendedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import Account
from certificates.selectors import references_of, truststores_of

from .models import ClientAuth, Refusal, VirtualHost

CLIENT_AUTH_NOTES = {
    ClientAuth.OFF: "Nobody is asked. Anyone who reaches the host is let through to its proxies.",
    ClientAuth.OPTIONAL: "Who has no certificate is let through. Who sends one is refused unless the "
    "truststore vouches for it.",
    ClientAuth.TRIAL: "Refuses nobody. The host's page shows who would be refused, before you require it.",
    ClientAuth.REQUIRED: "Only clients that the truststore vouches for. Everyone else is refused.",
}


class _Trusting(forms.Form):
    """What a new host and a changed one have in common."""

    client_auth = forms.ChoiceField(
        label="Client authentication",
        choices=ClientAuth.choices,
        widget=forms.RadioSelect,
        initial=ClientAuth.OFF,
    )
    trust = forms.ChoiceField(
        label="Truststore",
        required=False,
        help_text="Whose clients the host trusts. A reference can be pointed to another truststore later.",
    )
    refusal = forms.ChoiceField(
        label="How it refuses",
        choices=[
            (Refusal.EXPLAIN, "explain: HTTP 400 and why"),
            (Refusal.HANDSHAKE, "handshake: TLS ends the connection"),
        ],
        required=False,
        initial=Refusal.EXPLAIN,
        help_text="Most clients show nothing but a reset when TLS refuses; the portal shows why. What TLS "
        "cannot tell apart reads HTTP 403.",
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=500,
        help_text="For the people of this account, for example: two-way SSL for the freight partners.",
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trust"].choices = _trust_choices(account)

    def choices_of_client_auth(self) -> list[dict[str, Any]]:
        """The options with a sentence each, for the template of the field."""
        return [
            {"value": value, "note": CLIENT_AUTH_NOTES[value], "chosen": self["client_auth"].value() == value}
            for value in ClientAuth
        ]

    @property
    def asked_trust(self) -> str | None:
        """The truststore, unless nobody is asked for a certificate anyway."""
        asked = self.cleaned_data["client_auth"] != ClientAuth.OFF
        return (self.cleaned_data["trust"] or None) if asked else None

    @property
    def asked_refusal(self) -> Refusal | None:
        """How it shall refuse; None leaves that as it is."""
        return Refusal(self.cleaned_data["refusal"]) if self.cleaned_data["refusal"] else None


class HostForm(_Trusting):
    """A new host."""

    alias = forms.CharField(
        label="Alias",
        help_text="Lower-case letters, digits and inner hyphens, 63 at most, for example: partners-mtls.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        alias = AppendedText("alias", f".{account.gateway_domain}", css_class="mono")
        self.helper = _helper(alias, act="Request the host", back=reverse("vhosts:list"))
        # The request beside the form follows what is typed.
        self.helper.attrs = {
            "hx-get": reverse("vhosts:request"),
            "hx-trigger": "input delay:300ms, change",
            "hx-target": "#rest-request",
            "hx-push-url": "false",
        }


class ChangeHostForm(_Trusting):
    """A change of a host."""

    def __init__(self, *args: Any, host: VirtualHost, **kwargs: Any) -> None:
        now = {
            "client_auth": host.client_auth,
            "trust": host.trust,
            "refusal": host.refusal,
            "description": host.description,
        }
        super().__init__(*args, account=host.account, initial=now, **kwargs)
        back = reverse("vhosts:detail", args=[host.uuid])
        self.helper = _helper(act="Request the change", back=back)


def _helper(*first: Any, act: str, back: str) -> FormHelper:
    helper = FormHelper()
    helper.layout = Layout(
        *first,
        Field("client_auth", template="vhosts/_client_auth.html"),
        "trust",
        "refusal",
        "description",
        Div(
            Submit("submit", act),
            HTML(format_html('<a class="btn btn-quiet" href="{}">Leave it</a>', back)),
            css_class="row-gap",
        ),
    )
    return helper


def _trust_choices(account: Account) -> list[Any]:
    references = [
        (str(reference), f"{reference} → {reference.truststore}") for reference in references_of(account)
    ]
    stores = [(store.name, _version(store)) for store in truststores_of(account)]
    groups = [("References", references), ("Truststores by name", stores)]
    return [("", "None"), *[(label, choices) for label, choices in groups if choices]]


def _version(store: Any) -> str:
    return f"{store.name}, version {store.current.number}" if store.current else f"{store.name}, empty"
