"""Reads of stores, references, uploads."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Account

from .models import Entry, Keystore, Reference, Truststore, Upload


def truststores_of(account: Account, *, search: str = "") -> QuerySet[Truststore]:
    """The truststores of an account, with their current version and `entry_count`."""
    stores = Truststore.objects.filter(account=account).select_related("current")
    if search:
        found = Q(name__icontains=search) | Q(
            current__entries__certificate__fingerprint__startswith=search.lower()
        )
        stores = stores.filter(found | Q(current__entries__alias__icontains=search)).distinct()
    return stores.annotate(entry_count=Count("current__entries", distinct=True)).order_by("name")


def entries_of(store: Truststore) -> QuerySet[Entry]:
    """The entries of the current version."""
    return Entry.objects.filter(version=store.current_id).select_related("certificate")


def references_of(account: Account) -> QuerySet[Reference]:
    """The references of an account, with what they point to."""
    return Reference.objects.filter(account=account).select_related("truststore__current")


def keystores_of(account: Account) -> QuerySet[Keystore]:
    """The keystores of an account with their keys."""
    return Keystore.objects.filter(account=account).prefetch_related("keys__certificate")


def uploads_of(account: Account) -> QuerySet[Upload]:
    """Uploads, newest first, with counts for lists."""
    return (
        Upload.objects.filter(account=account)
        .annotate(
            certificate_count=Count("certificates", distinct=True),
            error_count=Count("findings", filter=Q(findings__severity="error"), distinct=True),
            warning_count=Count("findings", filter=Q(findings__severity="warning"), distinct=True),
        )
        .order_by("-id")
    )
