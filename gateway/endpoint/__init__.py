"""What remote nodes speak to: a process, a port and addresses of their own, over mutual TLS.

Served by portal/node_wsgi.py; nothing else of the portal is reachable there.
"""
