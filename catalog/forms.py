"""Forms of API proxies and products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.utils.html import format_html

from accounts.models import Account
from vhosts.models import VirtualHost
from vhosts.selectors import hosts_of

from .models import Product, Proxy

PLAIN = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}


class ProxyForm(forms.Form):
    """A base path on one or more hosts, and where it leads."""

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
        self.fields["hosts"].queryset = hosts_of(account)
        self.helper = _helper(
            "name",
            "base_path",
            "target_url",
            Field("hosts", template="catalog/_hosts_field.html"),
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

    def choices_of_hosts(self) -> list[dict[str, Any]]:
        """The hosts with whether they are chosen, for the template of the field."""
        chosen = {str(key) for key in _several(self["hosts"].value())}
        return [{"host": host, "chosen": str(host.pk) in chosen} for host in self.fields["hosts"].queryset]


class ProductForm(forms.Form):
    """What is published to the marketplace."""

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
        self.fields["proxies"].queryset = Proxy.objects.filter(account=account).order_by("name")
        if not new:
            del self.fields["name"]
        shown = [name for name in self.fields if name != "proxies"]
        proxies = Field("proxies", template="catalog/_proxies_field.html")
        self.helper = _helper(*shown, proxies, act=act, back=back)

    @staticmethod
    def values_of(product: Product) -> dict[str, Any]:
        """What the form shows of a product that exists."""
        return {
            "title": product.title,
            "description": product.description,
            "proxies": [proxy.pk for proxy in product.proxies.all()],
        }

    def choices_of_proxies(self) -> list[dict[str, Any]]:
        """The proxies with whether they are chosen, for the template of the field."""
        chosen = {str(key) for key in _several(self["proxies"].value())}
        return [
            {"proxy": proxy, "chosen": str(proxy.pk) in chosen} for proxy in self.fields["proxies"].queryset
        ]


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, Iterable) and not isinstance(value, str) else []


def _helper(*fields: Any, act: str, back: str) -> FormHelper:
    helper = FormHelper()
    leave = HTML(format_html('<a class="btn btn-quiet" href="{}">Leave it</a>', back))
    helper.layout = Layout(*fields, Div(Submit("submit", act), leave, css_class="row-gap"))
    return helper
