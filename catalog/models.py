"""API proxies, products and their releases."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from accounts.models import AccountOwned
from common.models import Identified
from vhosts.models import VirtualHost

base_path_validator = RegexValidator(
    r"^/((?!\.{1,2}(/|$))[A-Za-z0-9._~-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*)?$",
    "Start with a slash; between slashes use letters, digits, and . _ ~ - ; no part may be . or .., and no "
    "slash at the end.",
)


class Proxy(AccountOwned):
    """A base path on one or more hosts → a target. Its state is derived: see `state`."""

    name = models.CharField(max_length=100)
    base_path = models.CharField(max_length=200, validators=[base_path_validator])
    target_url = models.URLField(max_length=500)
    description = models.TextField(blank=True)
    hosts = models.ManyToManyField(VirtualHost, through="ProxyHost", related_name="proxies")

    # Written by the gateway's worker only: what the configuration compiled from today's data is, and what
    # is live.
    wanted_digest = models.CharField(max_length=64, blank=True)
    deployed_digest = models.CharField(max_length=64, blank=True)
    needs_redeploy = models.BooleanField(default=False, db_index=True)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="proxy_name_per_account")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """Not deployed, deployed, or needs redeploy."""
        if not self.deployed_digest:
            return "not deployed"
        return "needs redeploy" if self.needs_redeploy else "deployed"


class ProxyHost(models.Model):
    """A proxy on a host. Keeps the host from being deleted, and a base path from being used twice on it."""

    proxy = models.ForeignKey(Proxy, on_delete=models.CASCADE, related_name="placements")
    host = models.ForeignKey(VirtualHost, on_delete=models.PROTECT, related_name="placements")
    base_path = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "base_path"], name="base_path_once_per_host"),
            models.UniqueConstraint(fields=["proxy", "host"], name="proxy_once_per_host"),
        ]

    def __str__(self) -> str:
        return f"{self.host.name}{self.base_path}"


class RemovedProxy(AccountOwned):
    """A proxy that was deleted while the gateway served it: it still does, until the next deployment."""

    name = models.CharField(max_length=100)
    base_path = models.CharField(max_length=200)
    hosts = models.JSONField(help_text="names of the hosts it was on")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(AccountOwned):
    """What is published to the marketplace: a set of proxies."""

    name = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    proxies = models.ManyToManyField(Proxy, related_name="products", blank=True)
    current = models.ForeignKey("Release", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Written by the gateway's worker only.
    needs_republish = models.BooleanField(default=False, db_index=True)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="product_name_per_account")]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """Draft, published, or needs republish."""
        if self.current_id is None:
            return "draft"
        return "needs republish" if self.needs_republish else "published"


class Release(Identified):
    """An immutable version of a product, as consumers see it.

    `content` holds title, description and proxies: uuid, name, base_path, digest, and for each host its
    uuid, name and
    client_auth.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    published_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="release_number_per_product")
        ]

    def __str__(self) -> str:
        return f"{self.product} release {self.number}"
