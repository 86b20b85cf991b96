"""Forms of keystores: shape only, the services decide. Files stay in memory and are shown to nobody."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms

from .api.files import contents
from .forms import buttons
from .services.keystores import KeyFiles

_EITHER = HTML(
    '<p class="dim">Choose the private key and its certificates, or one PKCS#12 file that holds both. The '
    "key is encrypted before it is stored, and no page shows it.</p>"
)


class KeyForm(forms.Form):
    """A server key with its certificates."""

    key = forms.FileField(
        label="Private key", required=False, help_text="PEM or DER: .key, .pem. RSA from 2048 bits, or EC."
    )
    certificates = forms.FileField(
        label="Certificate and chain",
        required=False,
        help_text="PEM or PKCS#7: .crt, .pem, .p7b. Leave it out if the file of the key holds them.",
    )
    pkcs12 = forms.FileField(label="PKCS#12 file", required=False, help_text="Both in one: .p12 or .pfx.")
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Of the key or of the PKCS#12 file, if it has one. It is not kept.",
    )

    def __init__(self, *args: Any, act: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = [Field(name, spellcheck="false") for name in self._first()]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            *first,
            _EITHER,
            Div(
                Div("key", css_class="col-md-6"),
                Div("certificates", css_class="col-md-6"),
                css_class="row",
            ),
            Div(
                Div("pkcs12", css_class="col-md-6"),
                Div("password", css_class="col-md-6"),
                css_class="row",
            ),
            buttons(act, back),
        )

    def _first(self) -> list[str]:
        return [name for name in ("name", "alias") if name in self.fields]

    def key_files(self) -> KeyFiles:
        """What was sent. Raises DomainError for a file that is too large."""
        given = {name: self.cleaned_data[name] for name in ("key", "certificates", "pkcs12")}
        sent = {name: contents([file])[0][1] for name, file in given.items() if file}
        return KeyFiles(**sent, password=self.cleaned_data["password"])


class NewKeyForm(KeyForm):
    """A key entry to add."""

    alias = forms.CharField(
        label="Alias",
        max_length=200,
        help_text="Hosts name the entry by it, for example api-2027. It stays when the key is replaced.",
    )


class KeystoreForm(NewKeyForm):
    """A keystore to create, with its first key entry."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="Letters, digits, dots, hyphens and underscores, for example example-com.",
    )
