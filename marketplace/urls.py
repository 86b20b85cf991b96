"""Pages of the app."""

from django.urls import URLPattern

app_name = "marketplace"
urlpatterns: list[URLPattern] = []
