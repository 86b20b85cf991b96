"""Host requests: taken, checked, carried out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.models import Account
from certificates.access import trust_by_name
from certificates.models import Reference, Truststore
from common.errors import Conflict, DomainError
from common.keepers import why_kept
from common.outbox import announce
from common.transitions import move

from . import answering, naming
from .lifecycle import Operation, RequestStatus
from .models import ClientAuth, HostRequest, Refusal, VirtualHost

DEFAULT_ALIAS = "default"


@dataclass(frozen=True)
class Wish:
    """What a host request asks for. `None` leaves a thing as it is (UPDATE) or at its default (CREATE).

    `alias` is a label under the account's default domain or, for a custom domain, the full DNS name.
    `trust` and `key` are `name` or `ref://name` of a truststore and a keystore, `key_alias` that of the key
    entry; `host` the uuid of the host to update or delete.
    """

    operation: Operation
    alias: str
    is_default: bool = False
    client_auth: ClientAuth | None = None
    trust: str | None = None
    host: str | None = None
    description: str | None = None
    is_custom: bool | None = None
    key: str | None = None
    key_alias: str | None = None
    refusal: Refusal | None = None


def submit(*, actor: Actor, wish: Wish) -> HostRequest:
    """Carry out a host request. A refused one is kept as *failed* with the reason, changes nothing, and
    raises
    DomainError with one of the documented codes."""
    request = _receive(actor, wish)
    carry_out = {Operation.CREATE: _create, Operation.UPDATE: _update, Operation.DELETE: _delete}
    try:
        with transaction.atomic():
            Account.objects.select_for_update().get(
                pk=actor.account.pk
            )  # two of one alias: one waits, and is refused
            host = carry_out[wish.operation](actor, wish)
            move(request, RequestStatus.COMPLETED, actor=actor.label, host=host)
            announce("host.changed", host.uuid)
    except DomainError as error:
        move(request, RequestStatus.FAILED, actor=actor.label, reason=error.code, problem=error.message[:500])
        raise
    return request


def ensure_default_host(*, actor: Actor) -> VirtualHost:
    """The account's default host, from onboarding."""
    found = VirtualHost.objects.filter(account=actor.account, is_default=True).first()
    if found:
        return found
    request = submit(actor=actor, wish=Wish(Operation.CREATE, DEFAULT_ALIAS, is_default=True))
    return request.host


@transaction.atomic
def _receive(actor: Actor, wish: Wish) -> HostRequest:
    Account.objects.select_for_update().get(pk=actor.account.pk)  # one number at a time
    last = HostRequest.objects.filter(account=actor.account).aggregate(last=Max("number"))["last"] or 0
    if wish.operation == Operation.DELETE:  # so that the history says which one, also if it is refused
        found = VirtualHost.objects.filter(account=actor.account, uuid=wish.host).first()
        wish = replace(wish, alias=found.alias if found else "")
    request = HostRequest.objects.create(
        account=actor.account, number=last + 1, operation=wish.operation, wish=asdict(wish), actor=actor.label
    )
    audit.record(actor, "host_request:received", request, wish=asdict(wish))
    return request


def _create(actor: Actor, wish: Wish) -> VirtualHost:
    _check_quota(actor.account, wish)
    host = VirtualHost(
        account=actor.account, is_default=wish.is_default, description=(wish.description or "").strip()
    )
    naming.take_name(host, wish.alias, is_custom=bool(wish.is_custom))
    _answer(actor, host, wish)
    host.client_auth = wish.client_auth or ClientAuth.OFF
    host.refusal = wish.refusal or Refusal.EXPLAIN
    if host.client_auth != ClientAuth.OFF:
        host.truststore, host.reference = _trust(actor, wish)
    host.save()
    audit.record(actor, "host:created", host, name=host.name, **_facts(host))
    return host


def _check_quota(account: Account, wish: Wish) -> None:
    hosts = VirtualHost.objects.filter(account=account)
    if wish.is_default:
        if wish.is_custom:
            sentence = "The default host is under the default domain. Ask for an additional host instead."
            raise DomainError("VIRTUAL_HOST_CREATE_ERROR", sentence, field="isForCustomDomain")
        if hosts.filter(is_default=True).exists():
            raise Conflict(
                "VIRTUAL_HOST_CREATE_ERROR",
                "The account has its default host from onboarding. Ask for an additional host instead.",
                field="isDefaultVirtualHostRequest",
            )
        return
    used = hosts.filter(is_default=False).count()
    quota = Account.objects.values_list("host_quota", flat=True).get(pk=account.pk)
    if used >= quota:
        raise Conflict(
            "VIRTUAL_HOST_CREATE_ERROR",
            f"The account has {used} hosts beside its default host, and its quota is {quota}. Delete one "
            "that is not needed, or ask the queue for more.",
            field="virtualHostUrl",
        )


