"""Reads of stores, references, uploads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Account

from .models import Certificate, Entry, Keystore, Reference, ServerKey, Truststore, Upload, Waiver


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


def waivers_of(account: Account, *, search: str = "") -> QuerySet[Waiver]:
    """The waivers of an account, newest first, also those that are over."""
    waivers = Waiver.objects.filter(account=account).select_related("certificate")
    if search:
        bare = search.lower().replace(" ", "").replace(":", "")
        waivers = waivers.filter(
            Q(certificate__common_name__icontains=search)
            | Q(certificate__fingerprint__startswith=bare)
            | Q(code__icontains=search)
            | Q(by__icontains=search)
            | Q(reason__icontains=search)
        )
    return waivers.order_by("-id")


def waivers_to_mind(account: Account, at: datetime, *, within: timedelta) -> list[Waiver]:
    """Waivers on which a truststore version in force rests and that end within `within` of the aware moment
    `at`, or are over without a later one. The first to end first. One query.
    """
    stores = Truststore.objects.filter(account=account)
    rows = Waiver.objects.filter(
        account=account, certificate__entries__version__in=stores.values("current")
    ).select_related("certificate")
    newest = {(row.certificate_id, row.code): row for row in rows.distinct().order_by("pk")}
    found = [row for row in newest.values() if row.ended_at <= at + within]
    return sorted(found, key=lambda row: row.ended_at)


def stores_holding(certificate: Certificate) -> QuerySet[Truststore]:
    """The truststores whose version in force holds the certificate."""
    stores = Truststore.objects.filter(current__entries__certificate=certificate)
    return stores.select_related("current").order_by("name")


def trusted_now(account: Account, fingerprints: Iterable[str]) -> QuerySet[Entry]:
    """The entries of versions in force that hold these certificates, with their truststores."""
    stores = Truststore.objects.filter(account=account)
    entries = Entry.objects.filter(
        version__in=stores.values("current"), certificate__fingerprint__in=list(fingerprints)
    )
    return entries.select_related("certificate", "version__truststore").order_by("alias")


def uploads_of(account: Account) -> QuerySet[Upload]:
    """Uploads, newest first. `standing.listed` adds to them where each stands."""
    return Upload.objects.filter(account=account).order_by("-id")
