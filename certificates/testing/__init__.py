"""Certificates for tests, built in code: no PEM in the tree, nothing to renew."""
