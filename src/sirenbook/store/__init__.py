"""PostgreSQL: the only store and the distributed engine. Plain SQL, one function per query, `now` a parameter."""
