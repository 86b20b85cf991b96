"""What gunicorn serves to remote nodes, with portal/node_gunicorn.py as its configuration."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.node_endpoint"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
