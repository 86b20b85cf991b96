"""Forms of truststores, references and uploads: shape only, the services decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms

from .models import Certificate, Keystore, Truststore
from .pki.private_keys import private_key_in
from .pki.roles import Role, possible_roles
from .pki.san_rules import SanRule, from_text
from .report_lines import Line
from .suggestions import above, suggestions

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

    def full_clean(self) -> None:
        """Clean, then forget a message that holds a private key, so that no page shows it again. Who takes
        the upload refuses it by what was cleaned.
        """
        super().full_clean()
        if private_key_in(self.data.get("message", "").encode(errors="replace")):
            self.data = self.data.copy()
            self.data["message"] = ""


class RolesForm(forms.Form):
    """A role for each certificate of an upload; what has an error that nobody waived can only be left out.

    `anchors`: those of the truststore that it goes into, as far as that is known.
    """

    def __init__(
        self, *args: Any, lines: Sequence[Line], anchors: Iterable[Certificate] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        suggested = suggestions(lines, anchors)
        for line in lines:
            roles = () if line.blocked_by else possible_roles(line.certificate)
            self.fields[_name(line)] = forms.ChoiceField(
                label=f"Role of {line.certificate.common_name}",
                choices=[("", NOT_IMPORTED)] + [(role.value, role.value) for role in roles],
                initial=suggested[line.certificate.fingerprint],
                required=False,
                disabled=bool(line.blocked_by),
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """What the table shows of each certificate: line, bound field, whom each choice lets in, and the
        fingerprints above it.
        """
        for line in self.lines:
            bound = self[_name(line)]
            chosen = bound.value() or ""
            lets_in = [
                {"role": value, "words": LETS_IN[value], "chosen": value == chosen}
                for value, _ in bound.field.choices
            ]
            rules = self[_rules_name(line)] if _rules_name(line) in self.fields else None
            issuers = " ".join(each.certificate.fingerprint for each in above(line, self.lines))
            yield {"line": line, "field": bound, "lets_in": lets_in, "rules": rules, "above": issuers}

    def roles(self) -> dict[str, str]:
        """The roles that were chosen, by fingerprint; what is not imported is not in it."""
        chosen = {line.certificate.fingerprint: self.cleaned_data.get(_name(line)) for line in self.lines}
        return {fingerprint: role for fingerprint, role in chosen.items() if role}


class RulesField(forms.CharField):
    """Name rules, one a line; cleaned to SanRules."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "form-control mono"})
        super().__init__(required=False, max_length=20_000, widget=widget, **kwargs)

    def clean(self, value: Any) -> tuple[SanRule, ...]:
        """Raises ValidationError that quotes the line which does not fit."""
        try:
            return from_text(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class EntryRulesForm(forms.Form):
    """The name rules of an anchor that a truststore holds."""

    rules = RulesField(
        label="Names that its clients may have, one a line",
        help_text="dns suffix .partner.example · dns exact gw.partner.example · "
        "email suffix @partner.example · uri prefix spiffe://partner.example/ · ip exact 192.0.2.7. "
        "Empty: everyone it has issued for gets in.",
    )

    def __init__(self, *args: Any, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("rules", buttons("Make the version", back))


class ImportForm(RolesForm):
    """Roles, name rules for anchors, and a note that stays with the new version."""

    note = forms.CharField(
        label="Why this version",
        required=False,
        max_length=500,
        help_text="It stays with the version, for example: renewal of Nordwind for 2027.",
    )

    def __init__(
        self, *args: Any, lines: Sequence[Line], held: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        """`held`: the name rules in force as text, by fingerprint."""
        super().__init__(*args, lines=lines, **kwargs)
        for line in lines:
            if not line.blocked_by and Role.ANCHOR in possible_roles(line.certificate):
                label = f"Name rules of {line.certificate.common_name}"
                now = (held or {}).get(line.certificate.fingerprint, "")
                self.fields[_rules_name(line)] = RulesField(label=label, initial=now)

    def clean(self) -> dict[str, Any]:
        """Only an anchor has name rules: they would silently count for nothing elsewhere."""
        given = super().clean()
        for line in self.lines:
            name, is_anchor = _rules_name(line), given.get(_name(line)) == Role.ANCHOR
            if given.get(name) and name in self.changed_data and not is_anchor:
                self.add_error(
                    _rules_name(line), "Only an anchor has name rules. Make it one, or empty this."
                )
        return given

    def rules(self) -> dict[str, tuple[SanRule, ...]]:
        """The name rules by fingerprint, of the certificates that shall be anchors."""
        return {
            fingerprint: self.cleaned_data.get(f"rules-{fingerprint}") or ()
            for fingerprint, role in self.roles().items()
            if role == Role.ANCHOR
        }


def _name(line: Line) -> str:
    return f"role-{line.certificate.fingerprint}"


def _rules_name(line: Line) -> str:
    return f"rules-{line.certificate.fingerprint}"


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
            Field("name", spellcheck="false"),
            "description",
            buttons("Create the truststore", back),
        )


class WaiverForm(forms.Form):
    """Why a needless refusal is waived, and until when."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For those who read it later, for example: they renew their CA in March, ticket 4711.",
        error_messages={"required": "Say why in a few words, for those who read it later."},
    )
    until = forms.DateField(
        label="Last day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": "Choose the last day on which the waiver counts.",
            "invalid": "Write the day as year-month-day, for example 2027-03-31.",
        },
    )

    def __init__(self, *args: Any, latest: date, act: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["max"] = latest.isoformat()
        self.fields["until"].help_text = f"In UTC; {latest.isoformat()} at the latest."
        self.helper = FormHelper()
        self.helper.layout = Layout("reason", Field("until", css_class="w-auto"), buttons(act, back))


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
            Field("name", spellcheck="false"),
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
