"""Truststores: every change is a new version; one version is current."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.actors import Actor
from common.errors import Conflict, DomainError
from common.outbox import announce

from ..models import Certificate, Entry, Keystore, Truststore, TruststoreVersion, store_name_validator
from ..pki.codes import Profile
from ..pki.findings import Severity
from ..pki.roles import Role, check_entry, check_store
from ..pki.san_rules import SanRule
from ..roots import public_roots
from .known import parsed


@dataclass(frozen=True)
class NewEntry:
    """A certificate that shall become an entry in `role`. `rules`: of an anchor, the names its clients need
    one of; None: those that the version in force has for it."""

    certificate: Certificate
    role: Role
    alias: str = ""
    rules: tuple[SanRule, ...] | None = None

    @property
    def what_it_does(self) -> tuple[Role, tuple[SanRule, ...]]:
        """Two entries of a certificate with equal answers are the same."""
        return self.role, self.rules or ()


@transaction.atomic
def create_truststore(*, actor: Actor, name: str, description: str = "") -> Truststore:
    """Create a truststore with an empty version 1, which trusts nobody.
    Raises DomainError for a bad or taken name.
    """
    check_store_name(name)
    if Truststore.objects.filter(account=actor.account, name=name).exists():
        raise Conflict(
            "truststore_exists",
            f"A truststore “{name}” exists. Add a version to it, or choose another name.",
            field="name",
        )
    if Keystore.objects.filter(account=actor.account, name=name).exists():
        sentence = f"A keystore “{name}” exists, and references name either. Choose another name."
        raise Conflict("truststore_exists", sentence, field="name")
    store = Truststore.objects.create(account=actor.account, name=name, description=description)
    version = TruststoreVersion.objects.create(
        truststore=store, number=1, created_by=actor.label, note="created empty"
    )
    store.current = version
    store.save(update_fields=["current"])
    audit.record(actor, "truststore:created", store)
    return store


def check_store_name(name: str) -> None:
    """Raise DomainError unless `name` may name a store or a reference."""
    try:
        store_name_validator(name)
    except ValidationError as error:
        raise DomainError("name_invalid", error.messages[0], field="name") from error


@transaction.atomic
def add_version(
    *,
    actor: Actor,
    store: Truststore,
    entries: Sequence[NewEntry],
    at: datetime,
    note: str = "",
    keep: bool = True,
) -> TruststoreVersion:
    """Make and activate a new version: the current entries (with `keep`) plus `entries`, the new role
    winning.

    Raises DomainError naming the certificate when an entry, or the store as a whole, would be unsafe or
    useless.
    """
    store = Truststore.objects.select_for_update().get(pk=store.pk)
    wanted: dict[int, NewEntry] = {}
    if keep and store.current:
        for old in store.current.entries.select_related("certificate"):
            wanted[old.certificate_id] = NewEntry(old.certificate, Role(old.role), old.alias, old.rules)
    before = {pk: entry.what_it_does for pk, entry in wanted.items()}
    for entry in entries:
        if entry.rules and entry.role != Role.ANCHOR:
            raise DomainError(
                "rules_need_an_anchor",
                f"{entry.certificate}: only an anchor has name rules. Leave them out, or make it an anchor.",
                field="entries",
            )
        held = wanted.get(entry.certificate.pk)
        if entry.rules is None and held and held.role == entry.role:
            entry = replace(entry, rules=held.rules)  # importing again must not open an anchor to everyone
        wanted[entry.certificate.pk] = entry
    if {pk: entry.what_it_does for pk, entry in wanted.items()} == before and keep:
        raise Conflict(
            "no_change", f"{store} holds these certificates in these roles already. Nothing was changed."
        )
    fresh = {pk for pk, entry in wanted.items() if before.get(pk) != entry.what_it_does}
    _refuse_unfit(wanted.values(), new=fresh, at=at)

    last = store.versions.aggregate(last=Max("number"))["last"] or 0
    version = TruststoreVersion.objects.create(
        truststore=store, number=last + 1, created_by=actor.label, note=note[:500]
    )
    Entry.objects.bulk_create(
        Entry(
            version=version,
            certificate=entry.certificate,
            role=entry.role.value,
            alias=(entry.alias or entry.certificate.common_name)[:200],
            san_rules=[rule.to_plain() for rule in entry.rules or ()],
        )
        for entry in wanted.values()
    )
    _make_current(actor, store, version)
    return version


@transaction.atomic
def remove_entry(*, actor: Actor, store: Truststore, entry: Entry, at: datetime) -> TruststoreVersion:
    """Make and activate a version without `entry`.

    Raises Conflict when the version in force does not hold it any more, DomainError when what is left would
    let nobody in.
    """
    current = Truststore.objects.select_for_update().get(pk=store.pk).current
    if current is None or entry.version_id != current.pk:
        raise Conflict(
            "entry_not_current", f"{store} has another version in force meanwhile. Reload the page."
        )
    kept = as_new(current.entries.select_related("certificate").exclude(pk=entry.pk))
    return add_version(
        actor=actor, store=store, entries=kept, at=at, note=f"without {entry.alias}", keep=False
    )


@transaction.atomic
def activate_version(*, actor: Actor, version: TruststoreVersion, at: datetime) -> None:
    """Make an existing version current: the way back. Raises DomainError when it is no longer fit."""
    store = Truststore.objects.select_for_update().get(pk=version.truststore_id)
    if store.current_id == version.pk:
        raise Conflict("already_current", f"{version} is current already.")
    entries = as_new(version.entries.select_related("certificate"))
    _refuse_unfit(entries, new=set(), at=at)
    _make_current(actor, store, version)


def _make_current(actor: Actor, store: Truststore, version: TruststoreVersion) -> None:
    old = store.current
    store.current = version
    store.save(update_fields=["current"])
    audit.record(
        actor,
        "truststore:version_activated",
        store,
        version=version.number,
        before=old.number if old else None,
        entries=version.entries.count(),
    )
    announce("truststore.version_activated", store.uuid)


def why_unfit(entries: Iterable[NewEntry], *, at: datetime, new: Collection[int] = ()) -> str:
    """What speaks against a truststore with these entries at the aware moment `at`; "" when it is fit.

    Entries of the certificates `new` (primary keys) are judged alone, too. The account's profile decides
    how strictly.
    """
    parsed_entries = [(entry, parsed(entry.certificate)) for entry in entries]
    profile = (
        Profile(parsed_entries[0][0].certificate.account.severity_profile)
        if parsed_entries
        else Profile.STRICT
    )
    found = []
    for entry, certificate in parsed_entries:
        if entry.certificate.pk in new:
            roots, named = public_roots(), bool(entry.rules)
            found += check_entry(certificate, entry.role, at, profile, public_roots=roots, matches_san=named)
    found += check_store([(certificate, entry.role) for entry, certificate in parsed_entries], at, profile)
    return " ".join(
        f"{finding.subject or 'The store'}: {finding.sentence} {finding.remedy}"
        for finding in found
        if finding.severity == Severity.ERROR
    )


def as_new(entries: Iterable[Entry]) -> list[NewEntry]:
    """Entries of a version as they would stand in another one."""
    return [NewEntry(entry.certificate, Role(entry.role), entry.alias, entry.rules) for entry in entries]


def _refuse_unfit(entries: Iterable[NewEntry], *, new: Collection[int], at: datetime) -> None:
    text = why_unfit(entries, at=at, new=new)
    if text:
        raise DomainError("truststore_unfit", text, field="entries")
