"""Forms of truststores, references and uploads: shape only, the services decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms

from .models import Keystore, Truststore
from .pki.roles import Role, possible_roles
from .reports import Line

NOT_IMPORTED = "Not imported"
LETS_IN = {
    "": "Nobody",
    Role.ANCHOR.value: "Everyone it has issued for, and everyone it will",
    Role.INTERMEDIATE.value: "Nobody by itself: it helps to build chains to an anchor",
    Role.CLIENT.value: "Exactly this certificate, pinned by its SHA-256",
}


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleaned to a list of uploaded files."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file alone; no file at all is one error."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """Certificate files. `message` is for those who look at them."""

    files = FilesField(
        label="Drop the certificate files here",
        error_messages={
            "required": "Choose at least one file with the certificate and its chain.",
            "empty": "That file is empty. Choose the file that holds the certificate.",
        },
    )


class MessageUploadForm(UploadForm):
    """Certificate files with a word to the processor."""

    message = forms.CharField(
        label="A word to the processor",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RolesForm(forms.Form):
    """A role for each certificate of an upload; what has an error can only be left out."""

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            roles = () if line.blocked_by else possible_roles(line.certificate)
            self.fields[_name(line)] = forms.ChoiceField(
                label=f"Role of {line.certificate.common_name}",
                choices=[("", NOT_IMPORTED)] + [(role.value, role.value) for role in roles],
                initial="" if line.blocked_by else line.suggested_role,
                required=False,
                disabled=bool(line.blocked_by),
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """What the table shows of each certificate: line, bound field, and whom each choice lets in."""
        for line in self.lines:
            bound = self[_name(line)]
            chosen = bound.value() or ""
            lets_in = [
                {"role": value, "words": LETS_IN[value], "chosen": value == chosen}
                for value, _ in bound.field.choices
            ]
            yield {"line": line, "field": bound, "lets_in": lets_in}

    def roles(self) -> dict[str, str]:
        """The roles that were chosen, by fingerprint; what is not imported is not in it."""
        chosen = {line.certificate.fingerprint: self.cleaned_data.get(_name(line)) for line in self.lines}
        return {fingerprint: role for fingerprint, role in chosen.items() if role}


class ImportForm(RolesForm):
    """Roles, and a note that stays with the new version."""

    note = forms.CharField(
        label="Why this version",
        required=False,
        max_length=500,
        help_text="It stays with the version, for example: renewal of Nordwind for 2027.",
    )


def _name(line: Line) -> str:
    return f"role-{line.certificate.fingerprint}"


def buttons(act: str, back: str) -> Div:
    """The one button of a form, and the way out."""
    leave = HTML(f'<a class="btn btn-quiet" href="{back}">Leave it</a>')
    return Div(Submit("submit", act), leave, css_class="row-gap")


class TruststoreForm(forms.Form):
    """A new truststore."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="Letters, digits, dots, hyphens and underscores, for example partner-clients.",
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=500,
        help_text="Whose clients it lets in, for example: clients of our partners.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Field("name", autocomplete="off", spellcheck="false"),
            "description",
            buttons("Create the truststore", back),
        )


Store = Truststore | Keystore


def _offer(field: forms.ChoiceField, stores: Sequence[Store]) -> None:
    """Stores as choices, truststores and keystores apart."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for store in stores:
        kind = "Truststores" if isinstance(store, Truststore) else "Keystores"
        groups.setdefault(kind, []).append((str(store.uuid), store.name))
    field.choices = [("", "Choose a store"), *groups.items()]


class ReferenceForm(forms.Form):
    """A new reference."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="Hosts name it with ref:// in front, for example ref://partner-trust.",
    )
    store = forms.ChoiceField(label="Points to")

    def __init__(self, *args: Any, stores: Sequence[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["store"], stores)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Field("name", autocomplete="off", spellcheck="false"),
            "store",
            Submit("submit", "Create the reference"),
        )


class RepointForm(forms.Form):
    """Where a reference shall point; asked for before the page that confirms it."""

    to = forms.ChoiceField(label="Point it to")

    def __init__(self, *args: Any, stores: Sequence[Store], action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["to"], stores)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_action = action
        self.helper.layout = Layout("to", Submit("", "Look at what changes", css_class="btn-quiet"))
