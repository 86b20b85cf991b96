"""References: `ref://name`, re-pointed to swap a truststore."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError

from accounts import audit
from accounts.actors import Actor
from common.errors import Conflict
from common.outbox import announce

from ..models import Reference, Truststore
from .truststores import check_store_name


@transaction.atomic
def create_reference(*, actor: Actor, name: str, truststore: Truststore) -> Reference:
    """Create `ref://name`. Raises DomainError for a bad name, Conflict for a taken one."""
    check_store_name(name)
    if Reference.objects.filter(account=actor.account, name=name).exists():
        raise Conflict(
            "reference_exists", f"ref://{name} exists. Re-point it, or choose another name.", field="name"
        )
    reference = Reference.objects.create(account=actor.account, name=name, truststore=truststore)
    audit.record(actor, "reference:created", reference, truststore=truststore.name)
    return reference


@transaction.atomic
def repoint_reference(*, actor: Actor, reference: Reference, truststore: Truststore) -> None:
    """Let `ref://name` mean another truststore. Announced:
    proxies of every host that uses it may need a redeploy.
    """
    old = reference.truststore
    if old.pk == truststore.pk:
        raise Conflict("no_change", f"{reference} points to {truststore} already.", field="truststore")
    reference.truststore = truststore
    reference.save(update_fields=["truststore"])
    audit.record(actor, "reference:repointed", reference, before=old.name, truststore=truststore.name)
    announce("reference.repointed", reference.uuid)


@transaction.atomic
def delete_reference(*, actor: Actor, reference: Reference) -> None:
    """Delete a reference. Raises Conflict while a host uses it."""
    audit.record(actor, "reference:deleted", reference, truststore=reference.truststore.name)
    try:
        reference.delete()
    except ProtectedError as error:
        hosts = ", ".join(sorted(str(host) for host in error.protected_objects))
        raise Conflict(
            "reference_in_use", f"{reference} is used by {hosts}. Change those hosts first."
        ) from error
