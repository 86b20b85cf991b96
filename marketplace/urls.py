"""Pages of the app."""

from django.urls import path

from . import views

app_name = "marketplace"
urlpatterns = [
    path("marketplace/", views.products, name="list"),
    path("marketplace/<uuid:uuid>/", views.product, name="product"),
    path("marketplace/<uuid:uuid>/hosts/<uuid:host_uuid>/", views.guide, name="guide"),
    path("marketplace/<uuid:uuid>/hosts/<uuid:host_uuid>/gateway-ca.pem", views.authorities, name="ca"),
]
