"""Mounted under /apiportal/. Keys of entities stand in the last path segment, as OData 2.0 writes them."""

from __future__ import annotations

from django.urls import path

from .views import ReferencesView, VirtualHostRequestsView, VirtualHostsView

urlpatterns = [
    path(
        "operations/1.0/Configuration.svc/VirtualHostRequests",
        VirtualHostRequestsView.as_view({"post": "create"}),
        name="sap-host-requests",
    ),
    path(
        "operations/1.0/Configuration.svc/VirtualHostRequests('<uuid:uuid>')",
        VirtualHostRequestsView.as_view({"get": "retrieve"}),
        name="sap-host-request",
    ),
    path("api/1.0/Management.svc/VirtualHosts", VirtualHostsView.as_view({"get": "list"}), name="sap-hosts"),
    path(
        "api/1.0/Management.svc/CertificateStoreReferences",
        ReferencesView.as_view({"get": "list", "post": "create"}),
        name="sap-references",
    ),
    path(
        "api/1.0/Management.svc/CertificateStoreReferences('<str:name>')",
        ReferencesView.as_view({"put": "update", "delete": "destroy"}),
        name="sap-reference",
    ),
]
