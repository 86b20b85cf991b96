"""SAP API Management's wire format for virtual hosts and references, translated onto our services.

Paths, fields, answers and error codes are those of SAP Help (SAP API Management, Cloud Foundry): "Configuring
Mutual TLS for Virtual Host", "Configuring a Default Domain for a Virtual Host", "Working with References".
"""
