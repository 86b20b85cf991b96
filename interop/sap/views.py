"""VirtualHostRequests, VirtualHosts, CertificateStoreReferences."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from certificates import selectors as certificates
from certificates.access import keystore_by_name, reference_by_name, trust_by_name
from certificates.models import Keystore, Reference, Truststore
from certificates.services import references
from common.errors import DomainError
from vhosts import selectors as hosts
from vhosts import services
from vhosts.access import get_request
from vhosts.lifecycle import Operation, RequestStatus
from vhosts.models import ClientAuth, HostRequest

from . import errors, serializers
from .schema import SapSchema


class SapView(AccountViewSet):
    """The same people and keys, other words for what went wrong."""

    schema = SapSchema()
    pagination_class = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        """Errors as SAP writes them."""
        return errors.sap_handler


HostRequestEntity = serializers.one(serializers.VirtualHostRequestOut)


class VirtualHostRequestsView(SapView):
    """`Configuration.svc/VirtualHostRequests`."""

    needs = {"create": "hosts:request", "retrieve": "hosts:read"}

    @extend_schema(
        request=serializers.VirtualHostRequestIn,
        responses={201: HostRequestEntity},
    )
    def create(self, request: Request) -> Response:
        """Create, change or delete a virtual host, under the default domain or a custom one, with or without
        mutual TLS.
        """
        given = self.given(serializers.VirtualHostRequestIn)
        self._refuse_contradictions(given)
        made = services.submit(actor=self.actor, wish=_wish(given))
        shown = serializers.host_request(made)
        # SAP Help: "You can retrieve the VirtualHostRequest ID from the location header."
        return Response({"d": shown}, status=201, headers={"Location": shown["__metadata"]["uri"]})

    @extend_schema(responses=HostRequestEntity)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """The answer to a request that was carried out, again."""
        made = get_request(self.actor, uuid, to=self.needed)
        if made.host is None:
            raise DomainError("VHR_NO_COMPLETED_RECORD_FOUND", f"{made} was refused: {made.problem}")
        return Response({"d": serializers.host_request(made)})

    def _refuse_contradictions(self, given: dict[str, Any]) -> None:
        account, may_be_absent = self.actor.account, given["operation"] == "DELETE"
        if given.get("accountId", account.subdomain if may_be_absent else "").lower() != account.subdomain:
            said = f"“{given['accountId']}”" if "accountId" in given else "missing"
            raise DomainError(
                "BAD_REQUEST",
                f"accountId is {said}. Give the subdomain of the account of this key: “{account.subdomain}”.",
            )
        if given["operation"] == "CREATE" and given.get("trustStore") and "isClientAuthEnabled" not in given:
            raise DomainError(
                "VIRTUAL_HOST_CREATE_ERROR",
                "isClientAuthEnabled must be true for a trustStore to have an effect. Say so, or leave "
                "trustStore out.",
            )


def _wish(given: dict[str, Any]) -> services.Wish:
    """What the documented body asks for."""
    asks = given.get("isClientAuthEnabled")
    client_auth = None if asks is None else ClientAuth.REQUIRED if asks else ClientAuth.OFF
    return services.Wish(
        operation=Operation(given["operation"]),
        alias=given.get("virtualHostUrl", ""),
        is_default=given.get("isDefaultVirtualHostRequest", False),
        client_auth=client_auth,
        trust=given.get("trustStore") or None,
        host=_host_id(given.get("virtualHostId")),
        is_custom=given.get("isForCustomDomain"),
        key=given.get("keyStoreName") or None,
        key_alias=given.get("keyStoreAlias") or None,
    )


def _host_id(text: str | None) -> str | None:
    """The uuid in a virtualHostId. Raises DomainError for text that can be none."""
    if text is None:
        return None
    try:
        return str(UUID(text))
    except ValueError as error:
        raise DomainError(
            "VHR_NO_COMPLETED_RECORD_FOUND",
            f"Could not locate previous status for the virtual host id {text[:100]}.",
        ) from error


class VirtualHostsView(SapView):
    """`Management.svc/VirtualHosts`."""

    needs = {"list": "hosts:read"}

    @extend_schema(responses=serializers.several(serializers.VirtualHostOut))
    def list(self, request: Request) -> Response:
        """Every virtual host of the account."""
        done = HostRequest.objects.filter(status=RequestStatus.COMPLETED).order_by("id")
        rows = hosts.hosts_of(self.actor.account).prefetch_related(
            Prefetch("requests", done, to_attr="asked")
        )
        return Response({"d": {"results": [serializers.virtual_host(host) for host in rows]}})


class ReferencesView(SapView):
    """`Management.svc/CertificateStoreReferences`."""

    needs = {
        "list": "certificates:read",
        "create": "certificates:change",
        "update": "certificates:change",
        "destroy": "certificates:change",
    }

    @extend_schema(responses=serializers.several(serializers.SapReferenceOut))
    def list(self, request: Request) -> Response:
        """Every reference of the account."""
        rows = certificates.references_of(self.actor.account)
        return Response({"d": {"results": [serializers.reference(row) for row in rows]}})

    @extend_schema(
        request=serializers.SapReferenceIn, responses={201: serializers.one(serializers.SapReferenceOut)}
    )
    def create(self, request: Request) -> Response:
        """Create a reference to a truststore or a keystore."""
        given = self.given(serializers.SapReferenceIn)
        store = self._store(given["certificateStoreName"], errors.CREATE_STORE_UNKNOWN)
        try:
            row = references.create_reference(actor=self.actor, name=given["name"], **store)
        except DomainError as error:
            raise _as(error, {"reference_exists": errors.NAME_TAKEN}) from error
        return Response({"d": serializers.reference(row)}, status=201)

    @extend_schema(request=serializers.SapRepointIn, responses={204: None})
    def update(self, request: Request, name: str) -> Response:
        """Let a reference point to another store of its kind. Repeating it changes nothing."""
        row = self._reference(name)
        store = self._store(
            self.given(serializers.SapRepointIn)["certificateStoreName"], errors.UPDATE_STORE_UNKNOWN
        )
        try:
            references.repoint_reference(actor=self.actor, reference=row, **store)
        except DomainError as error:
            if error.code != "no_change":
                codes = ("other_kind", "alias_unknown", "names_not_covered")
                raise _as(error, dict.fromkeys(codes, errors.UPDATE_STORE_UNKNOWN)) from error
        return Response(status=204)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, name: str) -> Response:
        """Delete a reference. Refused while a virtual host uses it."""
        try:
            references.delete_reference(actor=self.actor, reference=self._reference(name))
        except DomainError as error:
            raise _as(error, {"reference_in_use": errors.REFERENCE_USED}) from error
        return Response(status=204)

    def _reference(self, name: str) -> Reference:
        row = reference_by_name(self.actor, name)
        if row is None:
            sentence = f"No reference “ref://{name}” in {self.actor.account}."
            raise DomainError(errors.REFERENCE_UNKNOWN, sentence)
        return row

    def _store(self, name: str, code: str) -> dict[str, Truststore | Keystore]:
        """The store of this name under its kind: a truststore and a keystore never share one."""
        if name.startswith("ref://"):
            raise DomainError(code, f"{name} is a reference. Give the name of a store.")
        for kind, find in (("truststore", trust_by_name), ("keystore", keystore_by_name)):
            with suppress(DomainError):
                return {kind: find(self.actor, name)[0]}
        raise DomainError(code, f"No truststore and no keystore “{name}” in {self.actor.account}.")


def _as(error: DomainError, codes: dict[str, str]) -> DomainError:
    """The same refusal under its documented code."""
    return DomainError(codes.get(error.code, error.code), error.message, field=error.field)
