"""Pages of the app."""

from django.urls import URLPattern

app_name = "gateway"
urlpatterns: list[URLPattern] = []
