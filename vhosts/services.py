"""Host requests: taken, checked, carried out."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.actors import Actor
from accounts.models import Account
from certificates.access import trust_by_name
from certificates.models import Keystore, Reference, Truststore
from certificates.services.keystores import DEFAULT_KEYSTORE
from common.errors import Conflict, DomainError
from common.outbox import announce
from common.transitions import move

from .lifecycle import Operation, RequestStatus
from .models import ClientAuth, HostRequest, Refusal, VirtualHost, alias_validator

DEFAULT_ALIAS = "default"


@dataclass(frozen=True)
class Wish:
    """What a host request asks for. `None` leaves a thing as it is (UPDATE) or at its default (CREATE).

    `trust` is `name` or `ref://name`; `host` the uuid of the host to update.
    """

    operation: Operation
    alias: str
    is_default: bool = False
    client_auth: ClientAuth | None = None
    trust: str | None = None
    host: str | None = None
    description: str | None = None
    refusal: Refusal | None = None


def submit(*, actor: Actor, wish: Wish) -> HostRequest:
    """Carry out a host request. A refused one is kept as *failed* with the reason, changes nothing, and
    raises
    DomainError with one of the documented codes."""
    request = _receive(actor, wish)
    try:
        with transaction.atomic():
            Account.objects.select_for_update().get(
                pk=actor.account.pk
            )  # two of one alias: one waits, and is refused
            host = _create(actor, wish) if wish.operation == Operation.CREATE else _update(actor, wish)
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
    request = HostRequest.objects.create(
        account=actor.account, number=last + 1, operation=wish.operation, wish=asdict(wish), actor=actor.label
    )
    audit.record(actor, "host_request:received", request, wish=asdict(wish))
    return request


def _create(actor: Actor, wish: Wish) -> VirtualHost:
    _check_alias(wish.alias)
    if VirtualHost.objects.filter(account=actor.account, alias=wish.alias).exists():
        raise Conflict(
            "VIRTUAL_HOST_CREATE_ERROR",
            f"A virtual host with the alias “{wish.alias}” exists. Choose another, or update that host.",
            field="virtualHostUrl",
        )
    if wish.is_default and VirtualHost.objects.filter(account=actor.account, is_default=True).exists():
        raise Conflict(
            "VIRTUAL_HOST_CREATE_ERROR",
            "The account has its default host from onboarding. Ask for an additional host instead.",
            field="isDefaultVirtualHostRequest",
        )
    client_auth = wish.client_auth or ClientAuth.OFF
    store, reference = _trust(actor, wish) if client_auth != ClientAuth.OFF else (None, None)
    keystore = Keystore.objects.filter(account=actor.account, name=DEFAULT_KEYSTORE).first()
    if keystore is None:
        raise Conflict("VIRTUAL_HOST_CREATE_ERROR", "The account has no keystore for its default domain.")
    host = VirtualHost.objects.create(
        account=actor.account,
        alias=wish.alias,
        name=f"{wish.alias}.{actor.account.gateway_domain}",
        is_default=wish.is_default,
        client_auth=client_auth,
        refusal=wish.refusal or Refusal.EXPLAIN,
        truststore=store,
        reference=reference,
        keystore=keystore,
        description=wish.description or "",
    )
    audit.record(actor, "host:created", host, name=host.name, client_auth=client_auth, trust=host.trust)
    return host


def _update(actor: Actor, wish: Wish) -> VirtualHost:
    host = (
        VirtualHost.objects.select_for_update(of=("self",))
        .filter(account=actor.account, uuid=wish.host)
        .first()
        if wish.host
        else None
    )
    if host is None:
        raise DomainError(
            "VHR_NO_COMPLETED_RECORD_FOUND",
            f"Could not locate previous status for the virtual host id {wish.host or '(none given)'}.",
            field="virtualHostId",
        )
    before = _settings(host)
    if wish.alias and wish.alias != host.alias:
        _rename(host, wish.alias)
    if wish.client_auth == ClientAuth.OFF:
        host.client_auth, host.truststore, host.reference = ClientAuth.OFF, None, None
    elif wish.client_auth or wish.trust:
        if wish.trust or not host.trust:
            host.truststore, host.reference = _trust(actor, wish)
        asked = host.client_auth if host.client_auth != ClientAuth.OFF else ClientAuth.REQUIRED
        host.client_auth = wish.client_auth or asked
    host.refusal = wish.refusal or host.refusal
    if wish.description is not None:
        host.description = wish.description
    host.save()
    audit.record(actor, "host:updated", host, before=before, after=_settings(host))
    return host


def _settings(host: VirtualHost) -> dict[str, str]:
    """What a request may change, for the audit trail."""
    return {
        "alias": host.alias,
        "client_auth": host.client_auth,
        "refusal": host.refusal,
        "trust": host.trust,
    }


def _rename(host: VirtualHost, alias: str) -> None:
    _check_alias(alias)
    if VirtualHost.objects.filter(account=host.account, alias=alias).exists():
        raise Conflict("VIRTUAL_HOST_CREATE_ERROR", f"The alias “{alias}” is taken.", field="virtualHostUrl")
    host.alias, host.name = alias, f"{alias}.{host.account.gateway_domain}"


def _check_alias(alias: str) -> None:
    if len(alias) > 63:
        raise DomainError(
            "VHR_VIRTUALHOST_ALIAS_LENGTH_GREATER_THAN_63_CHARS",
            f"The alias has {len(alias)} characters. Use 63 at most.",
            field="virtualHostUrl",
        )
    try:
        alias_validator(alias)
    except ValidationError as error:
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", error.messages[0], field="virtualHostUrl") from error


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
