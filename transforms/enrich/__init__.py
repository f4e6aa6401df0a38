"""Entities and topics, on stories only."""
