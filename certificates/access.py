"""The only way views and the API obtain a store, a reference or an upload."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import DomainError, NotFound

from .models import Certificate, Reference, Truststore, Upload, Waiver


def get_truststore(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Truststore:
    """A truststore of the actor's account."""
    actor.require(to)
    store = Truststore.objects.filter(account=actor.account, uuid=uuid).select_related("current").first()
    if store is None:
        raise NotFound("truststore")
    return store


def get_reference(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Reference:
    """A reference of the actor's account."""
    actor.require(to)
    reference = (
        Reference.objects.filter(account=actor.account, uuid=uuid).select_related("truststore").first()
    )
    if reference is None:
        raise NotFound("reference")
    return reference


def get_upload(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Upload:
    """An upload of the actor's account."""
    actor.require(to)
    upload = Upload.objects.filter(account=actor.account, uuid=uuid).select_related("account").first()
    if upload is None:
        raise NotFound("upload")
    return upload


def get_waiver(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Waiver:
    """A waiver of the actor's account."""
    actor.require(to)
    waiver = Waiver.objects.filter(account=actor.account, uuid=uuid).select_related("certificate").first()
    if waiver is None:
        raise NotFound("waiver")
    return waiver


def get_certificate(actor: Actor, fingerprint: str, *, to: str = "certificates:read") -> Certificate:
    """A certificate that the actor's account knows, by the lower-case hex SHA-256 of its DER."""
    actor.require(to)
    certificate = Certificate.objects.filter(account=actor.account, fingerprint=fingerprint).first()
    if certificate is None:
        raise NotFound("certificate")
    return certificate


def trust_by_name(actor: Actor, text: str) -> tuple[Truststore | None, Reference | None]:
    """What `name` or `ref://name` means in the actor's account: exactly one of the pair.

    Raises DomainError when nothing of that name exists.
    """
    if text.startswith("ref://"):
        reference = Reference.objects.filter(account=actor.account, name=text.removeprefix("ref://")).first()
        if reference is None:
            raise DomainError(
                "truststore_unknown", f"No reference “{text}” in {actor.account}.", field="trustStore"
            )
        return None, reference
    store = Truststore.objects.filter(account=actor.account, name=text).first()
    if store is None:
        raise DomainError(
            "truststore_unknown", f"No truststore “{text}” in {actor.account}.", field="trustStore"
        )
    return store, None
