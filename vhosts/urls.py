"""Pages of the app."""

from django.urls import URLPattern

app_name = "vhosts"
urlpatterns: list[URLPattern] = []
