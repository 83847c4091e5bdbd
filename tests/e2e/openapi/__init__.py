"""Requests made from the OpenAPI pages a running gateway serves, and its answers held against the same pages."""
