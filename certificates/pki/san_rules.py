"""Rules about a client's subject alternative names (SAN) that an anchor may carry.

An anchor without a rule lets in everyone it issued for; with rules only those of them who have a name that
one rule allows. The shapes are narrow on purpose: a DNS name and a mail address belong to whoever owns their
end, a URI to whoever owns its beginning, so only that end of a name may be left open.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509

MOST = 50  # rules of one anchor
MATCHES = {
    "dns": ("exact", "suffix"),
    "uri": ("exact", "prefix"),
    "email": ("exact", "suffix"),
    "ip": ("exact",),
}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DNS = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_LOCAL_PART = re.compile(r"[!-?A-~]{1,64}")


@dataclass(frozen=True, order=True)
class SanRule:
    """One allowed name. `kind`: dns, uri, email or ip. `match`: exact, suffix or prefix. Make it with
    `rule`."""

    kind: str
    match: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.match} {self.value}"

    def to_plain(self) -> dict[str, str]:
        """For a JSON column: kind, match, value."""
        return {"kind": self.kind, "match": self.match, "value": self.value}


def rule(kind: str, match: str, value: str) -> SanRule:
    """A rule in its one spelling. Raises ValueError with a sentence that says what does not fit."""
    kind, match, value = kind.strip().lower(), match.strip().lower(), value.strip()
    if kind not in MATCHES:
        raise ValueError(f"“{kind}” is no kind of name. Use {_or(MATCHES)}.")
    if match not in MATCHES[kind]:
        raise ValueError(f"A rule about {kind} cannot match by “{match}”. Use {_or(MATCHES[kind])}.")
    if len(value) > 500:
        raise ValueError("A rule has 500 characters at most.")
    return SanRule(kind, match, _SPELLED[kind](match, value))


def _dns(match: str, value: str) -> str:
    value = value.lower()
    name = value.removeprefix(".") if match == "suffix" else value
    if match == "suffix" and not value.startswith("."):
        raise ValueError(f"“{value}” would also allow other people's names. Begin with a dot: .{value}")
    if not _DNS.fullmatch(name):
        raise ValueError(f"“{value}” is no DNS name with a domain, such as gw.partner.example.")
    return value


def _email(match: str, value: str) -> str:
    local, at, domain = value.rpartition("@")
    if match == "suffix" and not (value.startswith(("@", ".")) and value.count("@") <= 1 and not local):
        raise ValueError(f"“{value}” is no end of a mail address. Begin with @ or a dot: @partner.example.")
    domain = domain if at else value.removeprefix(".")
    if not _DNS.fullmatch(domain.lower()) or (match == "exact" and not _LOCAL_PART.fullmatch(local)):
        raise ValueError(f"“{value}” is no mail address, such as edi@partner.example.")
    return value


def _uri(match: str, value: str) -> str:
    if not _URI.fullmatch(value):
        raise ValueError(f"“{value}” is no URI, such as spiffe://partner.example/edi.")
    if match == "prefix" and not (value.endswith(("/", ":")) and _owned(value)):
        raise ValueError(
            f"“{value}” would also allow other people's URIs. End with / after the owner's name, or with :, "
            "such as spiffe://partner.example/ or urn:partner:."
        )
    return value


def _owned(prefix: str) -> bool:
    """Whether the beginning of a URI names somebody, and not only a scheme."""
    rest = prefix.partition(":")[2]
    return bool(rest.removeprefix("//").strip("/:")) and (
        not rest.startswith("//") or "/" in rest.removeprefix("//")
    )


def _ip(match: str, value: str) -> str:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        raise ValueError(f"“{value}” is no IP address.") from None
    if address.version == 6 and (address.ipv4_mapped or address.scope_id):
        raise ValueError(
            f"“{value}” cannot be compared. Give the IPv4 address, or the IPv6 one without zone."
        )
    return str(address)


_SPELLED = {"dns": _dns, "email": _email, "uri": _uri, "ip": _ip}


def from_plain(plain: Iterable[Mapping[str, Any]]) -> tuple[SanRule, ...]:
    """Rules as `to_plain` wrote them, each once, sorted. Raises ValueError as `rule` does, and for too
    many."""
    rules = {rule(str(each["kind"]), str(each["match"]), str(each["value"])) for each in plain}
    if len(rules) > MOST:
        raise ValueError(f"{len(rules)} rules are too many; {MOST} is the most.")
    return tuple(sorted(rules))


def from_text(text: str) -> tuple[SanRule, ...]:
    """Rules as people write them, one a line: `dns suffix .partner.example`. Raises ValueError that names
    the line."""
    plain = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words = line.split()
        if len(words) != 3:
            raise ValueError(
                f"“{line[:80]}”: write kind, match and value, as in dns suffix .partner.example."
            )
        plain.append(rule(*words).to_plain())
    return from_plain(plain)


def to_text(rules: Iterable[SanRule]) -> str:
    """One rule a line, as `from_text` reads it."""
    return "\n".join(map(str, rules))


def allows(rules: Iterable[SanRule], certificate: x509.Certificate) -> bool:
    """Whether a client's certificate has a name that one rule allows; without rules, any has.

    As Envoy compares: DNS names without regard to case, a leftmost * in the certificate standing for one
    label of an exact DNS rule (RFC 6125, section 6.4.3); everything else by its characters.
    """
    rules = list(rules)
    if not rules:
        return True
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return False
    return any(_allows(each, kind, text) for each in rules for kind, text in map(_named, names))


def _named(name: x509.GeneralName) -> tuple[str, str]:
    if isinstance(name, x509.DNSName):
        return "dns", name.value.lower()
    if isinstance(name, x509.RFC822Name):
        return "email", name.value
    if isinstance(name, x509.UniformResourceIdentifier):
        return "uri", name.value
    return ("ip", str(name.value)) if isinstance(name, x509.IPAddress) else ("", "")


def _allows(wanted: SanRule, kind: str, text: str) -> bool:
    if wanted.kind != kind:
        return False
    if wanted.match == "suffix":
        return text.endswith(wanted.value)
    if wanted.match == "prefix":
        return text.startswith(wanted.value)
    if kind == "dns" and text.startswith("*."):
        return wanted.value.partition(".")[2] == text[2:]
    return text == wanted.value


def _or(words: Iterable[str]) -> str:
    *some, last = words
    return f"{', '.join(some)} or {last}" if some else last
