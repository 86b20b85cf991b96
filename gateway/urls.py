"""Pages of the app."""

from django.urls import path

from .views import deployments, nodes

app_name = "gateway"
urlpatterns = [
    path("deployments/", deployments.deployments, name="deployments"),
    path("deployments/plan/", deployments.plan, name="plan"),
    path("deployments/<uuid:uuid>/", deployments.deployment, name="deployment"),
    path("deployments/<uuid:uuid>/start/", deployments.start, name="start"),
    path("deployments/<uuid:uuid>/progress/", deployments.progress, name="progress"),
    path("nodes/", nodes.nodes, name="nodes"),
    path("nodes/<uuid:uuid>/", nodes.node, name="node"),
]
