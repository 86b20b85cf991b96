"""From the entries of a request to the entries of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.actors import Actor
from common.errors import DomainError

from .. import access
from ..models import Certificate, Keystore, Truststore
from ..pki.findings import Severity
from ..pki.reading import read
from ..pki.roles import Role
from ..pki.san_rules import from_plain
from ..services.known import remember
from ..services.truststores import NewEntry
from ..services.uploads import refuse_unsafe


def new_entries(actor: Actor, given: Sequence[dict[str, Any]], *, to: str) -> list[NewEntry]:
    """The certificates named in `given` with their roles.

    Raises DomainError naming the entry: a private key (PrivateKeySent), no certificate or several in one
    PEM, a fingerprint that the account does not know, a certificate in two roles or with two sets of rules.
    """
    entries: list[NewEntry] = []
    found: dict[int, NewEntry] = {}
    for number, item in enumerate(given):
        certificate = (
            _from_pem(actor, item["pem"], f"entries.{number}.pem")
            if "pem" in item
            else known_certificate(actor, item["fingerprint"], f"entries.{number}.fingerprint", to=to)
        )
        rules = from_plain(item["san_rules"]) if "san_rules" in item else None
        entry = NewEntry(certificate, Role(item["role"]), item["alias"], rules)
        if found.setdefault(certificate.pk, entry).what_it_does != entry.what_it_does:
            sentence = (
                f"{certificate} stands here twice, in different roles or with different rules. Name it once."
            )
            raise DomainError("entry_twice", sentence, field=f"entries.{number}.role")
        entries.append(entry)
    return entries


def truststore_named(actor: Actor, name: str) -> Truststore:
    """A truststore of the actor's account by its name.
    Raises DomainError for an unknown one, and for a reference.
    """
    try:
        store, _ = access.trust_by_name(actor, name)
    except DomainError as error:
        error.field = "truststore"
        raise
    if store is None:
        sentence = f"{name} is a reference. Name the truststore itself."
        raise DomainError("truststore_unknown", sentence, field="truststore")
    return store


def store_named(actor: Actor, given: dict[str, Any]) -> dict[str, Truststore | Keystore]:
    """The store that `given` names as `truststore` or `keystore`, under that word.
    Raises DomainError for an unknown one, and for a reference.
    """
    if "truststore" in given:
        return {"truststore": truststore_named(actor, given["truststore"])}
    name = given["keystore"]
    try:
        store, _ = access.keystore_by_name(actor, name)
    except DomainError as error:
        error.field = "keystore"
        raise
    if store is None:
        sentence = f"{name} is a reference. Name the keystore itself."
        raise DomainError("keystore_unknown", sentence, field="keystore")
    return {"keystore": store}


def _from_pem(actor: Actor, pem: str, field: str) -> Certificate:
    content = pem.encode()
    try:
        refuse_unsafe([("This PEM", content)])
    except DomainError as error:
        error.field = field
        raise
    reading = read(content, "This PEM")
    errors = [finding for finding in reading.findings if finding.severity == Severity.ERROR]
    if errors:
        sentence = " ".join(f"{finding.sentence} {finding.remedy}" for finding in errors)
        raise DomainError("one_certificate", sentence, field=field)
    if len(reading.certificates) != 1:
        sentence = f"Give exactly one certificate here; {len(reading.certificates)} could be read."
        raise DomainError("one_certificate", sentence, field=field)
    return remember(actor.account, reading.certificates[0])


def known_certificate(actor: Actor, fingerprint: str, field: str, *, to: str) -> Certificate:
    """A certificate that the account knows, by its fingerprint in any case.
    Raises DomainError for an unknown one, naming the field.
    """
    try:
        return access.get_certificate(actor, fingerprint.lower(), to=to)
    except DomainError as error:
        if error.status != 404:
            raise
        sentence = f"The account knows no certificate {fingerprint}. Send it as pem, or upload it first."
        raise DomainError("certificate_unknown", sentence, field=field) from error
