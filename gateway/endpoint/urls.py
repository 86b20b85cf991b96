"""Every address of the node endpoint."""

from django.urls import path

from . import views

urlpatterns = [
    path("node/enrol", views.Enrol.as_view()),
    path("node/certificate", views.Certificate.as_view()),
    path("node/wanted", views.WantedView.as_view()),
    path("node/parts/<str:digest>", views.PartView.as_view()),
    path("node/reports", views.Reports.as_view()),
    path("node/probes", views.Probes.as_view()),
    path("node/denied", views.DeniedView.as_view()),
    path("node/seen", views.SeenView.as_view()),
    path("node/heartbeat", views.Heartbeat.as_view()),
]

handler400 = handler403 = handler404 = handler500 = "gateway.endpoint.views.nothing_here"
