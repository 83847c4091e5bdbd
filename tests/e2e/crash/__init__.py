"""Kills the gateway again and again under load and counts what was lost, sent twice or put out of order."""
