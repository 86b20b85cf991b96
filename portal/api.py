"""The REST API: every app's views under their addresses, and the OpenAPI document about them."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accounts.api.views import AccountView, AuditViewSet, MemberViewSet, ServiceKeyViewSet
from catalog.api.serializers import PRODUCT_STATES, PROXY_STATES
from catalog.api.views import ProductViewSet, ProxyViewSet
from certificates.api.keystores import KeystoreViewSet
from certificates.api.views import ReferenceViewSet, TruststoreViewSet, UploadViewSet, WaiverViewSet
from gateway.api.denials import DenialViewSet
from gateway.api.views import CellView, DeploymentViewSet, NodeViewSet, RolloutViewSet
from incidents.api.quota import QuotaRequestViewSet
from incidents.api.secure import SecureView
from incidents.api.views import IncidentViewSet
from vhosts.api.views import HostRequestViewSet, HostViewSet

# For the OpenAPI document: names of enumerations where that of the field alone would be ambiguous.
OPENAPI: dict[str, Any] = {
    "PREPROCESSING_HOOKS": ["interop.sap.schema.name_the_key"],
    "ENUM_NAME_OVERRIDES": {
        "SapOperation": ["CREATE", "UPDATE", "DELETE"],
        "HostOperation": "vhosts.lifecycle.Operation",
        "AccountRole": "accounts.permissions.Role",
        "EntryRole": ["anchor", "intermediate", "client"],
        "HostRequestStatus": "vhosts.lifecycle.RequestStatus",
        "UploadStatus": "certificates.lifecycle.UploadStatus",
        "DeploymentStatus": "gateway.lifecycle.DeploymentStatus",
        "ProofStatus": "gateway.lifecycle.ProofStatus",
        "RolloutStatus": "gateway.lifecycle.RolloutStatus",
        "BatchStatus": "gateway.lifecycle.BatchStatus",
        "QuotaStatus": "incidents.lifecycle.QuotaStatus",
        "IncidentStatus": "incidents.lifecycle.IncidentStatus",
        "EventKind": "incidents.lifecycle.EventKind",
        "NodeStatus": "gateway.node_health.STATUSES",
        "CertificateKind": ["leaf", "intermediate", "root"],
        "WaiverState": ["in force", "ended", "withdrawn"],
        "ChangeKind": ["new", "changed", "removed"],
        "ServiceKeyStatus": ["active", "revoked"],
        "ProxyState": list(PROXY_STATES),
        "ProductState": list(PRODUCT_STATES),
        "LinkState": ["open", "used", "revoked", "expired"],
        "OpenLinkState": ["open", "used", "expired"],
    },
}

router = SimpleRouter(use_regex_path=False)
router.register("members", MemberViewSet, "api-member")
router.register("service-keys", ServiceKeyViewSet, "api-service-key")
router.register("audit", AuditViewSet, "api-audit")
router.register("hosts", HostViewSet, "api-host")
router.register("host-requests", HostRequestViewSet, "api-host-request")
router.register("truststores", TruststoreViewSet, "api-truststore")
router.register("keystores", KeystoreViewSet, "api-keystore")
router.register("references", ReferenceViewSet, "api-reference")
router.register("uploads", UploadViewSet, "api-upload")
router.register("waivers", WaiverViewSet, "api-waiver")
router.register("proxies", ProxyViewSet, "api-proxy")
router.register("products", ProductViewSet, "api-product")
router.register("deployments", DeploymentViewSet, "api-deployment")
router.register("rollouts", RolloutViewSet, "api-rollout")
router.register("denials", DenialViewSet, "api-denial")
router.register("nodes", NodeViewSet, "api-node")
router.register("quota-requests", QuotaRequestViewSet, "api-quota-request")
router.register("incidents", IncidentViewSet, "api-incident")

urlpatterns = [
    path("", include(router.urls)),
    path("account/", AccountView.as_view({"get": "retrieve", "patch": "partial_update"}), name="api-account"),
    path("cell/", CellView.as_view({"get": "retrieve"}), name="api-cell"),
    path("secure/<str:token>/", SecureView.as_view(), name="api-secure"),
    path("schema/", SpectacularAPIView.as_view(custom_settings=OPENAPI), name="api-schema"),
]
