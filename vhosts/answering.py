"""With which server key a host answers: its keystore, by name or reference, and the alias of the entry."""

from __future__ import annotations

from accounts.actors import Actor
from certificates.access import keystore_by_name
from certificates.models import Keystore, ServerKey
from certificates.pki.server_keys import covers, dns_names
from certificates.services.keystores import DEFAULT_KEYSTORE, in_use
from certificates.services.known import parsed
from common.errors import Conflict, DomainError

from .models import VirtualHost

CODE = "VIRTUAL_HOST_CREATE_ERROR"


def answer_by_default(host: VirtualHost) -> None:
    """Let a host of the default domain answer with the newest key of the account's keystore for it."""
    keystore = Keystore.objects.filter(account=host.account_id, name=DEFAULT_KEYSTORE).first()
    if keystore is None:
        raise Conflict(CODE, "The account has no keystore for its default domain.")
    host.keystore, host.keystore_reference, host.key_alias = keystore, None, ""


def answer_with(actor: Actor, host: VirtualHost, key: str | None, alias: str | None) -> None:
    """Let a custom domain answer with the entry `alias` of `key` (`name` or `ref://name`); None keeps what
    there is. Raises DomainError naming what is missing, unknown, or not issued for the host's name.
    """
    key, alias = key or host.key_name, alias or host.key_alias
    if not key:
        sentence = "A custom domain needs its keystore. Give its name, or ref:// and the name of a reference."
        raise DomainError(CODE, sentence, field="keyStoreName")
    if not alias:
        sentence = "Say which key entry of the keystore the host answers with: give its alias."
        raise DomainError(CODE, sentence, field="keyStoreAlias")
    try:
        host.keystore, host.keystore_reference = keystore_by_name(actor, key)
    except DomainError as error:
        raise DomainError(CODE, error.message, field="keyStoreName") from error
    host.key_alias = alias
    try:
        entry = in_use(host.key_store, alias)
    except DomainError as error:
        raise DomainError(CODE, error.message, field="keyStoreAlias") from error
    names = dns_names(parsed(entry.certificate))
    if not covers(names, host.name):
        sentence = f"The certificate “{alias}” in {host.key_store} is for {', '.join(names)}, not for "
        sentence += f"{host.name}. Import one that is issued for it, or choose another entry."
        raise DomainError(CODE, sentence, field="keyStoreAlias")


def key_of(host: VirtualHost) -> ServerKey | None:
    """The key that a host answers with today, with its certificate; None when there is none (yet)."""
    keys = ServerKey.objects.filter(keystore=host.key_store).select_related("certificate", "keystore")
    return (keys.filter(alias=host.key_alias) if host.key_alias else keys).first()
