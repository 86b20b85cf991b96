"""Nodes, the cells that they form, and which accounts a cell serves."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Account
from common.models import Identified


class Cell(Identified):
    """A pool of nodes that serves some accounts: those assigned to it, the default one all the rest."""

    DEFAULT = "default"

    name = models.CharField(max_length=63, unique=True)
    made_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> Cell:
        """The cell of every account and node that was given no other."""
        return cls.objects.get_or_create(name=cls.DEFAULT)[0]

    @property
    def is_default(self) -> bool:
        """Whether it serves the accounts that no cell was assigned."""
        return self.name == self.DEFAULT


class CellAssignment(models.Model):
    """Which cell serves an account. While it moves, the cell that it is `leaving` serves it too."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="cell_assignment")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="assignments")
    leaving = models.ForeignKey(
        Cell, null=True, blank=True, on_delete=models.PROTECT, related_name="departures"
    )
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.account} in {self.cell}"


class Node(Identified):
    """An Envoy process with its agent. `wanted_version` is what it was given, `live_version` what it proved
    last. A `remote` one fetches over mutual TLS; the portal knows its certificate by the SHA-256.
    """

    name = models.CharField(max_length=100, unique=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="nodes")
    remote = models.BooleanField(
        default=False, help_text="enrolled with a token, speaks to the node endpoint"
    )
    address = models.CharField(
        max_length=100, default="127.0.0.1", help_text="where Envoy listens and is probed"
    )
    port = models.PositiveIntegerField()
    wanted_version = models.CharField(max_length=64, blank=True)
    live_version = models.CharField(max_length=64, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, help_text="why it does not serve what it was given")
    trouble_since = models.DateTimeField(null=True, blank=True)
    behind_since = models.DateTimeField(
        null=True, blank=True, help_text="when it was first given something that it has not proved"
    )
    envoy_ready = models.BooleanField(default=True, help_text="whether its agent could reach Envoy last")
    release = models.CharField(max_length=40, blank=True, help_text="of its agent, as it said last")
    form = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="of what it can be given: agent.release.FORM; empty: not heard yet"
    )
    other_release_since = models.DateTimeField(
        null=True, blank=True, help_text="when it was first heard with another form than the portal’s"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    next_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="renewed, and not yet used by the node"
    )
    certificate_ends_at = models.DateTimeField(null=True, blank=True)
    denied_version = models.CharField(
        max_length=64, blank=True, help_text="of the list of denials that it was given"
    )
    denied_live = models.CharField(max_length=64, blank=True, help_text="the one that it has in force")
    denied_trouble = models.CharField(max_length=500, blank=True, help_text="why it is not in force")
    last_batch = models.CharField(
        max_length=64, blank=True, help_text="of counts; one that is sent again is not counted again"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A node that was given no cell joins the default one."""
        if self.cell_id is None:
            self.cell = Cell.default()
        super().save(*args, **kwargs)


class NodeEvent(models.Model):
    """History of a node. Every account that it serves reads it, so it names no account and no host."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=200)
    what = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.node}: {self.what}"


class NodeAuthority(models.Model):
    """The CA that signs the certificates of remote nodes, unless COUNTERSIGN_NODE_CA names another. One
    row."""

    certificate_pem = models.TextField()
    sealed_key = models.BinaryField(help_text="PKCS#8 PEM, sealed by common.secrets")

    def __str__(self) -> str:
        return "node CA"
