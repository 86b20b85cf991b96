"""Pages of the app."""

from django.urls import path

from .views import denials, deployments, nodes, rollouts, starting

app_name = "gateway"
urlpatterns = [
    path("deployments/", deployments.deployments, name="deployments"),
    path("deployments/plan/", deployments.plan, name="plan"),
    path("deployments/<uuid:uuid>/", deployments.deployment, name="deployment"),
    path("deployments/<uuid:uuid>/start/", starting.start, name="start"),
    path("deployments/<uuid:uuid>/unschedule/", starting.unschedule, name="unschedule"),
    path("deployments/<uuid:uuid>/continue/", starting.go_on, name="go_on"),
    path("deployments/<uuid:uuid>/take-back/", starting.take_back, name="take_back"),
    path("deployments/<uuid:uuid>/roll-back/", starting.roll_back, name="roll_back"),
    path("deployments/<uuid:uuid>/progress/", deployments.progress, name="progress"),
    path("rollouts/", rollouts.list_, name="rollouts"),
    path("rollouts/new/", rollouts.new, name="rollout_new"),
    path("rollouts/<uuid:uuid>/", rollouts.rollout, name="rollout"),
    path("rollouts/<uuid:uuid>/progress/", rollouts.progress, name="rollout_progress"),
    path("rollouts/<uuid:uuid>/pause/", rollouts.pause, name="rollout_pause"),
    path("rollouts/<uuid:uuid>/resume/", rollouts.resume, name="rollout_resume"),
    path("rollouts/<uuid:uuid>/stop/", rollouts.stop, name="rollout_stop"),
    path("rollouts/<uuid:uuid>/republish/", rollouts.republish, name="rollout_republish"),
    path("denials/", denials.denial_list, name="denials"),
    path("denials/new/", denials.new, name="deny"),
    path("denials/<uuid:uuid>/lift/", denials.lift, name="denial_lift"),
    path("nodes/", nodes.nodes, name="nodes"),
    path("nodes/<uuid:uuid>/", nodes.node, name="node"),
]
