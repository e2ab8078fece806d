"""The codes of what is asked and run: SQL, HTTP, PromQL, code."""

from sirenbook.playbook.codes.code import Code

QUERIES = {
    "SB441": Code(
        "a column that PostgreSQL does not have",
        "error",
        "The query fails when it is needed; a warning if only some versions have the column.",
        "Write the column that the supported versions have.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT query, mean_time FROM pg_stat_statements LIMIT 5;
```
""",
    ),
    "SB442": Code(
        "a query without its database",
        "error",
        "Without `-d` it asks the database `postgres`, which has no such table.",
        "Add `-d` with the database.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
psql -h db.shop.example -U postgres -c "SELECT count(*) FROM orders;"
```
""",
    ),
    "SB443": Code(
        "locks that are matched by their type alone",
        "error",
        "It names sessions that block nobody, and somebody ends them.",
        "Use `pg_blocking_pids(pid)`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT a.pid, b.pid FROM pg_locks a JOIN pg_locks b ON a.locktype = b.locktype WHERE NOT a.granted;
```
""",
    ),
    "SB444": Code(
        "a table's name pasted together",
        "error",
        "One table with a capital letter in its name ends the whole query.",
        "Use `format('%I.%I', schemaname, tablename)::regclass`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT pg_relation_size(schemaname||'.'||tablename) FROM pg_tables;
```
""",
    ),
    "SB445": Code(
        "sessions of everybody are ended",
        "warning",
        "Other databases lose theirs too, and the replication stops.",
        "Add `datname = current_database() AND backend_type = 'client backend'`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle';
```
""",
    ),
    "SB446": Code(
        "a query in SQL that cannot be parsed",
        "warning",
        "The database will most likely refuse it.",
        "Run it once on a database of your version.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
SELECT count(* FROM orders;
```
""",
    ),
    "SB447": Code(
        "a reader with all rights",
        "note",
        "A slip of the hand may do anything.",
        "Use a role of its own, a member of `pg_monitor`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
psql -h db -d shop -U postgres -c "SELECT count(*) FROM pg_stat_activity;"
```
""",
    ),
    "SB448": Code(
        "a change that may change nothing",
        "note",
        "A wrong key changes no row, and the database says that all is well.",
        "Add `RETURNING` with the key.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```sql
UPDATE keys SET revoked = true WHERE id = 7;
```
""",
    ),
    "SB450": Code(
        "a backup restored over what is there",
        "error",
        "Tables without a key get every row twice, the others fail.",
        "Restore into an empty database, or add `--clean --if-exists --single-transaction`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
pg_restore -d shop /backups/latest.dump
```
""",
    ),
    "SB461": Code(
        "an address that curl changes",
        "error",
        "curl takes `{…}` and `[…]` for lists: the server gets another query.",
        "Add `-g`, or `--data-urlencode 'query=…' -G`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl -fsS --max-time 5 "http://prometheus:9090/api/v1/query?query=up{job=\\"shop\\"}"
```
""",
    ),
    "SB462": Code(
        "a check that cannot fail",
        "error",
        "curl ends well on an error 500 too, so the check passes on a broken service.",
        "Add `-f`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl https://shop.example/health
```
""",
    ),
    "SB463": Code(
        "a wait without an end",
        "note",
        "A server that accepts and never answers holds the step for minutes.",
        "Add `--max-time 10`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl -f https://shop.example/health
```
""",
    ),
    "SB464": Code(
        "a failure without words",
        "note",
        "`-s` alone hides why a call failed.",
        "Write `-sS`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl -fs --max-time 5 https://shop.example/health
```
""",
    ),
    "SB465": Code(
        "a query that Prometheus cannot parse",
        "error",
        "Prometheus answers “bad data” when it is asked at night.",
        "Try the query in Prometheus.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```promql
rate(http_requests_total)
```
""",
    ),
    "SB466": Code(
        "a counter as it is",
        "warning",
        "It counts since the process began: it is large on a good day, and zero after a crash.",
        "Write `rate(…[5m])` or `increase(…[5m])`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```promql
http_errors_total
```
""",
    ),
    "SB471": Code(
        "a check that swallows its faults",
        "error",
        "Every fault is caught and printed; the step succeeds whatever happens.",
        "Let the fault through, or end with `sys.exit(1)`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
python -c "
try:
    open('/run/shop.pid')
except Exception as fault:
    print(fault)
"
```
""",
    ),
    "SB472": Code(
        "an answer that is thrown away",
        "warning",
        "The check's answer is not looked at: it succeeds even when it says no.",
        "Print the answer, and exit by it.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
python -c "from shop import check_database; check_database()"
```
""",
    ),
    "SB473": Code(
        "code that nobody knows",
        "note",
        "What it does cannot be told from here, so it waits for an approval each time.",
        "Nothing to mend.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
shopctl warm-up
```
""",
    ),
    "SB474": Code(
        "code in Python that cannot be parsed",
        "error",
        "It ends with a SyntaxError.",
        "Mend the code.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
python -c "print(1"
```
""",
    ),
    "SB491": Code(
        "a statement that a real database refuses",
        "error",
        "It was asked by `lint --against DSN`, parsed the statement, and said no.",
        "Mend the statement, or name the database that it is for.",
        """\
## Runbooks

### Shop is slow

```sql
SELECT count(*) FROM orders_of_another_database;
```
""",
    ),
    "SB492": Code(
        "a command that a real cluster refuses",
        "error",
        "It was asked by `lint --against-cluster CONTEXT`, by the right that it needs or a dry run, and said no.",
        "Mend the names in the command, or give the role the right that it needs.",
        """\
## Runbooks

### Shop is slow

```bash
kubectl scale deployment/renamed-last-month --replicas=3 -n shop
```
""",
    ),
}
