"""Forms of the gateway's pages."""

from django import forms


class PlanForm(forms.Form):
    """What to remember about a deployment."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        help_text="Why, for those who read it later, for example: the new anchor of Nordwind.",
    )
