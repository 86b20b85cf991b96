"""The only way views and the API obtain a store, a reference or an upload."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import DomainError, NotFound

from .models import Certificate, Keystore, Reference, Truststore, Upload, Waiver
from .selectors import keystores_of, references_of


def get_truststore(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Truststore:
    """A truststore of the actor's account."""
    actor.require(to)
    store = Truststore.objects.filter(account=actor.account, uuid=uuid).select_related("current").first()
    if store is None:
        raise NotFound("truststore")
    return store


def get_keystore(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Keystore:
    """A keystore of the actor's account."""
    actor.require(to)
    store = keystores_of(actor.account).filter(uuid=uuid).select_related("account").first()
    if store is None:
        raise NotFound("keystore")
    return store


def get_reference(actor: Actor, uuid: UUID, *, to: str = "certificates:read") -> Reference:
    """A reference of the actor's account."""
    actor.require(to)
    reference = references_of(actor.account).filter(uuid=uuid).first()
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
        reference = reference_by_name(actor, text)
        if reference is None or reference.truststore is None:
            said = f"No reference “{text}” in" if reference is None else f"{text} names a keystore of"
            raise DomainError("truststore_unknown", f"{said} {actor.account}.", field="trustStore")
        return None, reference
    store = Truststore.objects.filter(account=actor.account, name=text).first()
    if store is None:
        raise DomainError(
            "truststore_unknown", f"No truststore “{text}” in {actor.account}.", field="trustStore"
        )
    return store, None


def keystore_by_name(actor: Actor, text: str) -> tuple[Keystore | None, Reference | None]:
    """What `name` or `ref://name` means as a keystore of the actor's account: exactly one of the pair.

    Raises DomainError when nothing of that name exists, or when it names a truststore.
    """
    if text.startswith("ref://"):
        reference = reference_by_name(actor, text)
        if reference is None or reference.keystore is None:
            said = f"No reference “{text}” in" if reference is None else f"{text} names a truststore of"
            raise DomainError("keystore_unknown", f"{said} {actor.account}.", field="keyStoreName")
        return None, reference
    store = Keystore.objects.filter(account=actor.account, name=text).first()
    if store is None:
        raise DomainError(
            "keystore_unknown", f"No keystore “{text}” in {actor.account}.", field="keyStoreName"
        )
    return store, None


def reference_by_name(actor: Actor, text: str) -> Reference | None:
    """The reference `ref://name` of the actor's account, whatever it points to."""
    return references_of(actor.account).filter(name=text.removeprefix("ref://")).first()
