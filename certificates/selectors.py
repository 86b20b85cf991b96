"""Reads of stores, references, uploads."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Account

from .models import Entry, Keystore, Reference, ServerKey, Truststore, Upload


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
    return Reference.objects.filter(account=account).select_related("truststore__current", "keystore")


def keystores_of(account: Account) -> QuerySet[Keystore]:
    """The keystores of an account with their keys."""
    stores = Keystore.objects.filter(account=account).prefetch_related("references")
    keys = ServerKey.objects.select_related("certificate").defer("sealed_key")
    return stores.prefetch_related(Prefetch("keys", keys)).order_by("name")


def keys_in_use(store: Keystore) -> list[ServerKey]:
    """The key in use under each alias of a keystore, the newest, by alias."""
    newest: dict[str, ServerKey] = {}
    for key in store.keys.all():  # newest first
        newest.setdefault(key.alias, key)
    return sorted(newest.values(), key=lambda key: key.alias)


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