def _update(actor: Actor, wish: Wish) -> VirtualHost:
    host = _locked(actor, wish)
    before = _facts(host)
    is_custom = host.is_custom if wish.is_custom is None else wish.is_custom
    if is_custom != host.is_custom:
        _check_conversion(host, wish)
        host.keystore = host.keystore_reference = None  # the other kind answers with another key
    if is_custom != host.is_custom or (wish.alias and wish.alias != host.alias):
        naming.take_name(host, wish.alias, is_custom=is_custom)
    _answer(actor, host, wish)
    if wish.client_auth == ClientAuth.OFF:
        host.client_auth, host.truststore, host.reference = ClientAuth.OFF, None, None
    elif wish.client_auth or wish.trust:
        host.client_auth = wish.client_auth or _still_asking(host)
        if wish.trust or not host.trust:
            host.truststore, host.reference = _trust(actor, wish)
    host.refusal = wish.refusal or host.refusal
    if wish.description is not None:
        host.description = wish.description
    host.save()
    audit.record(actor, "host:updated", host, before=before, after=_facts(host))
    return host


def _still_asking(host: VirtualHost) -> ClientAuth:
    """How a host asks that gets another truststore and nothing else. A truststore alone makes none ask:
    whoever calls it today would be refused without a word about that in the request."""
    if host.client_auth == ClientAuth.OFF:
        raise DomainError(
            "VIRTUAL_HOST_CREATE_ERROR",
            f"{host.name} asks nobody for a certificate, so a truststore has no effect. Switch client "
            "authentication on in the same request (isClientAuthEnabled or client_auth), or leave the "
            "truststore out.",
            field="trustStore",
        )
    return ClientAuth(host.client_auth)


def _check_conversion(host: VirtualHost, wish: Wish) -> None:
    if host.is_default:
        sentence = "The default host stays under the default domain. Request an additional host instead."
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", sentence, field="isForCustomDomain")
    if not wish.alias or wish.alias == host.alias:
        what = "full DNS name under your own domain" if wish.is_custom else "alias under the default domain"
        sentence = f"The host gets another name with this. Give its {what}."
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", sentence, field=naming.FIELD)


def _delete(actor: Actor, wish: Wish) -> VirtualHost:
    host = _locked(actor, wish)
    if host.is_default:
        raise Conflict(
            "VIRTUAL_HOST_DELETE_ERROR",
            "The default host came with the account and stays. Delete additional hosts only.",
            field="virtualHostId",
        )
    kept = why_kept(host)
    if kept:
        sentence = f"{host.name} is needed, and no API falls to another host. {' '.join(kept)}"
        raise Conflict("VIRTUAL_HOST_DELETE_ERROR", sentence, field="virtualHostId")
    before = _facts(host)
    host.client_auth, host.truststore, host.reference = ClientAuth.OFF, None, None
    host.keystore, host.keystore_reference, host.key_alias = None, None, ""
    host.deleted_at = timezone.now()
    host.save()
    audit.record(actor, "host:deleted", host, name=host.name, **before)
    return host


def _locked(actor: Actor, wish: Wish) -> VirtualHost:
    hosts = VirtualHost.objects.select_for_update(of=("self",)).select_related("account")
    host = hosts.filter(account=actor.account, uuid=wish.host).first() if wish.host else None
    if host is None:
        raise DomainError(
            "VHR_NO_COMPLETED_RECORD_FOUND",
            f"Could not locate previous status for the virtual host id {wish.host or '(none given)'}.",
            field="virtualHostId",
        )
    return host


def _answer(actor: Actor, host: VirtualHost, wish: Wish) -> None:
    """Choose the server key. Under the default domain that is the account's."""
    if host.is_custom:
        answering.answer_with(actor, host, wish.key, wish.key_alias)
        return
    for given, field in ((wish.key, "keyStoreName"), (wish.key_alias, "keyStoreAlias")):
        if given:
            sentence = "Hosts under the default domain answer with the account's key. A keystore belongs to a"
            sentence += " custom domain: say so, or leave it out."
            raise DomainError("VIRTUAL_HOST_CREATE_ERROR", sentence, field=field)
    answering.answer_by_default(host)


def _facts(host: VirtualHost) -> dict[str, Any]:
    """What a host is set to, for the audit trail."""
    facts = {
        "alias": host.alias,
        "client_auth": host.client_auth,
        "refusal": host.refusal,
        "trust": host.trust,
    }
    return facts | ({"key": host.key_name, "key_alias": host.key_alias} if host.is_custom else {})


def _trust(actor: Actor, wish: Wish) -> tuple[Truststore | None, Reference | None]:
    if not wish.trust:
        raise DomainError(
            "VHR_VIRTUALHOST_TRUST_STORE_MISSING",
            "Client authentication needs a truststore. Give its name, or ref:// and the name of a reference.",
            field="trustStore",
        )
    try:
        return trust_by_name(actor, wish.trust)
    except DomainError as error:
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", error.message, field="trustStore") from error
