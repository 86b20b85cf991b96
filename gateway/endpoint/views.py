"""The answers of the node endpoint. Each view takes what `inputs` has checked and calls one service."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import refuse_large_body
from common.errors import NotFound

from .. import delivery, denials, denied_lists, fleet, node_ca, node_health, services, sightings
from ..agent.release import FORM, RELEASE
from ..agent.seen import Sighting
from ..models import Node
from .identity import IsNode, NodeCertificate
from .inputs import CertificateIn, DeniedIn, EnrolIn, HeartbeatIn, ProbesIn, ReportIn, SeenIn, WantedIn
from .watch import WATCH


class NodeView(APIView):
    """A view that only a node with its certificate gets an answer of."""

    authentication_classes: tuple[type, ...] = (NodeCertificate,)
    permission_classes: tuple[type, ...] = (IsNode,)
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who it is comes first; then a body that is too large is refused unread."""
        super().initial(request, *args, **kwargs)
        refuse_large_body(request)

    @property
    def node(self) -> Node:
        """Who calls."""
        return self.request.auth

    def given(self, kind: type[serializers.Serializer], data: Any = None) -> dict[str, Any]:
        """The checked input. Raises ValidationError naming the fields that do not fit."""
        form = kind(data=self.request.data if data is None else data)
        form.is_valid(raise_exception=True)
        return form.validated_data


class Enrol(NodeView):
    """The one view without a certificate: a one-time token and a request become the first certificate."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """`certificate` (PEM), and the node's `name` and `uuid`."""
        refuse_large_body(request)
        asked = self.given(EnrolIn)
        node, signed = fleet.enrol(token=asked["token"], csr_pem=asked["csr"], at=timezone.now())
        body = {"certificate": signed.pem, "name": node.name, "uuid": str(node.uuid)}
        return Response(body | {"node_ca": node_ca.certificate_pem()}, status=201)


class Certificate(NodeView):
    """Renewal, over the certificate that is still good."""

    def post(self, request: Request) -> Response:
        """`certificate` (PEM)."""
        signed = fleet.renew(node=self.node, csr_pem=self.given(CertificateIn)["csr"])
        return Response({"certificate": signed.pem}, status=201)


class WantedView(NodeView):
    """What the node shall serve."""

    def get(self, request: Request) -> Response:
        """The list of parts and that of denials, or 204 when both are what the node has."""
        asked = self.given(WantedIn, request.query_params.dict())
        has = (asked["have"], asked["denied"])
        wanted, denied = delivery.wanted_of(self.node), denied_lists.list_for(self.node)
        if asked["wait"] and all(has) and (wanted.version, denied.version) == has:
            WATCH.wait(self.node.pk, has, asked["wait"])
            node = self._still_there()
            wanted, denied = delivery.wanted_of(node), denied_lists.list_for(node)
        if (wanted.version, denied.version) == has:
            return Response(status=204)
        offered = (self.node.wanted_version, self.node.denied_version)
        if (wanted.version, denied.version) != offered:  # what was committed and not yet offered
            delivery.hand_over(self.node)
        told = {"version": wanted.version, "denied": denied.to_json(), "form": FORM, "release": RELEASE}
        return Response(wanted.to_json() | told)

    def _still_there(self) -> Node:
        """The node, looked up again: it may have been retired or changed while it waited."""
        _, node = NodeCertificate().authenticate(self.request)
        return node


class PartView(NodeView):
    """A part, with private keys in it."""

    def get(self, request: Request, digest: str) -> HttpResponse:
        """Only what this node is to hold; anything else looks absent."""
        if digest not in delivery.wanted_of(self.node).digests:
            raise NotFound("part")
        text = delivery.part_named(digest).revealed()
        return HttpResponse(text, content_type="application/json", headers={"Cache-Control": "no-store"})


class Probes(NodeView):
    """Envoy took a version and was called by real clients."""

    def post(self, request: Request) -> Response:
        """204."""
        asked = self.given(ProbesIn)
        if asked["probes"]:
            services.acknowledged(node=self.node, version=asked["version"], at=timezone.now())
        return Response(status=204)


class Reports(NodeView):
    """A version was proved, or refused with the reason."""

    def post(self, request: Request) -> Response:
        """204."""
        asked, now = self.given(ReportIn), timezone.now()
        about = {"node": self.node, "version": asked["version"], "at": now}
        probes = [dict(probe) for probe in asked["probes"]]
        if asked["outcome"] == "live":
            services.proven(**about, probes=probes)
        else:
            services.refused(**about, probes=probes, reason=asked["reason"], of_node=asked["of_node"])
        return Response(status=204)


class DeniedView(NodeView):
    """The list of denials is in force, or why not."""

    def post(self, request: Request) -> Response:
        """204."""
        denials.answered(node=self.node, at=timezone.now(), **self.given(DeniedIn))
        return Response(status=204)


class SeenView(NodeView):
    """What the node saw, counted."""

    def post(self, request: Request) -> Response:
        """204, also for a batch that was counted before."""
        asked = self.given(SeenIn)
        seen = [
            Sighting(**item | {"first": item["first"].isoformat(), "last": item["last"].isoformat()})
            for item in asked["sightings"]
        ]
        sightings.add_batch(node=self.node, batch=asked["batch"], seen=seen)
        return Response(status=204)


class Heartbeat(NodeView):
    """The node is there."""

    def post(self, request: Request) -> Response:
        """204."""
        asked, node = self.given(HeartbeatIn), self.node
        about = {name: asked[name] for name in ("serving", "ready", "release", "form")}
        now, serving = timezone.now(), asked["serving"]
        node_health.heard_from(node=node, at=now, **about)
        if serving and delivery.is_waited_for(node, serving):
            # A deployment that changes nothing: the node proved this version before, and is told no news.
            services.proven(node=node, version=serving, probes=[], at=now)
        if asked["dropped"]:
            node_health.note(node, "dropped", asked["dropped"])
        return Response(status=204)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """The problem document for every address that is none, and for what went wrong here."""
    status = 404 if exception is not None else 500
    code, detail = (
        ("not_found", "There is nothing here.") if status == 404 else ("failed", "Try again later.")
    )
    body = {"type": f"urn:countersign:problem:{code}", "status": status, "code": code, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
