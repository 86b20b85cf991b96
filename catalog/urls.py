"""Pages of the app."""

from django.urls import URLPattern

app_name = "catalog"
urlpatterns: list[URLPattern] = []
