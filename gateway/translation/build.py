"""Snapshot to IR, with a problem for everything that cannot be rendered as asked. Fails closed, never
open."""

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from gateway.translation import canonical, pem, trust
from gateway.translation.ir import IR, Gate, Group, Problem, Route, Trust, Upstream
from gateway.translation.model import Host, Proxy, Snapshot, Truststore
from gateway.translation.placeholder import PLACEHOLDER_CA
from gateway.translation.problems import problem

_BASE_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*)?")
_TARGET_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)


@dataclass
class Built:
    """The IR, the files it names (name: PEM text), the keys it names (file name: key_id) and what went wrong.

    `redraw_at`: the first moment at which dates alone (an anchor that starts or ends) would give another IR.
    """

    ir: IR
    files: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    redraw_at: datetime | None = None


def build(snapshot: Snapshot, at: datetime, upstream_roots: str) -> Built:
    """Decide everything, render nothing. `at` is aware; `upstream_roots`: PEM text of the CAs that https
    targets are checked against. Raises nothing for bad data: what cannot be rendered becomes a problem."""
    return _Builder(snapshot, at, upstream_roots).run()


class _Builder:
    def __init__(self, snapshot: Snapshot, at: datetime, upstream_roots: str) -> None:
        self.snapshot, self.at, self.upstream_roots = snapshot, at, upstream_roots
        self.roots_file = _file_name("ts", upstream_roots)
        self.files: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.redraw_at: datetime | None = None

    def run(self) -> Built:
        gates: dict[str, Gate] = {}
        for host in sorted(self.snapshot.hosts, key=lambda h: (h.name.lower(), h.id)):
            name = host.name.lower()
            if name in gates:
                self.tell("host_twice", name, host.id)
            elif gate := self.gate(host, name):
                gates[name] = gate
        ir = IR(self.snapshot.account, tuple(gates.values()), self.routes(gates))
        return Built(ir, self.files, self.keys, tuple(self.problems), self.redraw_at)

    def tell(self, code: str, host: str, subject: str, client_auth: str = "required") -> None:
        self.problems.append(problem(code, host, subject, client_auth))

    def file(self, kind: str, content: str) -> str:
        name = _file_name(kind, content)
        self.files[name] = content
        return name

    def gate(self, host: Host, name: str) -> Gate | None:
        if not _HOST_NAME.fullmatch(name):
            self.tell("host_name_unusable", name, host.id)
            return None
        try:
            chain = pem.certificates(host.keystore.chain_pem)
        except ValueError:
            self.tell("keystore_unusable", name, host.keystore.name)
            return None
        key_file = _file_name("key", host.keystore.key_id)
        self.keys[key_file] = host.keystore.key_id
        asks = host.client_auth != "off"
        return Gate(
            host_id=host.id,
            name=name,
            certificate_file=self.file("crt", pem.clean(chain)),
            key_file=key_file,
            certificate_sha256=pem.fingerprint(chain[0]),
            client_auth=host.client_auth,
            refusal=host.refusal if host.client_auth in ("optional", "required") else "",
            trust=self.trusted(host, name) if asks else None,
            account=self.snapshot.account if asks else "",
            denied=tuple(sorted(self.snapshot.denied)) if asks else (),
        )

    def trusted(self, host: Host, name: str) -> Trust:
        # A host in trial refuses nobody, so its handshakes always end well.
        in_tls = host.refusal == "handshake" and host.client_auth != "trial"
        store = host.truststore
        if store is None:
            self.tell("truststore_missing", name, name, host.client_auth)
            return Trust((), (), (), "", self.file("ts", PLACEHOLDER_CA), in_tls)
        verdict = trust.weigh(store.entries, self.at)
        pinned = self.pinned(verdict, store) if in_tls else []
        self.explain(host, name, store, verdict)
        moments = [moment for moment in (self.redraw_at, verdict.redraw_at) if moment is not None]
        self.redraw_at = min(moments, default=None)
        groups = _groups(verdict.rules)
        if len(groups) > 1:
            self.tell("issuer_must_be_held", name, f"{store.name} version {store.version}")
        trusted = list(verdict.issuers.values())
        if in_tls and not _fit_for_tls(trusted, pinned):
            in_tls = False
            self.tell("refuses_after_handshake", name, f"{store.name} version {store.version}")
        trusted += pinned if in_tls else []
        return Trust(
            issuers=tuple(verdict.issuers),
            pins=tuple(verdict.pins),
            groups=groups,
            others=groups[0].name if len(groups) == 1 else "",
            ca_file=self.file("ts", pem.clean(trusted) or PLACEHOLDER_CA),
            in_tls=in_tls,
        )

    def pinned(self, verdict: trust.Verdict, store: Truststore) -> list[x509.Certificate]:
        """The pinned certificates that TLS shall accept; what cannot be read is added to the verdict."""
        found = []
        late = {entry.fingerprint for entry in verdict.expired}
        for entry in store.entries:
            if entry.role == "client" and entry.fingerprint not in late:
                certificate = trust.read(entry)
                if certificate is None:
                    verdict.unreadable.append(entry)
                    verdict.pins.remove(entry.fingerprint)
                else:
                    found.append(certificate)
        return sorted(found, key=pem.fingerprint)

    def explain(self, host: Host, name: str, store: Truststore, verdict: trust.Verdict) -> None:
        which = f"{store.name} version {store.version}"
        for code, entries in (
            ("entry_unreadable", verdict.unreadable),
            ("anchor_not_a_ca", verdict.not_a_ca),
            ("intermediate_unlinked", verdict.unlinked),
            ("entry_expired", verdict.expired),
        ):
            for entry in entries:
                self.tell(code, name, f"{entry.alias} in {which}")
        expired_pins = {entry.fingerprint for entry in verdict.expired if entry.role == "client"}
        if verdict.issuers or set(verdict.pins) - expired_pins:
            return
        if verdict.expired:
            self.tell("truststore_expired", name, which, host.client_auth)
        elif store.entries:
            self.tell("truststore_trusts_nobody", name, which, host.client_auth)
        else:
            self.tell("truststore_empty", name, which, host.client_auth)

    def routes(self, gates: dict[str, Gate]) -> tuple[Route, ...]:
        names = {gate.host_id: name for name, gate in gates.items()}
        taken: set[tuple[str, str]] = set()
        routes: list[Route] = []
        for proxy in sorted(self.snapshot.proxies, key=lambda p: p.id):
            base = "/" + proxy.base_path.strip("/")
            if not _BASE_PATH.fullmatch(base):
                self.tell("base_path_unusable", "", f"{proxy.name} at {proxy.base_path!r}")
                continue
            free = []
            for host_id in sorted(set(proxy.hosts) & names.keys()):  # other hosts have a problem of their own
                if (host_id, base) in taken:
                    self.tell("base_path_twice", names[host_id], base)
                else:
                    taken.add((host_id, base))
                    free.append(host_id)
            upstream, path = self.target(proxy)
            routes.append(Route(proxy.id, base, tuple(free), upstream, path))
        return tuple(routes)

    def target(self, proxy: Proxy) -> tuple[Upstream | None, str]:
        try:
            return self.upstream(proxy.target_url)
        except ValueError as error:
            self.tell("target_unusable", "", f"{proxy.name} (its target {error})")
            return None, ""

    def upstream(self, url: str) -> tuple[Upstream, str]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError("is neither http nor https")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("carries a user, a query or a fragment")
        if not _TARGET_PATH.fullmatch(parts.path):
            raise ValueError("has a path that needs percent-encoding")
        host = (parts.hostname or "").rstrip(".")
        if not is_address(host) and not _HOST_NAME.fullmatch(host):
            raise ValueError("names no host")
        try:
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except ValueError:
            raise ValueError("has no usable port") from None
        ca_file = ""
        if parts.scheme == "https":
            ca_file = self.roots_file
            self.files[ca_file] = self.upstream_roots
        return Upstream(parts.scheme, host, port, ca_file), re.sub("//+", "/", parts.path).rstrip("/")


def _groups(rules: dict[str, trust.Rules]) -> tuple[Group, ...]:
    """Issuers with equal rules share a group; "open" is the one without rules."""
    members: dict[trust.Rules, list[str]] = {}
    for fingerprint, each in rules.items():
        members.setdefault(each, []).append(fingerprint)
    ordered = sorted((sorted(each), issuers) for each, issuers in members.items())
    return tuple(
        Group(f"group{number}" if each else "open", tuple(each), tuple(sorted(issuers)))
        for number, (each, issuers) in enumerate(ordered)
    )


def _fit_for_tls(issuers: list[x509.Certificate], pins: list[x509.Certificate]) -> bool:
    """Whether the pins may stand in `trusted_ca` beside the issuers and change nothing but who is refused
    there.

    Two certificates of one name hide each other from BoringSSL, and a pin that may sign would vouch for
    others.
    """
    names = Counter(certificate.subject.public_bytes() for certificate in [*issuers, *pins])
    return not pins or (max(names.values()) == 1 and not any(map(trust.may_sign, pins)))


def _file_name(kind: str, content: str) -> str:
    return f"files/{kind}-{canonical.sha256(content)}.pem"


def is_address(host: str) -> bool:
    """True for an IPv4 or IPv6 literal (without brackets)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
