"""References: `ref://name`, re-pointed to swap a truststore or a keystore."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError

from accounts import audit
from accounts.actors import Actor
from common.errors import Conflict, DomainError
from common.outbox import announce

from ..models import Keystore, Reference, Truststore
from .keystores import in_use, names_missing
from .known import parsed
from .truststores import check_store_name


@transaction.atomic
def create_reference(
    *, actor: Actor, name: str, truststore: Truststore | None = None, keystore: Keystore | None = None
) -> Reference:
    """Create `ref://name` to one store. Raises DomainError for a bad name, Conflict for a taken one."""
    check_store_name(name)
    if (truststore is None) == (keystore is None):
        raise DomainError("one_store", "Say which truststore or which keystore it shall name.", field="store")
    if Reference.objects.filter(account=actor.account, name=name).exists():
        raise Conflict(
            "reference_exists", f"ref://{name} exists. Re-point it, or choose another name.", field="name"
        )
    reference = Reference.objects.create(
        account=actor.account, name=name, truststore=truststore, keystore=keystore
    )
    audit.record(actor, "reference:created", reference, **_points(reference))
    return reference


@transaction.atomic
def repoint_reference(
    *,
    actor: Actor,
    reference: Reference,
    truststore: Truststore | None = None,
    keystore: Keystore | None = None,
) -> None:
    """Let `ref://name` mean another store of the same kind. Announced: proxies of every host that uses it may
    need a redeploy.

    A keystore must have every alias of the one before, each for the same names: hosts name a reference and an
    alias. Raises DomainError otherwise.
    """
    old, new = reference.store, truststore or keystore
    kind = "keystore" if reference.keystore else "truststore"
    if new is None or type(new) is not type(old):
        raise DomainError("other_kind", f"{reference} names a {kind}. Name another {kind}.", field=kind)
    if old.pk == new.pk:
        raise Conflict("no_change", f"{reference} points to {new} already.", field=kind)
    if isinstance(old, Keystore) and isinstance(new, Keystore):
        _refuse_unless_it_stands_in(reference, old, new)
    reference.truststore, reference.keystore = truststore, keystore
    reference.save(update_fields=["truststore", "keystore"])
    audit.record(actor, "reference:repointed", reference, before=old.name, **_points(reference))
    announce("reference.repointed", reference.uuid)


@transaction.atomic
def delete_reference(*, actor: Actor, reference: Reference) -> None:
    """Delete a reference. Raises Conflict while a host uses it."""
    audit.record(actor, "reference:deleted", reference, **_points(reference))
    try:
        reference.delete()
    except ProtectedError as error:
        hosts = ", ".join(sorted(str(host) for host in error.protected_objects))
        raise Conflict(
            "reference_in_use", f"{reference} is used by {hosts}. Change those hosts first."
        ) from error


def _refuse_unless_it_stands_in(reference: Reference, old: Keystore, new: Keystore) -> None:
    for alias in sorted({key.alias for key in old.keys.all()}):
        try:
            key = in_use(new, alias)
        except DomainError as error:
            sentence = f"Hosts name {reference} and an alias. {error.message} Add “{alias}” to it first."
            raise DomainError("alias_unknown", sentence, field="keystore") from error
        missing = names_missing(in_use(old, alias), parsed(key.certificate))
        if missing:
            sentence = f"“{alias}” in {old} also stands for {', '.join(missing)}; in {new} it does not."
            sentence += " Replace it there with a certificate for these names first."
            raise DomainError("names_not_covered", sentence, field="keystore")


def _points(reference: Reference) -> dict[str, str]:
    return {"keystore" if reference.keystore else "truststore": reference.store.name}
