"""Markdown as a document: sections, blocks, tables and drawings, each with its line."""
