"""Who calls the node endpoint: the certificate of the TLS connection, compared by its SHA-256."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

from cryptography.x509 import load_der_x509_certificate
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from common.errors import Forbidden

from .. import fleet


class NodeCertificate(BaseAuthentication):
    """`request.auth` becomes the node. TLS has checked the chain up to the node CA, and that the key is
    there; which node it is, and that it is not retired, is looked up here on each request."""

    def authenticate(self, request: Request) -> tuple[None, Any]:
        """Raises Forbidden without a certificate, or with one that no node has."""
        der = _peer_certificate(request.META.get("gunicorn.socket"))
        if not der:
            raise Forbidden(
                "certificate_needed", "Show the node's certificate. Without one, only enrol is open."
            )
        ends_at = load_der_x509_certificate(der).not_valid_after_utc
        return None, fleet.of_certificate(hashlib.sha256(der).hexdigest(), ends_at)


class IsNode(BasePermission):
    """Deny by default: a view of the endpoint needs a node."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the certificate was a node's."""
        return request.auth is not None


def _peer_certificate(connection: Any) -> bytes | None:
    """The client's certificate (DER) of gunicorn's connection; None when there was none, or no TLS."""
    return connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None
