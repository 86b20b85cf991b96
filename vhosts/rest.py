"""A host request as a REST request: in the words of the documented service `VirtualHostRequests`, or of our
own API for what those cannot say."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.models import Account

from .lifecycle import Operation
from .models import ClientAuth, Refusal

PATH = "/apiportal/operations/1.0/Configuration.svc/VirtualHostRequests"

OWN_PATH = "/api/v1/host-requests/"

# field of the documented body → field of the forms
FIELDS = {
    "virtualHostUrl": "alias",
    "virtualHostId": "host",
    "trustStore": "trust",
    "isForCustomDomain": "domain",
    "keyStoreName": "key",
    "keyStoreAlias": "key",
}


def body(account: Account, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The documented JSON body for a wish (`services.Wish` as a dict). A description has no field there."""
    if wish["operation"] == Operation.DELETE:
        return {"operation": str(wish["operation"]), "virtualHostId": wish.get("host") or ""}
    said: dict[str, Any] = {
        "operation": str(wish["operation"]),
        "accountId": account.subdomain,
        "virtualHostUrl": wish.get("alias") or "",
        "isDefaultVirtualHostRequest": bool(wish.get("is_default")),
    }
    if wish["operation"] == Operation.UPDATE:
        said["virtualHostId"] = wish.get("host") or ""
    if wish.get("is_custom") is not None:
        said["isForCustomDomain"] = wish["is_custom"]
    if wish.get("key"):
        said["keyStoreName"] = wish["key"]
    if wish.get("key_alias"):
        said["keyStoreAlias"] = wish["key_alias"]
    if wish.get("client_auth"):
        said["isClientAuthEnabled"] = wish["client_auth"] == ClientAuth.REQUIRED
    if wish.get("trust"):
        said["trustStore"] = wish["trust"]
    return said


def is_documented(wish: Mapping[str, Any]) -> bool:
    """Whether the documented body can say it: it knows only whether client authentication is enabled."""
    modes = (None, "", ClientAuth.OFF, ClientAuth.REQUIRED)
    return wish.get("client_auth") in modes and wish.get("refusal") in (None, "", Refusal.EXPLAIN)


def own_body(wish: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON body for our own API; what stays as it is is left out."""
    words = ("operation", "host", "alias", "client_auth", "refusal", "trust", "description", "key_alias")
    said: dict[str, Any] = {word: str(wish[word]) for word in words if wish.get(word)}
    if wish.get("is_custom") is not None:
        said["custom_domain"] = wish["is_custom"]
    if wish.get("key"):
        said["keystore"] = wish["key"]
    return said


def command(account: Account, wish: Mapping[str, Any]) -> str:
    """The same as a curl command; TOKEN is the bearer token of a service key."""
    documented = is_documented(wish)
    said = json.dumps(body(account, wish) if documented else own_body(wish), indent=2)
    return (
        "curl --fail-with-body --request POST \\\n"
        '  --header "Authorization: Bearer $TOKEN" \\\n'
        "  --header 'Content-Type: application/json' \\\n"
        f"  --data {shlex.quote(said)} \\\n"
        f"  {settings.PORTAL_URL}{PATH if documented else OWN_PATH}"
    )
