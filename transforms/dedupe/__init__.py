"""Copies, revisions and look-alikes: which items are one story."""
