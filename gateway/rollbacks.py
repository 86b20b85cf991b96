"""Going back to an earlier deployment: whether it still can be, and what it would bring today."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from certificates.models import Certificate, ServerKey
from common.errors import Conflict
from common.words import few, sentence
from vhosts.models import VirtualHost

from .lifecycle import DeploymentStatus
from .models import Deployment
from .translation.problems import problem


def refuse_unfit(to: Deployment) -> None:
    """Raise Conflict unless `to` was live, is not live now, and the account has its keys, names and hosts
    still."""
    if to.status == DeploymentStatus.LIVE:
        raise Conflict("is_live", sentence(f"{to} is live already. Nothing was changed."))
    if not was_live(to):
        raise Conflict(
            "never_live",
            sentence(
                f"{to} was never live on every node, so nothing shows that it works. Choose one that was."
            ),
        )
    wanted = set(to.compiled["keys"].values())
    found = {str(uuid) for uuid in ServerKey.objects.filter(uuid__in=wanted).values_list("uuid", flat=True)}
    if wanted - found:
        names = [gate["name"] for gate in to.compiled["ir"]["gates"] if _key_of(to, gate) not in found]
        raise Conflict(
            "key_gone",
            f"The server key of {few(names)} was deleted since. Import it again and plan a new deployment.",
        )
    names = [host["name"] for host in to.compiled["hosts"].values()]
    taken = VirtualHost.objects.filter(name__in=names).exclude(account=to.account_id)
    if lost := sorted(taken.values_list("name", flat=True)):
        raise Conflict("name_taken", f"{few(lost)} belongs to another account now. Plan a new deployment.")
    if gone := _deleted(to):
        raise Conflict(
            "host_deleted",
            f"{few(gone)} was deleted since, and would be served again. If it is needed, request it anew; "
            "plan a new deployment in any case.",
        )


def _deleted(to: Deployment) -> list[str]:
    """Names of its hosts that were deleted and have left the gateway: no page shows such a host, nothing
    that it does is logged, and its name is free. One that the gateway serves still has not left."""
    hosts = to.compiled["hosts"]
    held = VirtualHost.with_deleted.filter(uuid__in=[*hosts], released_at=None)
    kept = {str(uuid) for uuid in held.values_list("uuid", flat=True)}
    return sorted(host["name"] for uuid, host in hosts.items() if uuid not in kept)


def was_live(deployment: Deployment) -> bool:
    """Whether every node served it once."""
    return deployment.moves.filter(new=DeploymentStatus.LIVE).exists()


def refuse_expired(to: Deployment, at: datetime) -> None:
    """Raise Conflict when a server certificate of `to` has expired by `at`."""
    gates = to.compiled["ir"]["gates"]
    expired = _expired(to, {gate["certificate_sha256"] for gate in gates}, at)
    if dead := [gate["name"] for gate in gates if gate["certificate_sha256"] in expired]:
        raise Conflict(
            "certificate_expired",
            f"The server certificate that {few(dead)} had then has expired. Clients would break off the "
            "handshake. Plan a new deployment instead.",
        )


def contents(to: Deployment, at: datetime) -> dict[str, Any]:
    """The configuration of `to` exactly as it was, with the problems that its certificates have by `at`.

    Raises Conflict when a server certificate of it has expired.
    """
    compiled = deepcopy(to.compiled)
    gates = compiled["ir"]["gates"]
    refuse_expired(to, at)
    expired = _expired(to, {print_ for gate in gates for print_ in _trusted(gate)}, at)
    told = [row for row in compiled["problems"] if row["code"] not in ("entry_expired", "truststore_expired")]
    for gate in gates:
        trusted = _trusted(gate)
        gone = [print_ for print_ in trusted if print_ in expired]
        told += [vars(problem("entry_expired", gate["name"], str(expired[print_]))) for print_ in gone]
        if gone and len(gone) == len(trusted):
            which = f"The truststore of {gate['name']}"
            told.append(vars(problem("truststore_expired", gate["name"], which, gate["client_auth"])))
    compiled["problems"], compiled["kept"] = told, {}
    return compiled


def _key_of(deployment: Deployment, gate: dict[str, Any]) -> str:
    return deployment.compiled["keys"][gate["key_file"]]


def _expired(to: Deployment, fingerprints: set[str], at: datetime) -> dict[str, Certificate]:
    known = Certificate.objects.filter(account=to.account, fingerprint__in=fingerprints)
    return {row.fingerprint: row for row in known.filter(not_after__lt=at).defer("der")}


def _trusted(gate: dict[str, Any]) -> list[str]:
    return [*gate["trust"]["issuers"], *gate["trust"]["pins"]] if gate["trust"] else []
