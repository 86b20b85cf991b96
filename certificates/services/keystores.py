"""Keystores: server keys, encrypted at rest."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.actors import Actor
from common import secrets

from .. import devca
from ..models import Keystore, ServerKey
from ..pki.certificate import Certificate
from .known import remember

DEFAULT_KEYSTORE = "default-domain"


@transaction.atomic
def ensure_default_keystore(*, actor: Actor) -> Keystore:
    """The keystore of the account's default domain.
    On the embedded default its wildcard comes from the development CA.
    """
    account = actor.account
    store, is_new = Keystore.objects.get_or_create(account=account, name=DEFAULT_KEYSTORE)
    if is_new:
        issued = devca.development_ca().issue_server(f"*.{account.gateway_domain}")
        _add_key(store, "wildcard", issued)
        audit.record(actor, "keystore:created", store, alias="wildcard")
    return store


def _add_key(store: Keystore, alias: str, issued: devca.Issued) -> None:
    leaf = Certificate.from_der(issued.der)
    ServerKey.objects.create(
        keystore=store,
        alias=alias,
        certificate=remember(store.account, leaf),
        chain_pem=issued.pem,
        sealed_key=secrets.seal(issued.key_pem),
    )
