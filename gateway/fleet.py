"""What an operator does with nodes and cells: add, enrol, renew, retire."""

from __future__ import annotations

import hmac
import ipaddress
import re
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import Conflict, DomainError, Forbidden
from common.secrets import new_token, token_digest

from . import delivery, node_ca, node_health, services
from .lifecycle import UNSETTLED
from .models import Cell, Node, Proof

TOKEN_LIFE = timedelta(hours=1)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def add_cell(*, actor: str, name: str) -> Cell:
    """A new, empty cell. Raises DomainError for a name that does not fit or is taken."""
    try:
        with transaction.atomic():
            return Cell.objects.create(name=_checked(name), made_by=actor)
    except IntegrityError:
        raise Conflict("name_taken", f"There is a cell “{name}” already.", field="name") from None


def add_node(*, actor: str, name: str, cell: Cell, address: str, port: int) -> tuple[Node, str]:
    """A remote node that may enrol within an hour. Returns it and its one-time token, which is stored hashed.

    `address`, `port`: where its Envoy listens. Raises DomainError naming the field that does not fit.
    """
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise DomainError(
            "bad_address",
            f"“{address}” is no IP address. Give one that Envoy can listen on.",
            field="address",
        ) from None
    if not 0 < port < 65536:
        raise DomainError("bad_port", f"{port} is no port; give a number from 1 to 65535.", field="port")
    try:
        with transaction.atomic():
            node = Node.objects.create(
                name=_checked(name), cell=cell, address=address, port=port, remote=True
            )
            node_health.note(node, "added", f"To cell {cell}.", actor=actor)
    except IntegrityError:
        raise Conflict("name_taken", f"There is a node “{name}” already.", field="name") from None
    return node, new_node_token(actor=actor, node=node)


@transaction.atomic
def new_node_token(*, actor: str, node: Node) -> str:
    """A one-time token for a node that enrols (again); an earlier one is void. What the node shows now stays
    good until it has enrolled. Raises Conflict for a retired or embedded one."""
    if node.retired_at or not node.remote:
        why = (
            "is retired" if node.retired_at else "lives on the portal's own machine and needs no certificate"
        )
        raise Conflict("no_token", f"{node} {why}. Add another node instead.")
    token = f"node_{new_token()}"  # never begins with a hyphen, which a command line takes for an option
    Node.objects.filter(pk=node.pk).update(
        token_digest=token_digest(token), token_expires_at=timezone.now() + TOKEN_LIFE
    )
    node_health.note(node, "token made", "It opens enrolment once, within an hour.", actor=actor)
    return token


def enrol(*, token: str, csr_pem: str, at: datetime) -> tuple[Node, node_ca.Signed]:
    """Sign the first certificate of the node that `token` belongs to; the token is spent. Raises Forbidden
    for a token that is unknown, spent or too old (all three look alike), DomainError for a bad request."""
    digest = token_digest(token)
    with transaction.atomic():
        locked = Node.objects.select_for_update(of=("self",)).select_related("cell")
        node = locked.filter(token_digest=digest, retired_at=None).first()
        if node is None or not hmac.compare_digest(node.token_digest, digest) or node.token_expires_at < at:
            raise Forbidden(
                "token_refused",
                "This token is unknown, spent or older than an hour. "
                "Make another: manage.py node token NAME.",
                field="token",
            )
        signed = node_ca.sign(csr_pem, name=node.name, uuid=node.uuid)
        Node.objects.filter(pk=node.pk).update(
            token_digest="",
            token_expires_at=None,
            certificate_sha256=signed.sha256,
            next_sha256="",
            certificate_ends_at=signed.ends_at,
        )
        node_health.note(node, "enrolled", f"Certificate {signed.sha256[:16]}…")
    delivery.hand_over(node)
    return node, signed


@transaction.atomic
def renew(*, node: Node, csr_pem: str) -> node_ca.Signed:
    """Sign the next certificate. The one that is used now stays good until the next one is shown."""
    signed = node_ca.sign(csr_pem, name=node.name, uuid=node.uuid)
    Node.objects.filter(pk=node.pk).update(next_sha256=signed.sha256)
    node_health.note(node, "certificate renewed", f"Certificate {signed.sha256[:16]}…")
    return signed


def of_certificate(sha256: str, ends_at: datetime) -> Node:
    """The node that shows a certificate, found by its SHA-256 and nothing else. Raises Forbidden for one that
    no node has (any more)."""
    node = Node.objects.select_related("cell").filter(certificate_sha256=sha256, retired_at=None).first()
    if node is not None:
        return node
    node = Node.objects.select_related("cell").filter(next_sha256=sha256, retired_at=None).first()
    if node is None:
        raise Forbidden(
            "certificate_refused",
            "No node has this certificate: it was retired, or has enrolled anew. An operator can make a "
            "token for it: manage.py node token NAME.",
        )
    Node.objects.filter(pk=node.pk, next_sha256=sha256).update(
        certificate_sha256=sha256, next_sha256="", certificate_ends_at=ends_at
    )
    return node


def retire(*, actor: str, node: Node) -> None:
    """Refuse a node's certificate from now on and wait for it no more. Its Envoy goes on with what it has
    until somebody stops it. Raises Conflict when it is retired already."""
    with transaction.atomic():
        changed = Node.objects.filter(pk=node.pk, retired_at=None).update(
            retired_at=timezone.now(), token_digest="", certificate_sha256="", next_sha256=""
        )
        if not changed:
            raise Conflict("retired", f"{node} is retired already.")
        Proof.objects.filter(node=node, status__in=UNSETTLED).delete()
        node_health.note(node, "retired", actor=actor)
    services.conclude_answered()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DomainError(
            "bad_name",
            f"“{name}” is no name: use lower-case letters, digits and inner hyphens, 63 at most.",
            field="name",
        )
    return name
