"""Keystores: server keys, encrypted at rest. The one door through which private keys come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.actors import Actor
from common import secrets
from common.errors import Conflict, DomainError
from common.keepers import why_kept
from common.outbox import announce

from .. import devca
from ..models import Keystore, ServerKey, Truststore, store_name_validator
from ..pki import server_keys
from ..pki.certificate import Certificate
from ..pki.server_keys import ServerKeyPair, Unfit
from .known import parsed, remember
from .truststores import check_store_name

DEFAULT_KEYSTORE = "default-domain"


@dataclass(frozen=True)
class KeyFiles:
    """What an administrator hands in: a private key with its certificates, or one PKCS#12 file.

    `certificates` may be empty when they stand in the file of the key.
    """

    key: bytes = field(default=b"", repr=False)
    certificates: bytes = b""
    pkcs12: bytes = field(default=b"", repr=False)
    password: str = field(default="", repr=False)


@transaction.atomic
def ensure_default_keystore(*, actor: Actor) -> Keystore:
    """The keystore of the account's default domain.
    On the embedded default its wildcard comes from the development CA.
    """
    account = actor.account
    store, is_new = Keystore.objects.get_or_create(account=account, name=DEFAULT_KEYSTORE)
    if is_new:
        issued = devca.development_ca().issue_server(f"*.{account.gateway_domain}")
        leaf = Certificate.from_der(issued.der)
        _keep(store, "wildcard", ServerKeyPair((leaf,), issued.key_pem))
        audit.record(actor, "keystore:created", store, alias="wildcard")
    return store


@sensitive_variables("files", "pair")
@transaction.atomic
def create_keystore(*, actor: Actor, name: str, alias: str, files: KeyFiles, at: datetime) -> ServerKey:
    """Create a keystore with its first key entry. Raises DomainError naming the field that does not fit."""
    check_store_name(name)
    for kind, word in ((Keystore, "keystore"), (Truststore, "truststore")):
        if kind.objects.filter(account=actor.account, name=name).exists():
            sentence = f"A {word} “{name}” exists. Choose another name."
            raise Conflict("keystore_exists", sentence, field="name")
    _check_alias(alias)
    pair = _read(files, at)
    store = Keystore.objects.create(account=actor.account, name=name)
    key = _keep(store, alias, pair)
    audit.record(actor, "keystore:created", store, **_facts(key))
    return key


@sensitive_variables("files", "pair")
@transaction.atomic
def add_key(*, actor: Actor, store: Keystore, alias: str, files: KeyFiles, at: datetime) -> ServerKey:
    """Add a key under a new alias. Raises DomainError naming the field that does not fit.

    Hosts of the default domain answer with the newest entry of its keystore, so there it takes over.
    """
    store = Keystore.objects.select_for_update().get(pk=store.pk)
    _check_alias(alias)
    if store.keys.filter(alias=alias).exists():
        sentence = f"{store} has an entry “{alias}”. Replace that one, or choose another alias."
        raise Conflict("alias_exists", sentence, field="alias")
    pair = _read(files, at)
    domain = store.account.gateway_domain
    if store.name == DEFAULT_KEYSTORE and f"*.{domain}" not in server_keys.dns_names(pair.leaf):
        sentence = f"Every host under {domain} answers with it. Send a certificate for *.{domain}."
        raise DomainError("names_not_covered", sentence, field="certificates")
    key = _keep(store, alias, pair)
    audit.record(actor, "keystore:key_added", store, **_facts(key))
    announce("keystore.changed", store.uuid)
    return key


@sensitive_variables("files", "pair")
@transaction.atomic
def replace_key(*, actor: Actor, store: Keystore, alias: str, files: KeyFiles, at: datetime) -> ServerKey:
    """Let another key and certificate stand under `alias` from now on. The one before stays for deployments
    that may be gone back to.

    Raises DomainError naming the field that does not fit: it must be for every name that its predecessor is
    for.
    """
    store = Keystore.objects.select_for_update().get(pk=store.pk)
    old = in_use(store, alias)
    pair = _read(files, at)
    if pair.leaf.fingerprint == old.certificate.fingerprint:
        sentence = f"{alias} holds this certificate already. Nothing was changed."
        raise Conflict("no_change", sentence, field="certificates")
    missing = names_missing(old, pair.leaf)
    if missing:
        sentence = f"{alias} also stands for {', '.join(missing)}; this certificate does not. Have it issued"
        sentence += " for them too, or add it under another alias and change the hosts one by one."
        raise DomainError("names_not_covered", sentence, field="certificates")
    key = _keep(store, alias, pair)
    audit.record(actor, "keystore:key_replaced", store, before=old.certificate.fingerprint, **_facts(key))
    announce("keystore.changed", store.uuid)
    return key


@transaction.atomic
def delete_key(*, actor: Actor, store: Keystore, alias: str) -> None:
    """Delete an entry with every key that stood under its alias. Raises Conflict naming what needs one."""
    store = Keystore.objects.select_for_update().get(pk=store.pk)
    keys = list(store.keys.filter(alias=alias))
    if store.keys.exclude(alias=alias).count() == 0:
        raise Conflict("last_key", f"{alias} is the only entry of {store}. Delete the keystore instead.")
    _refuse_if_kept(f"{alias} in {store}", [reason for key in keys for reason in why_kept(key)])
    for key in keys:
        key.delete()
    audit.record(actor, "keystore:key_deleted", store, alias=alias)


@transaction.atomic
def delete_keystore(*, actor: Actor, store: Keystore) -> None:
    """Delete a keystore with its keys. Raises Conflict naming what needs it."""
    store = Keystore.objects.select_for_update().get(pk=store.pk)
    if store.name == DEFAULT_KEYSTORE:
        raise Conflict("keystore_in_use", f"{store} belongs to the default domain of the account, and stays.")
    kept = [f"{reference} points to it. Re-point it first." for reference in store.references.all()]
    kept += why_kept(store)  # whatever needs one of its keys needs the keystore, and says so once
    _refuse_if_kept(str(store), kept)
    audit.record(actor, "keystore:deleted", store, aliases=sorted({key.alias for key in store.keys.all()}))
    try:
        store.keys.all().delete()
        store.delete()
    except ProtectedError as error:
        raise Conflict("keystore_in_use", f"{store} came into use meanwhile. Reload the page.") from error


def in_use(store: Keystore, alias: str) -> ServerKey:
    """The key in use under an alias: the newest. Raises DomainError when there is none."""
    key = store.keys.filter(alias=alias).select_related("certificate").first()
    if key is None:
        aliases = ", ".join(sorted({key.alias for key in store.keys.all()}))
        sentence = f"{store} has no entry “{alias}”. It has: {aliases or 'none'}."
        raise DomainError("alias_unknown", sentence, field="alias")
    return key


def names_missing(old: ServerKey, new: Certificate) -> list[str]:
    """The DNS names that the certificate of `old` is for and that `new` is not for."""
    names = server_keys.dns_names(new)
    return [
        name for name in server_keys.dns_names(parsed(old.certificate)) if not server_keys.covers(names, name)
    ]


def _refuse_if_kept(what: str, reasons: list[str]) -> None:
    if reasons:
        raise Conflict("keystore_in_use", f"{what} is needed. " + " ".join(dict.fromkeys(reasons)))


def _check_alias(alias: str) -> None:
    try:
        store_name_validator(alias)
    except ValidationError as error:
        raise DomainError("alias_invalid", error.messages[0], field="alias") from error


@sensitive_variables("files", "pair")
def _read(files: KeyFiles, at: datetime) -> ServerKeyPair:
    if bool(files.key) == bool(files.pkcs12):
        sentence = "Send either the private key with its certificates, or one PKCS#12 file."
        raise DomainError("key_missing", sentence, field="key")
    try:
        if files.pkcs12:
            pair = server_keys.read_pkcs12(files.pkcs12, files.password)
        else:
            pair = server_keys.read_pem(files.key, files.certificates, files.password)
        server_keys.check(pair, at)
    except Unfit as error:
        part = "pkcs12" if files.pkcs12 and error.field != "password" else error.field
        raise DomainError("server_key_unfit", str(error), field=part) from None
    return pair


@sensitive_variables("pair")
def _keep(store: Keystore, alias: str, pair: ServerKeyPair) -> ServerKey:
    return ServerKey.objects.create(
        keystore=store,
        alias=alias,
        certificate=remember(store.account, pair.leaf),
        chain_pem=pair.chain_pem,
        sealed_key=secrets.seal(pair.key_pem),
    )


def _facts(key: ServerKey) -> dict[str, str]:
    certificate = key.certificate
    return {
        "alias": key.alias,
        "fingerprint": certificate.fingerprint,
        "not_after": certificate.not_after.isoformat(),
    }
