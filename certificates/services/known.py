"""Certificates that an account knows."""

from __future__ import annotations

from accounts.models import Account

from .. import pki
from ..models import Certificate


def remember(account: Account, certificate: pki.certificate.Certificate) -> Certificate:
    """The account's row for a certificate, made when it is new."""
    row, _ = Certificate.objects.get_or_create(
        account=account,
        fingerprint=certificate.fingerprint,
        defaults={
            "der": certificate.der,
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "common_name": certificate.common_name[:200],
            "serial": certificate.serial[:64],
            "key": certificate.key[:60],
            "is_ca": certificate.is_ca,
            "not_before": certificate.not_before,
            "not_after": certificate.not_after,
        },
    )
    return row


def parsed(row: Certificate) -> pki.certificate.Certificate:
    """The judge's view of a stored certificate."""
    return pki.certificate.Certificate.from_der(bytes(row.der))
