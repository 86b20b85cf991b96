"""What a person may read about a host or a proxy as deployed: small, flat, and enough to say why it
changed."""

from gateway.translation import canonical
from gateway.translation.ir import Gate, Route
from gateway.translation.model import Host

Facts = dict[str, str]


def of_host(host: Host, gate: Gate) -> Facts:
    """Client authentication, truststore, what it amounts to, and the server certificate."""
    facts = {
        "client authentication": host.client_auth,
        "server certificate": f"{host.keystore.name} {gate.certificate_sha256[:12]}",
        "server key": canonical.sha256(host.keystore.key_id)[:12],
    }
    if gate.trust is not None:
        store = host.truststore
        via = f" via {store.via}" if store and store.via else ""
        facts["truststore"] = f"{store.name} version {store.version}{via}" if store else "none"
        facts["trusted certificates"] = _trusted(gate)
    if gate.denied:
        facts["denied certificates"] = _denied(gate)
    if gate.refusal:
        facts["refusal"] = gate.refusal
    return facts


def _trusted(gate: Gate) -> str:
    """Such as "1 issuer, 2 clients (3f2a9c01b7de)"; the digest tells apart sets of equal size."""
    assert gate.trust is not None
    issuers, pins = gate.trust.issuers, gate.trust.pins
    rules = [f"{group.name}: {rule}" for group in gate.trust.groups for rule in group.rules]
    counts = (("issuer", issuers), ("client", pins), ("name rule", rules))
    counted = [f"{len(group)} {noun}{'s' * (len(group) != 1)}" for noun, group in counts if group]
    groups = [[group.name, group.issuers] for group in gate.trust.groups] if rules else []
    digest = canonical.digest([issuers, pins, rules, groups])[:12]
    return f"{', '.join(counted)} ({digest})" if counted else "nobody"


def _denied(gate: Gate) -> str:
    """Such as "3f2a9c01b7de, 77b0c1d2e3f4"; many are counted, and a digest tells apart sets of equal size."""
    if len(gate.denied) <= 3:
        return ", ".join(fingerprint[:12] for fingerprint in gate.denied)
    return f"{len(gate.denied)} ({canonical.digest(gate.denied)[:12]})"


def of_route(route: Route, target_url: str) -> Facts:
    """Base path and target of a proxy; the CA list of an https target is named by its digest."""
    facts = {"base path": route.base_path, "target": target_url}
    if route.upstream is not None and route.upstream.ca_file:
        facts["target's CA list"] = route.upstream.ca_file.removeprefix("files/ts-")[:12]
    return facts
