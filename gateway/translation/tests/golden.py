"""Golden cases: `cases/<what it shows>/in.yaml` is a snapshot, `ir.yaml` and `envoy.yaml` what it must
become.

Certificates are written by name (`pem: root`) and come from the test hierarchy, so no PEM is in the tree;
`envoy.yaml` shows files by their content-addressed names only. `bin/golden` rewrites the expectations.
"""

from pathlib import Path
from typing import Any

import yaml

from certificates.pki.san_rules import from_text
from certificates.testing import hierarchy
from certificates.testing.hierarchy import DAY, NOW, Identity, make
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Entry, Host, Proxy, ServerKey, Snapshot, Truststore
from gateway.translation.outcome import Compiled

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/in.yaml"))
EXPIRED_ROOT = make("Sunken Root CA", ca=True, start=NOW - 4000 * DAY, end=NOW - DAY)


def identity(name: str) -> Identity:
    return EXPIRED_ROOT if name == "expired_root" else getattr(hierarchy, name.upper())


def entry(pem: str, role: Any, san_rules: str = "") -> Entry:
    who = identity(pem)
    dates = who.certificate.not_valid_before_utc, who.certificate.not_valid_after_utc
    return Entry(who.fingerprint, role, pem, who.pem, *dates, san_rules=from_text(san_rules))


def snapshot(plain: dict[str, Any]) -> Snapshot:
    return Snapshot(
        plain.get("account", "acme"),
        tuple(_host(host) for host in plain["hosts"]),
        tuple(Proxy(**{**proxy, "hosts": tuple(proxy["hosts"])}) for proxy in plain.get("proxies", ())),
        tuple(identity(name).fingerprint for name in plain.get("denied", ())),
    )


def _host(plain: dict[str, Any]) -> Host:
    keystore = ServerKey("wildcard", "2026", identity("server_only").pem, "key-of-server_only")
    store = plain.get("truststore")
    if store is not None:
        entries = tuple(entry(**line) for line in store["entries"])
        store = Truststore(store["name"], store["version"], store.get("via", ""), entries)
    refusal = plain.get("refusal", "explain")
    return Host(plain["id"], plain["name"], plain["client_auth"], keystore, store, refusal)


def compiled(case: Path) -> Compiled:
    plain = yaml.safe_load((case / "in.yaml").read_text())
    return compile_snapshot(snapshot(plain), NOW, upstream_roots=identity("root").pem)


def expectations(case: Path) -> dict[str, str]:
    """What the two golden files of a case should hold, by file name."""
    made = compiled(case).to_json()
    wire = {key: made[key] for key in ("chains", "clusters", "keys")} | {"files": list(made["files"])}
    return {"ir.yaml": _yaml({"ir": made["ir"], "problems": made["problems"]}), "envoy.yaml": _yaml(wire)}


class _Readable(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Readable, sort_keys=False, width=110, allow_unicode=True)
