"""The documented bodies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from certificates.models import Reference
from common.api import Strict
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth, HostRequest, VirtualHost
from vhosts.naming import dns_target


class VirtualHostRequestIn(Strict):
    """`VirtualHostRequests`: one body for CREATE, UPDATE and DELETE, told apart by `operation`."""

    operation = serializers.ChoiceField(("CREATE", "UPDATE", "DELETE"))
    accountId = serializers.CharField(required=False, help_text="the account's subdomain")
    virtualHostUrl = serializers.CharField(
        required=False, help_text="the alias, or the full name of a custom domain"
    )
    virtualHostId = serializers.CharField(required=False, help_text="UPDATE, DELETE: the host meant")
    isDefaultVirtualHostRequest = serializers.BooleanField(required=False)
    isClientAuthEnabled = serializers.BooleanField(
        required=False, help_text="left out in an UPDATE: client authentication stays as it is"
    )
    trustStore = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="`name` or `ref://name`; where nobody is asked yet, only with isClientAuthEnabled",
    )
    isForCustomDomain = serializers.BooleanField(
        required=False, help_text="UPDATE: converts the host; left out it stays what it is"
    )
    keyStoreName = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="`name` or `ref://name`"
    )
    keyStoreAlias = serializers.CharField(required=False, allow_null=True, allow_blank=True)


class SapReferenceIn(Strict):
    """A `CertificateStoreReference` to create."""

    name = serializers.CharField(max_length=200)
    certificateStoreName = serializers.CharField(max_length=200)


class SapRepointIn(Strict):
    """Where a `CertificateStoreReference` shall point."""

    certificateStoreName = serializers.CharField(max_length=200)


class LifeCycleOut(serializers.Serializer):
    """Made and changed: when, as `/Date(milliseconds)/`, and by whom."""

    created_at = serializers.CharField()
    created_by = serializers.CharField()
    changed_at = serializers.CharField()
    changed_by = serializers.CharField()


class VirtualHostRequestOut(serializers.Serializer):
    """The answer to a `VirtualHostRequests` POST."""

    id = serializers.UUIDField()
    virtualHostId = serializers.UUIDField()
    virtualHostUrl = serializers.CharField(help_text="the full name")
    accountId = serializers.CharField()
    operation = serializers.CharField()
    allocatedPort = serializers.IntegerField()
    allocationStatus = serializers.CharField(
        allow_null=True, help_text="COMPLETE: the host is as asked; null once it is deleted"
    )
    certStore = serializers.CharField(allow_null=True)
    clusterName = serializers.CharField(allow_blank=True)
    isClientAuthEnabled = serializers.BooleanField(
        help_text="true: a certificate is required; with optional client authentication or in trial: false"
    )
    isDefaultVirtualHostRequest = serializers.BooleanField()
    isForCustomDomain = serializers.BooleanField()
    isForNonSni = serializers.BooleanField()
    isTLS = serializers.BooleanField()
    keyStoreName = serializers.CharField(allow_null=True)
    keyStoreAlias = serializers.CharField(allow_null=True)
    trustStore = serializers.CharField(allow_null=True)
    lbHost = serializers.CharField(allow_null=True, help_text="of a custom domain: where its CNAME must lead")
    life_cycle = LifeCycleOut()


class VirtualHostOut(serializers.Serializer):
    """An entity of `VirtualHosts`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    virtual_host = serializers.CharField(help_text="the full name")
    virtual_port = serializers.IntegerField()
    isDefault = serializers.BooleanField()
    isSSL = serializers.BooleanField()
    isForCustomDomain = serializers.BooleanField()
    isClientAuthEnabled = serializers.BooleanField()
    keyStoreName = serializers.CharField()
    keyStoreAlias = serializers.CharField(allow_null=True)
    trustStore = serializers.CharField(allow_null=True)
    projectPath = serializers.CharField(allow_null=True)
    life_cycle = LifeCycleOut()


class SapReferenceOut(serializers.Serializer):
    """An entity of `CertificateStoreReferences`."""

    name = serializers.CharField()
    certificateStoreName = serializers.CharField()
    storeType = serializers.CharField()
    life_cycle = LifeCycleOut()


def one(kind: type[serializers.Serializer]) -> serializers.Serializer:
    """The schema of an OData 2.0 entity: `{"d": {…}}`."""
    return type(f"{kind.__name__}Entity", (serializers.Serializer,), {"d": kind()})()


