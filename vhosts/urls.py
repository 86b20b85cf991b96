"""Pages of the app."""

from django.urls import path

from . import views

app_name = "vhosts"
urlpatterns = [
    path("hosts/", views.hosts, name="list"),
    path("hosts/request/", views.request_host, name="request"),
    path("hosts/<uuid:uuid>/", views.host, name="detail"),
    path("hosts/<uuid:uuid>/change/", views.change_host, name="change"),
    path("hosts/<uuid:uuid>/switch-off/", views.switch_off, name="switch_off"),
    path("hosts/<uuid:uuid>/delete/", views.delete_host, name="delete"),
    path("host-requests/", views.host_requests, name="requests"),
    path("host-requests/<uuid:uuid>/", views.host_request, name="host_request"),
]
