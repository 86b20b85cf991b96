"""Forms of API proxies and products."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html

from accounts.models import Account
from vhosts.models import VirtualHost
from vhosts.selectors import hosts_of

from .models import Product, Proxy

OFFERED = 60  # rows to tick; an account may have thousands
PLAIN = {"autocapitalize": "off", "spellcheck": "false"}


class _Picking(forms.Form):
    """A form that offers rows to tick: those already chosen and the first few; further ones by name.

    `picked` is the field with the ticks, `named_by` the field of its model that a person types.
    """

    picked: str
    named_by: str
    more = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "mono", **PLAIN}))

    def offer(self, found: QuerySet[Any], noun: str) -> None:
        """Offer `found`. Called once, at the end of `__init__`."""
        self.fields[self.picked].queryset = found
        if found.count() <= OFFERED:
            del self.fields["more"]
            return
        self.fields["more"].label = f"More {noun}"
        self.fields["more"].help_text = f"Those not listed above, by {self.named_by}, one a line."

    def offered(self) -> list[dict[str, Any]]:
        """The rows to tick, `row`, and whether each is `chosen`."""
        value = self[self.picked].value()
        chosen = {str(key) for key in value} if isinstance(value, list | tuple) else set()
        found = self.fields[self.picked].queryset
        first = list(found[:OFFERED])
        keys = {str(row.pk) for row in first}
        further = [key for key in chosen - keys if key.isdigit()]
        rows = [*first, *found.filter(pk__in=further)]
        return [{"row": row, "chosen": str(row.pk) in chosen} for row in rows]

    def clean_more(self) -> list[Any]:
        """The rows that were named. One that does not exist is named in the error."""
        names = {line.strip() for line in self.cleaned_data["more"].splitlines()} - {""}
        rows = list(self.fields[self.picked].queryset.filter(**{f"{self.named_by}__in": names}))
        unknown = names - {getattr(row, self.named_by) for row in rows}
        if unknown:
            raise forms.ValidationError(f"Not in this account: {', '.join(sorted(unknown))}.")
        return rows

    def clean(self) -> dict[str, Any]:
        """Ticks and names are one answer."""
        given = super().clean()
        more = given.pop("more", [])
        if self.picked in given:
            given[self.picked] = list(dict.fromkeys([*given[self.picked], *more]))
        return given


class ProxyForm(_Picking):
    """A base path on one or more hosts, and where it leads."""

    picked, named_by = "hosts", "alias"
    name = forms.CharField(label="Name", max_length=100, help_text="For people, for example: Orders.")
    base_path = forms.CharField(
        label="Base path",
        max_length=200,
        initial="/",
        help_text="Where it answers on each of its hosts, for example: /orders/v2.",
        widget=forms.TextInput(attrs={"class": "mono", **PLAIN}),
    )
    target_url = forms.CharField(
        label="Target",
        max_length=500,
        help_text="Where calls are sent on to, for example: https://orders.example.com/v2.",
        widget=forms.TextInput(attrs={"class": "mono", "inputmode": "url", **PLAIN}),
    )
    hosts = forms.ModelMultipleChoiceField(
        VirtualHost.objects.none(),
        label="Host alias",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="On which hosts it answers. A host decides whether callers need a certificate.",
    )
    description = forms.CharField(
        label="Description", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, account: Account, act: str, back: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(hosts_of(account), "hosts")
        self.helper = _helper(
            "name",
            "base_path",
            "target_url",
            Field("hosts", template="catalog/_hosts_field.html"),
            *(name for name in self.fields if name == "more"),
            "description",
            act=act,
            back=back,
        )

    @staticmethod
    def values_of(proxy: Proxy) -> dict[str, Any]:
        """What the form shows of a proxy that exists."""
        return {
            "name": proxy.name,
            "base_path": proxy.base_path,
            "target_url": proxy.target_url,
            "hosts": [placement.host_id for placement in proxy.placements.all()],
            "description": proxy.description,
        }


class ProductForm(_Picking):
    """What is published to the marketplace."""

    picked, named_by = "proxies", "name"
    name = forms.SlugField(
        label="Name",
        max_length=100,
        help_text="For machines and addresses; it stays. For example: freight-partner.",
        widget=forms.TextInput(attrs={"class": "mono", **PLAIN}),
    )
    title = forms.CharField(
        label="Title", max_length=200, help_text="What consumers read, for example: Freight Partner API."
    )
    description = forms.CharField(
        label="Description",
        required=False,
        help_text="What it is for, in the words of those who will call it.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    proxies = forms.ModelMultipleChoiceField(
        Proxy.objects.none(), label="API proxies", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, account: Account, act: str, back: str, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(Proxy.objects.filter(account=account).order_by("name"), "API proxies")
        if not new:
            del self.fields["name"]
        first = [name for name in self.fields if name not in ("proxies", "more")]
        proxies = Field("proxies", template="catalog/_proxies_field.html")
        more = [name for name in self.fields if name == "more"]
        self.helper = _helper(*first, proxies, *more, act=act, back=back)

    @staticmethod
    def values_of(product: Product) -> dict[str, Any]:
        """What the form shows of a product that exists."""
        return {
            "title": product.title,
            "description": product.description,
            "proxies": [proxy.pk for proxy in product.proxies.all()],
        }


def _helper(*fields: Any, act: str, back: str) -> FormHelper:
    helper = FormHelper()
    leave = HTML(format_html('<a class="btn btn-quiet" href="{}">Leave it</a>', back))
    helper.layout = Layout(*fields, Div(Submit("submit", act), leave, css_class="row-gap"))
    return helper
