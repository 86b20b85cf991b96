"""Forms of the gateway's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from common.errors import DomainError

from . import denials
from .canaries import LONGEST
from .models import Node
from .rollouts import MOST_HOSTS

NOW, FIRST, LATER, FIRST_LATER = "now", "first", "later", "first-later"
ON_SOME, AT_A_TIME = (FIRST, FIRST_LATER), (LATER, FIRST_LATER)


class PlanForm(forms.Form):
    """What to remember about a deployment."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        help_text="Why, for those who read it later, for example: the new anchor of Nordwind.",
    )


class StartForm(forms.Form):
    """How a deployment starts: now or at a time, on every node or on some nodes first."""

    how = forms.ChoiceField(label="When and where", widget=forms.RadioSelect, initial=NOW)
    canary = forms.MultipleChoiceField(
        label="Nodes that take it first",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They prove it; the others follow when you say so.",
    )
    continue_after_minutes = forms.IntegerField(
        label="Go on by itself after (minutes)",
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text="Only if no more calls are refused than before. Empty: you decide.",
    )
    at = forms.DateTimeField(
        label="Start at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, nodes: list[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        several = len(nodes) > 1
        choices = [
            (NOW, "Now, on every node"),
            (FIRST, "Now, on some nodes first"),
            (LATER, "At a time, on every node"),
            (FIRST_LATER, "At a time, on some nodes first"),
        ]
        self.fields["how"].choices = [choice for choice in choices if several or choice[0] not in ON_SOME]
        if several:
            self.fields["canary"].choices = [(str(node.uuid), node.name) for node in nodes]
        else:
            del self.fields["canary"], self.fields["continue_after_minutes"]
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"In the time of {zone}, at most 30 days ahead."

    def clean(self) -> dict[str, Any]:
        """What belongs to the chosen way must be there."""
        given = super().clean()
        if given.get("how") in ON_SOME and not given.get("canary") and "canary" not in self.errors:
            self.add_error("canary", "Choose the nodes that take it first.")
        if given.get("how") in AT_A_TIME and not given.get("at") and "at" not in self.errors:
            self.add_error("at", "Give the day and the time.")
        return given


class RolloutForm(forms.Form):
    """Which flagged proxies are redeployed, in which order, how many hosts at a time. Read by GET."""

    which = forms.ChoiceField(
        label="API proxies",
        choices=[("all", "All that need a redeploy"), ("chosen", "Only those ticked below")],
        widget=forms.RadioSelect,
        initial="all",
    )
    by = forms.ChoiceField(
        label="Order",
        choices=[("host", "By host"), ("name", "By name of the proxy"), ("given", "By the numbers below")],
        initial="host",
    )
    size = forms.IntegerField(
        label="Hosts in a batch",
        min_value=1,
        max_value=MOST_HOSTS,
        initial=1,
        help_text="The next batch starts when the one before is live and proven.",
    )


class DenyForm(forms.Form):
    """Which certificate to refuse everywhere, why, and for how long."""

    fingerprint = forms.CharField(
        label="SHA-256 fingerprint",
        max_length=200,
        help_text="Of the client certificate itself, not of its CA. Colons and spaces do not matter.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="For those who read it later, for example: Nordwind reported its key stolen.",
    )
    hours = forms.IntegerField(
        label="For how many hours",
        initial=denials.DEFAULT_HOURS,
        min_value=1,
        max_value=denials.MOST_HOURS,
        help_text="720 at most (30 days). Then the truststores decide again: remove it there meanwhile.",
    )

    def clean_fingerprint(self) -> str:
        """As lower-case hex."""
        try:
            return denials.normalized(self.cleaned_data["fingerprint"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from None
