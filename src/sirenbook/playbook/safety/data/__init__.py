"""The facts that judgements stand on: a table a program, and what versions of kubectl and PostgreSQL have."""