def several(kind: type[serializers.Serializer]) -> serializers.Serializer:
    """The schema of an OData 2.0 collection: `{"d": {"results": […]}}`."""
    results = type(f"{kind.__name__}Results", (serializers.Serializer,), {"results": kind(many=True)})
    return type(f"{kind.__name__}Collection", (serializers.Serializer,), {"d": results()})()


def host_request(request: HostRequest) -> dict[str, Any]:
    """The answer to a host request that was carried out, with the fields that SAP Help shows."""
    host, is_gone = request.host, request.operation == Operation.DELETE
    return {
        "__metadata": _metadata(
            "VirtualHostRequests", str(request.uuid), "apimgmtconfiguration.VirtualHostRequest"
        ),
        "id": str(request.uuid),
        "virtualHostId": str(host.uuid),
        "virtualHostUrl": host.name,
        "accountId": request.account.subdomain,
        "operation": request.operation,
        "allocatedPort": 0 if is_gone else settings.GATEWAY_PORT,
        "allocationStatus": None if is_gone else "COMPLETE",
        "certStore": None,
        "clusterName": "",
        "isClientAuthEnabled": host.client_auth == ClientAuth.REQUIRED,
        "isDefaultVirtualHostRequest": host.is_default,
        "isForCustomDomain": host.is_custom,
        "isForNonSni": False,
        "isTLS": False,
        "keyStoreName": (host.key_name or None) if host.is_custom else None,
        "keyStoreAlias": host.key_alias or None,
        "trustStore": host.trust or None,
        "lbHost": dns_target(request.account) if host.is_custom else None,
        "life_cycle": _life(
            request.created_at,
            request.actor,
            request.created_at,
            request.actor,
            "apimgmtconfiguration.History",
        ),
    }


def virtual_host(host: VirtualHost) -> dict[str, Any]:
    """A host as `VirtualHosts` lists it. `host` has its requests prefetched as `asked`, oldest first."""
    first, last = (host.asked[0], host.asked[-1]) if host.asked else (None, None)
    return {
        "__metadata": _metadata("VirtualHosts", str(host.uuid), "apiportal.VirtualHost"),
        "id": str(host.uuid),
        "name": str(host.uuid),
        "virtual_host": host.name,
        "virtual_port": settings.GATEWAY_PORT,
        "isDefault": host.is_default,
        "isSSL": True,
        "isForCustomDomain": host.is_custom,
        "isClientAuthEnabled": host.client_auth == ClientAuth.REQUIRED,
        "keyStoreName": host.key_name,
        "keyStoreAlias": host.key_alias or None,
        "trustStore": host.trust or None,
        "projectPath": None,
        "life_cycle": _life(
            host.created_at,
            first.actor if first else "",
            last.created_at if last else host.created_at,
            last.actor if last else "",
        ),
    }


def reference(row: Reference) -> dict[str, Any]:
    """A reference as `CertificateStoreReferences` shows it. Who changed it when is in the audit trail."""
    return {
        "__metadata": _metadata(
            "CertificateStoreReferences", row.name, "apiportal.CertificateStoreReference"
        ),
        "name": row.name,
        "certificateStoreName": row.store.name,
        "storeType": "KEYSTORE" if row.keystore else "TRUSTSTORE",
        "life_cycle": _life(row.created_at, "", row.created_at, ""),
    }


def _metadata(entities: str, key: str, kind: str) -> dict[str, str]:
    """SAP's samples say `url` where OData 2.0 says `uri`; clients of either kind find theirs."""
    service = "sap-host-requests" if entities == "VirtualHostRequests" else "sap-references"
    address = f"{settings.PORTAL_URL}{reverse(service).rsplit('/', 1)[0]}/{entities}('{key}')"
    return {"id": address, "uri": address, "url": address, "type": kind}


def _life(
    created: datetime, creator: str, changed: datetime, changer: str, kind: str = "apiportal.History"
) -> dict[str, Any]:
    return {
        "__metadata": {"type": kind},
        "created_at": _date(created),
        "created_by": creator,
        "changed_at": _date(changed),
        "changed_by": changer,
    }


def _date(moment: datetime) -> str:
    """Milliseconds since 1970, as OData Version 2.0 writes Edm.DateTime in JSON."""
    return f"/Date({int(moment.timestamp() * 1000)})/"
