"""Forms of incidents: shape only, the services decide."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms

from certificates.forms import RolesForm, buttons
from certificates.models import Truststore
from certificates.suggestions import anchors_of
from vhosts.models import VirtualHost

from .models import QUEUE

NEW_STORE = "new"


class IncidentForm(forms.Form):
    """The details that the queue asks for."""

    component = forms.CharField(
        label="Component", initial=QUEUE, disabled=True, required=False, help_text="The queue that works it."
    )
    host_alias = forms.ChoiceField(
        label="Host alias",
        help_text="The additional host that shall ask its callers for a certificate.",
    )
    subdomain = forms.CharField(label="Subdomain", max_length=63, help_text="That of this account.")
    account_id = forms.CharField(label="ID", max_length=36, help_text="The ID of this account.")
    two_way_ssl = forms.ChoiceField(
        label="Two-way SSL authentication", choices=[("Enabled", "Enabled")], initial="Enabled"
    )
    email = forms.EmailField(
        label="E-mail for the secure link",
        help_text="The partner gets a link here to send certificates without an account, "
        "for example mtls@partner.example.",
    )
    partner = forms.CharField(
        label="Partner",
        max_length=200,
        help_text="Whose certificates will come, for example Nordwind Logistik.",
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What the queue should know: when it goes live, which system calls.",
    )

    def __init__(self, *args: Any, hosts: list[VirtualHost], back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host_alias"].choices = [("", "Choose a host")] + [
            (host.alias, f"{host.alias} · {host.name} · client authentication {host.client_auth}")
            for host in hosts
        ]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Div(
                Div("component", css_class="col-md-6"),
                Div("two_way_ssl", css_class="col-md-6"),
                css_class="row",
            ),
            "host_alias",
            Div(
                Div(Field("subdomain", spellcheck="false"), css_class="col-md-4"),
                Div(Field("account_id", spellcheck="false", css_class="mono"), css_class="col-md-8"),
                css_class="row",
            ),
            Div(
                Div("partner", css_class="col-md-6"),
                Div("email", css_class="col-md-6"),
                css_class="row",
            ),
            "description",
            buttons("Raise it and send the link", back),
        )


class QuotaForm(forms.Form):
    """How many hosts, and what for."""

    wanted = forms.IntegerField(label="Hosts", min_value=1, help_text="Beside the default host, in all.")
    reason = forms.CharField(
        label="What for",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: a host of their own for the customs partners.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("wanted", "reason", Submit("submit", "Ask the queue"))


class CommentForm(forms.Form):
    """Something to say: to everyone, or only to the queue."""

    text = forms.CharField(
        label="Comment", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    internal = forms.BooleanField(label="Only for the queue", required=False)


class WithdrawForm(forms.Form):
    """Why an incident ends without evidence."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stays for those who look here later, for example: the partner will not use the host.",
    )


class AcceptForm(RolesForm):
    """A role for each certificate, and the truststore they go into."""

    truststore = forms.ChoiceField(label="Import into")
    new_name = forms.CharField(
        label="Name of the new truststore",
        required=False,
        max_length=200,
        help_text="Letters, digits, dots, hyphens and underscores.",
    )

    def __init__(self, *args: Any, host: VirtualHost, stores: list[Truststore], **kwargs: Any) -> None:
        super().__init__(*args, anchors=anchors_of(host.trusted), **kwargs)
        if host.trusted:
            del self.fields["truststore"], self.fields["new_name"]
            return
        choices = [(str(store.uuid), store.name) for store in stores]
        self.fields["truststore"].choices = [*choices, (NEW_STORE, "A new truststore")]
        self.fields["truststore"].initial = NEW_STORE
        self.fields["new_name"].initial = f"{host.alias}-clients"
