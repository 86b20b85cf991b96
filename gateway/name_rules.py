"""Clients that are served today and that the name rules of a planned deployment would refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Account
from certificates.models import Certificate
from certificates.pki.san_rules import SanRule, allows
from certificates.services.known import parsed

from .lifecycle import Outcome
from .models import Sighting
from .selectors import TRIAL

NOT_NAMED = "No name rule of its anchor allows one of its names."
NOT_KNOWN = "Its anchor has other name rules then, and the portal does not hold it to compare its names."
NOT_HELD = "Its anchors have different name rules then, and the CA that issued it is no entry."


@dataclass(frozen=True)
class _Rules:
    """What the gate of one host wants of names. `others`: of a client of an issuer that is no entry; None:
    it is refused."""

    of: dict[str, tuple[SanRule, ...]]
    others: tuple[SanRule, ...] | None
    pins: frozenset[str]

    def for_issuer(self, issuer: str) -> tuple[SanRule, ...] | None:
        return self.of.get(issuer, self.others)


def refused_by_name(
    account: Account, live: Mapping[str, Any], wanted: Mapping[str, Any], most: int
) -> list[dict[str, Any]]:
    """A row of the component `impact` for each; of the `most` latest sightings. `live`, `wanted`:
    configurations as deployments store them."""
    today, then = _rules(live), _rules(wanted)
    changed = [uuid for uuid in today.keys() & then.keys() if today[uuid] != then[uuid]]
    if not any(
        then[uuid].of and (then[uuid].others is None or any(then[uuid].of.values())) for uuid in changed
    ):
        return []
    served = Sighting.objects.filter(host__uuid__in=changed, outcome=Outcome.SERVED).exclude(fingerprint="")
    rows = served.exclude(reason__startswith=TRIAL).select_related("host").order_by("-last_seen")[:most]
    known = _known(account, {row.fingerprint for row in rows})
    return list(_refused(rows, today, then, known))


def _refused(
    rows: Any, today: Mapping[str, _Rules], then: Mapping[str, _Rules], known: Mapping[str, Certificate]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        before, after = today[str(row.host.uuid)], then[str(row.host.uuid)]
        rules = after.for_issuer(row.issuer_fingerprint)
        same = before.for_issuer(row.issuer_fingerprint) == rules
        if same or rules == () or row.fingerprint in after.pins or row.issuer_fingerprint == "":
            continue
        certificate = known.get(row.fingerprint)
        if rules and certificate and allows(rules, parsed(certificate).decoded):
            continue
        why = NOT_HELD if rules is None else NOT_NAMED if certificate else NOT_KNOWN
        yield {
            "name": row.subject or row.fingerprint[:12],
            "detail": f"on {row.host.name}",
            "fingerprint": row.fingerprint,
            "after": "may be refused" if why == NOT_KNOWN else "refused",
            "why": why,
            "calls": row.count,
            "last_seen": row.last_seen,
        }


def _known(account: Account, fingerprints: set[str]) -> dict[str, Certificate]:
    found = Certificate.objects.filter(account=account, fingerprint__in=fingerprints)
    return {certificate.fingerprint: certificate for certificate in found}


def _rules(compiled: Mapping[str, Any]) -> dict[str, _Rules]:
    """By host. Deployments made before there were rules let everyone in whom an issuer vouched for."""
    found = {}
    for gate in compiled["ir"]["gates"]:
        if trust := gate["trust"]:
            groups = trust.get("groups", [{"name": "open", "rules": [], "issuers": trust["issuers"]}])
            rules = {group["name"]: tuple(SanRule(**rule) for rule in group["rules"]) for group in groups}
            of = {issuer: rules[group["name"]] for group in groups for issuer in group["issuers"]}
            others = rules.get(trust.get("others", "open"))
            found[gate["host_id"]] = _Rules(of, others, frozenset(trust["pins"]))
    return found
