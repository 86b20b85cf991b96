"""What the tests of waivers share: a CA whose key is of a kind that only policy minds, and its client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from accounts.actors import Actor
from certificates.models import Certificate, Upload, Waiver
from certificates.pki.certificate import Certificate as Parsed
from certificates.pki.roles import Role
from certificates.services import uploads, waivers
from certificates.services.known import remember
from certificates.services.truststores import NewEntry
from certificates.standing import Standing, standing_of
from certificates.testing.builder import Identity, ec_key, make

NOW = datetime.now(UTC).replace(microsecond=0)
SPAN = {"start": NOW - timedelta(days=30), "end": NOW + timedelta(days=200)}
NEEDLESS_CA = make(
    "Harbour Edwards CA", key=ed25519.Ed25519PrivateKey.from_private_bytes(b"7" * 32), ca=True, **SPAN
)
CLIENT = make("edwards.partner.example", NEEDLESS_CA, **SPAN)
# The gateway cannot check what a key on this curve signed, so no waiver helps.
UNUSABLE_CA = make("Harbour Brainpool CA", key=ec_key(7, ec.BrainpoolP256R1()), ca=True, **SPAN)
SHUT_OUT = make("brainpool.partner.example", UNUSABLE_CA, **SPAN)
REASON = "They renew their CA in spring."


def certificate_of(owner: Actor, identity: Identity) -> Certificate:
    """The account's row for a certificate."""
    return remember(owner.account, Parsed.from_der(identity.der))


def sent(owner: Actor, *identities: Identity) -> Upload:
    """An upload of these certificates, judged now."""
    files = [("sent.pem", "".join(identity.pem for identity in identities).encode())]
    upload = uploads.receive(account=owner.account, sender="Partner", files=files)
    uploads.judge_upload(upload=upload, at=NOW)
    upload.refresh_from_db()
    return upload


def stands(upload: Upload, at: datetime = NOW) -> Standing:
    """Where the upload stands at the moment, whatever is held of it in memory."""
    return standing_of(Upload.objects.get(pk=upload.pk), at)


def waived(owner: Actor, identity: Identity = NEEDLESS_CA, **changes: object) -> Waiver:
    """A waiver for 30 days of the certificate's key."""
    details = {
        "certificate": certificate_of(owner, identity),
        "code": "CA_KEY_TYPE",
        "reason": REASON,
        "until": (NOW + timedelta(days=30)).date(),
        "at": NOW,
    }
    return waivers.grant(actor=owner, **(details | changes))


def anchored(owner: Actor, identity: Identity = NEEDLESS_CA) -> NewEntry:
    """An entry that lets in whomever the CA issues for."""
    return NewEntry(certificate_of(owner, identity), Role.ANCHOR)
