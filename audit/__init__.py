"""Judging: search and replay, formulas from documents, reports, the command line, pytest."""
