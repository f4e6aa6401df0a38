"""Parsed items become items: times, datelines, bylines, revision markers, language."""
