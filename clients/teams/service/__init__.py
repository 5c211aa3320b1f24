"""Lasting verbs of teams, one file a subject: each in one transaction with its audit record."""
