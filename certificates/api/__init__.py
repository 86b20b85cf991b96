"""REST API of truststores, references and uploads."""
