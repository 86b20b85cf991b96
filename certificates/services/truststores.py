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
from common.templatetags.distances import write_day

from ..models import (
    Certificate,
    Entry,
    Keystore,
    Truststore,
    TruststoreVersion,
    Waiver,
    store_name_validator,
)
from ..pki.codes import Profile
from ..pki.findings import Finding, Severity
from ..pki.gateway.verdict import lifting
from ..pki.roles import Role, check_entry, check_store
from ..pki.san_rules import SanRule
from ..roots import public_roots
from .known import parsed
from .waived import in_force, lapsed


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
    instead_of: Certificate | None = None,
) -> TruststoreVersion:
    """Make and activate a new version: the current entries (with `keep`) plus `entries`, the new role
    winning. `instead_of`: the certificate that this version is made to be rid of.

    Raises DomainError naming the certificate when an entry, or the store as a whole, would be unsafe or
    useless.
    """
    store = Truststore.objects.select_for_update().get(pk=store.pk)
    wanted: dict[int, NewEntry] = {}
    old_entries = as_new(store.current.entries.select_related("certificate")) if store.current else []
    before = {entry.certificate.pk: entry.what_it_does for entry in old_entries}
    if keep:
        wanted = {entry.certificate.pk: entry for entry in old_entries}
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
    _refuse_unfit(wanted.values(), new=fresh, at=at, leaving=instead_of)

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
        actor=actor,
        store=store,
        entries=kept,
        at=at,
        note=f"without {entry.alias}",
        keep=False,
        instead_of=entry.certificate,
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


def why_unfit(
    entries: Iterable[NewEntry],
    *,
    at: datetime,
    new: Collection[int] = (),
    leaving: Certificate | None = None,
) -> str:
    """What speaks against a truststore with these entries at the aware moment `at`; "" when it is fit.

    Entries of the certificates `new` (primary keys) are judged alone, too; of the others it counts what was
    waived and is no longer. The account's profile decides how strictly. `leaving`: the certificate that is
    taken out; where its own waiver is over, those of others do not keep it in.
    """
    parsed_entries = [(entry, parsed(entry.certificate)) for entry in entries]
    if not parsed_entries:
        return _said(check_store([], at))
    account = parsed_entries[0][0].certificate.account
    profile = Profile(account.severity_profile)
    over = {} if leaving and lapsed([leaving], at) else lapsed([e.certificate for e, _ in parsed_entries], at)
    found = []
    for entry, certificate in parsed_entries:
        ended = {code for fingerprint, code in over if fingerprint == certificate.fingerprint}
        if entry.certificate.pk not in new and not ended:
            continue
        roots, named = public_roots(), bool(entry.rules)
        judged = check_entry(certificate, entry.role, at, profile, public_roots=roots, matches_san=named)
        for finding in judged:
            if finding.code in ended and finding.severity == Severity.ERROR:
                found.append(_ended(finding, over[certificate.fingerprint, finding.code]))
            elif entry.certificate.pk in new:
                found.append(finding)
    found += check_store([(certificate, entry.role) for entry, certificate in parsed_entries], at, profile)
    waivers = in_force(account.pk, at)
    return _said(finding for finding in found if not lifting(finding, waivers, at))


def _said(findings: Iterable[Finding]) -> str:
    return " ".join(
        f"{finding.subject or 'The store'}: {finding.sentence} {finding.remedy}"
        for finding in findings
        if finding.severity == Severity.ERROR
    )


def _ended(finding: Finding, waiver: Waiver) -> Finding:
    """The error that a waiver lifted until it ended."""
    if waiver.withdrawn_at:
        end = f"was withdrawn on {write_day(waiver.withdrawn_at)}"
    else:
        end = f"ended on {write_day(waiver.until)}"
    sentence = f"{finding.sentence} The waiver of {finding.code} {end}."
    return replace(finding, sentence=sentence, remedy="Waive it anew, or take the certificate out.")


def as_new(entries: Iterable[Entry]) -> list[NewEntry]:
    """Entries of a version as they would stand in another one."""
    return [NewEntry(entry.certificate, Role(entry.role), entry.alias, entry.rules) for entry in entries]


def _refuse_unfit(
    entries: Iterable[NewEntry],
    *,
    new: Collection[int],
    at: datetime,
    leaving: Certificate | None = None,
) -> None:
    text = why_unfit(entries, at=at, new=new, leaving=leaving)
    if text:
        raise DomainError("truststore_unfit", text, field="entries")
