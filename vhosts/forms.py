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
from certificates.selectors import keys_in_use, keystores_of, references_of, truststores_of
from certificates.services.keystores import DEFAULT_KEYSTORE

from .models import ClientAuth, Refusal, VirtualHost
from .rest import FIELDS

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


_PLAIN = {"autocapitalize": "off", "spellcheck": "false"}
DEFAULT, CUSTOM = "default", "custom"


class _Placed(_Trusting):
    """Where a host is: an alias under the account's default domain, or a name of a domain of one's own with
    its server key.
    """

    domain = forms.ChoiceField(
        label="Domain",
        choices=[(DEFAULT, "default domain"), (CUSTOM, "custom domain")],
        widget=forms.RadioSelect,
        required=False,
        initial=DEFAULT,
    )
    alias = forms.CharField(
        label="Alias",
        required=False,
        help_text="Lower-case letters, digits and inner hyphens, 63 at most, for example: partners-mtls.",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    name = forms.CharField(
        label="Full DNS name",
        required=False,
        help_text="Of a domain of your own, for example: api.example.com.",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    key = forms.ChoiceField(
        label="Server key",
        required=False,
        help_text="The key entry it answers with; its certificate must be for that name.",
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.domain_note = account.gateway_domain
        self.fields["key"].choices = _key_choices(account)

    def place(self) -> dict[str, Any]:
        """What a wish says about it."""
        given, custom = self.cleaned_data, self.is_custom
        chosen = {CUSTOM: True, DEFAULT: False}.get(given["domain"])  # not answered: as it is
        key, _, alias = given["key"].partition(" ") if custom else ("", "", "")
        return {
            "alias": given["name" if custom else "alias"].strip(),
            "is_custom": chosen,
            "key": key or None,
            "key_alias": alias or None,
        }

    @property
    def is_custom(self) -> bool:
        """Whether a custom domain is chosen."""
        return self["domain"].value() == CUSTOM

    def names(self) -> dict[str, str]:
        """The form's names for fields that the service calls differently."""
        return FIELDS | {"virtualHostUrl": "name" if self.is_custom else "alias"}

    def choices_of_domain(self) -> list[dict[str, Any]]:
        """The two options with a sentence each, for the template of the field."""
        notes = {
            DEFAULT: f"An alias under {self.domain_note}. It answers with the account's own certificate.",
            CUSTOM: "A name of a domain of your own. It answers with a key that you import.",
        }
        chosen = self["domain"].value()
        return [
            {"value": value, "label": label, "note": notes[value], "chosen": value == chosen}
            for value, label in self.fields["domain"].choices
        ]

    def _place_layout(self) -> list[Any]:
        return [
            Field("domain", template="vhosts/_domain.html"),
            Div(AppendedText("alias", f".{self.domain_note}", css_class="mono"), css_class="cs-if-default"),
            Div(Field("name", css_class="mono"), "key", css_class="cs-if-custom"),
        ]


class HostForm(_Placed):
    """A new host."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.helper = _helper(*self._place_layout(), act="Request the host", back=reverse("vhosts:list"))
        # The request beside the form follows what is typed.
        self.helper.attrs = {
            "hx-get": reverse("vhosts:request"),
            "hx-trigger": "input delay:300ms, change",
            "hx-target": "#rest-request",
            "hx-push-url": "false",
        }


class ChangeHostForm(_Placed):
    """A change of a host. The default host stays where it is."""

    def __init__(self, *args: Any, host: VirtualHost, **kwargs: Any) -> None:
        now = {
            "client_auth": host.client_auth,
            "trust": host.trust,
            "refusal": host.refusal,
            "description": host.description,
        }
        now |= {"domain": CUSTOM if host.is_custom else DEFAULT}
        now |= {"name": host.name, "key": f"{host.key_name} {host.key_alias}"} if host.is_custom else {}
        now |= {} if host.is_custom else {"alias": host.alias}
        super().__init__(*args, account=host.account, initial=now, **kwargs)
        back = reverse("vhosts:detail", args=[host.uuid])
        if host.is_default:
            for name in ("domain", "alias", "name", "key"):
                del self.fields[name]
        place = [] if host.is_default else self._place_layout()
        self.helper = _helper(*place, act="Request the change", back=back)

    def clean_trust(self) -> str:
        """“None” would leave the truststore that there is, which is not what it says."""
        trust, asks = self.cleaned_data["trust"], self.cleaned_data.get("client_auth", ClientAuth.OFF)
        if "trust" in self.data and not trust and asks != ClientAuth.OFF:
            raise forms.ValidationError(
                "A host that asks needs a truststore. Choose one, or turn asking off."
            )
        return trust


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
        (str(reference), f"{reference} → {reference.truststore}")
        for reference in references_of(account).exclude(truststore=None)
    ]
    stores = [(store.name, _version(store)) for store in truststores_of(account)]
    groups = [("References", references), ("Truststores by name", stores)]
    return [("", "None"), *[(label, choices) for label, choices in groups if choices]]


def _key_choices(account: Account) -> list[Any]:
    """Key entries by reference and by keystore, as `keystore alias`; not those of the default domain."""
    by_reference, by_name = [], []
    for store in keystores_of(account).exclude(name=DEFAULT_KEYSTORE):
        for key in keys_in_use(store):
            until = f"until {key.certificate.not_after:%d %b %Y}"
            for reference in store.references.all():
                by_reference.append((f"{reference} {key.alias}", f"{reference} → {store} · {key.alias}"))
            by_name.append((f"{store} {key.alias}", f"{store} · {key.alias}, {until}"))
    groups = [("References", by_reference), ("Keystores by name", by_name)]
    return [("", "Choose a key entry"), *[(label, choices) for label, choices in groups if choices]]


def _version(store: Any) -> str:
    return f"{store.name}, version {store.current.number}" if store.current else f"{store.name}, empty"
