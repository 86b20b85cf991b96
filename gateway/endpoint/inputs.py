"""What a node may say, checked field by field: its machine is not ours to trust."""

from __future__ import annotations

from rest_framework import serializers

from common.api import Strict

from ..lifecycle import Outcome

_DIGEST = r"^([0-9a-f]{64})?\Z"
MOST_PROBES = 20_000
MOST_SIGHTINGS = 2_000


class EnrolIn(Strict):
    """`token`: of `manage.py node add`; `csr`: PKCS#10, PEM."""

    token = serializers.CharField(max_length=100)
    csr = serializers.CharField(max_length=5_000)


class CertificateIn(Strict):
    """`csr`: PKCS#10 of a new key, PEM."""

    csr = serializers.CharField(max_length=5_000)


class WantedIn(Strict):
    """`have`: the version that the node was told of last, `denied`: that of its list of denials; `wait`:
    seconds to hold the answer when it is still those."""

    have = serializers.RegexField(_DIGEST, default="", allow_blank=True)
    denied = serializers.RegexField(_DIGEST, default="", allow_blank=True)
    wait = serializers.IntegerField(min_value=0, max_value=30, default=0)


class ProbeIn(Strict):
    """One handshake that the agent made."""

    host = serializers.CharField(max_length=253)
    what = serializers.CharField(max_length=40)
    expected = serializers.CharField(max_length=100)
    status = serializers.IntegerField(min_value=0, max_value=999)
    reason = serializers.CharField(max_length=500, allow_blank=True)
    milliseconds = serializers.IntegerField(min_value=0, max_value=10**7)
    ok = serializers.BooleanField()
    refused = serializers.BooleanField()


class ProbesIn(Strict):
    """The handshakes on a version that Envoy took."""

    version = serializers.RegexField(_DIGEST)
    probes = ProbeIn(many=True, max_length=MOST_PROBES)


class ReportIn(ProbesIn):
    """What became of a version: `Ack` of the agent."""

    outcome = serializers.ChoiceField(("live", "refused"))
    reason = serializers.CharField(max_length=5_000, allow_blank=True)
    serving = serializers.RegexField(_DIGEST, allow_blank=True)
    seconds = serializers.FloatField(min_value=0, max_value=10**6)
    of_node = serializers.BooleanField()


class DeniedIn(Strict):
    """What became of a list of denials: `DeniedAck` of the agent."""

    version = serializers.RegexField(_DIGEST)
    trouble = serializers.CharField(max_length=500, allow_blank=True)
    milliseconds = serializers.IntegerField(min_value=0, max_value=10**9)


class SightingIn(Strict):
    """Counted calls of one certificate on one host. Agents of older releases tell no `status`."""

    host = serializers.CharField(max_length=253, allow_blank=True)
    fingerprint = serializers.RegexField(_DIGEST, allow_blank=True)
    issuer = serializers.RegexField(_DIGEST, allow_blank=True)
    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField(max_length=200, allow_blank=True)
    subject = serializers.CharField(max_length=5_000, allow_blank=True)
    count = serializers.IntegerField(min_value=1, max_value=2**40)
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()
    status = serializers.IntegerField(min_value=0, max_value=999, default=0)


class SeenIn(Strict):
    """A batch of counts. `batch` names it: sent again, it is not counted again."""

    batch = serializers.RegexField(r"^[0-9a-f]{32}\Z")
    sightings = SightingIn(many=True, max_length=MOST_SIGHTINGS)


class HeartbeatIn(Strict):
    """`serving`: the version that was proved last; `dropped`: what the node could not keep for the portal
    since its last heartbeat, in a sentence, or "". `release` and `form`: of the agent's `release.py`; agents
    of older releases tell neither."""

    serving = serializers.RegexField(_DIGEST, allow_blank=True)
    ready = serializers.BooleanField()
    hosts = serializers.IntegerField(min_value=0, max_value=10**7)
    dropped = serializers.CharField(max_length=300, allow_blank=True)
    release = serializers.CharField(max_length=40, default="")
    form = serializers.IntegerField(min_value=0, max_value=32_767, default=0)
