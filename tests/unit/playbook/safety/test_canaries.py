"""What is judged to only read is really run beside canaries: a folder's files and a database stay as they are."""

import hashlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sirenbook.model.judgement import WITHHELD
from sirenbook.playbook.safety import bind, judge

BASH = shutil.which("bash")

HARMLESS = (
    [
        "cat canary",
        "grep -n a canary",
        "sort canary",
        "head -2 canary",
        "echo hello",
        "wc -l canary",
        "ls -la",
        "date -u",
    ]
    + ["sed -n 1,2p canary", "awk '{print $1}' canary", "find . -name canary", "uniq canary", "cut -d: -f1 canary"]
    + [
        "base64 canary",
        "tr a b",
        "git log --oneline",
        "openssl version",
        "jq .",
        "sha256sum canary",
        "timeout 2 cat canary",
    ]
)
HARMFUL = (
    [
        "sort -o canary canary",
        "tee canary",
        "rm canary",
        "sed -i s/a/b/ canary",
        "sed 'w canary' other",
        "find . -delete",
    ]
    + [
        "awk '{print > \"canary\"}' other",
        "truncate -s0 canary",
        "cp other canary",
        "dd if=other of=canary",
        "touch new",
    ]
    + [
        "git init -q",
        "uniq other canary",
        "xargs rm",
        "sh -c 'echo x > canary'",
        "bash",
        'python3 -c \'open("canary","w")\'',
    ]
    + [
        "openssl genrsa -out canary 512",
        "base64 -d >canary",
        "sed -n '1e touch new' other",
        "sed 's/a/touch new/e' other",
    ]
    + [
        "find . -name other -exec rm {} +",
        "find . -fprint canary",
        "sort --output canary other",
        "split other",
        "env touch new",
    ]
    + [
        "nohup touch new",
        "timeout 1 touch new",
        "awk 'BEGIN{system(\"touch new\")}'",
        "less -o canary other",
        "tree -o canary",
    ]
    + ["curl -o canary file:///etc/hostname", "git log --output=canary", "jq -n 'input' > canary", "date -f other"]
)
GLUE = [
    " | ",
    " && ",
    " || ",
    " ; ",
    "\n",
    " & ",
    " > canary ",
    " >> canary ",
    " 2> canary ",
    " # ",
    " \\\n",
    " 2>&1 | ",
]
GLUE += [
    " $(",
    ") ",
    " `",
    "` ",
    " <<E\n",
    "\nE\n",
    " -o ",
    " -i ",
    " ' ",
    ' " ',
    " 2>/dev/null | ",
    " | tee ",
    " canary",
    " {",
    " }",
]


def folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in (("canary", "a:1\nb:2\nc:3\n"), ("other", "a\nb\nb\n")):
        (path / name).write_text(text)
    return path


def state(path: Path) -> list[tuple[str, str, int]]:
    """Every file with its contents' sum and its rights."""
    found = []
    for file in sorted(path.rglob("*")):
        text = file.read_bytes() if file.is_file() else b""
        found.append((str(file.relative_to(path)), hashlib.sha256(text).hexdigest(), file.stat().st_mode))
    return found


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from([*HARMLESS, *HARMLESS, *HARMFUL]), st.sampled_from(GLUE)), min_size=1, max_size=4
    ),
    st.sampled_from(["", "", "cat $x", "sort other $x canary", "$x other", "sort other ${x}canary"]),
)
def test_whatever_only_reads_leaves_the_files_alone(
    tmp_path: Path, parts: list[tuple[str, str]], looped: str
) -> None:
    text = "".join(piece + glue for piece, glue in parts)
    if looped:
        text = f"for x in canary -o; do {text}\n {looped}; done"
    judged = judge(text)
    if judged.risk != "reads" or set(judged.flags) & WITHHELD or judged.parameters:
        return
    place = folder(tmp_path / "run")
    before = state(place)
    environment = {"PATH": os.environ["PATH"], "HOME": str(place), "LC_ALL": "C.UTF-8"}
    assert BASH
    subprocess.run(
        [BASH, "--norc", "-c", text], cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=20, check=False,
    )  # fmt: skip
    assert state(place) == before, text


@pytest.mark.parametrize("harmful", HARMFUL)
def test_nothing_that_harms_is_ever_called_reading(harmful: str) -> None:
    pairs = itertools.product(HARMLESS, (" | ", " && ", " || ", " ; ", "\n", " & ", " > ", " >> ", " <<E\n"))
    for harmless, glue in pairs:
        for text in (harmless + glue + harmful, harmful + glue + harmless):
            assert judge(text).risk != "reads", text


UNKNOWN = [
    "frobnicate",
    "./x",
    "/tmp/kubectl get pods",
    "$TOOL get",
    "kubectl frob",
    "python x.py",
    "A=b cat x",
    "kubectl apply -f x",
]
UNKNOWN += [
    "psql -f x",
    "psql -c '\\! id'",
    "curl -d a http://x",
    "kubectl exec p -- frob",
    "sh -c frob",
    "<tool> x",
    "sudo cat x",
]


@given(
    st.lists(st.sampled_from(HARMLESS), max_size=3),
    st.sampled_from(UNKNOWN),
    st.sampled_from([" | ", " && ", "; ", "\n", " || "]),
)
def test_no_composition_with_anything_unknown_reads(known: list[str], unknown: str, glue: str) -> None:
    for place in range(len(known) + 1):
        text = glue.join([*known[:place], unknown, *known[place:]])
        assert judge(text).risk != "reads", text
        quoted = text.replace("'", "'\\''")
        assert judge(f"for x in a b; do\n{text}\ndone").risk != "reads", text
        assert judge(f"for x in a b; do {text}; echo $x; done; ls").risk != "reads", text
        assert judge(f"sh -c '{quoted}'").risk != "reads", text
        assert judge(f"kubectl exec web -- sh -c '{quoted}'").risk != "reads", text


SQL_READS = (
    [
        "select 1",
        "select * from canary",
        "select count(*) from canary",
        "select now(), version()",
        "select pg_size_pretty(1::bigint)",
    ]
    + ["with a as (select 1 as x) select x from a", "select * from canary where name = 'a'", "show work_mem"]
    + ["explain select * from canary", "explain analyze select 1", "select pg_database_size(current_database())"]
)
SQL_PIECES = (
    r"""
nextval('s')
setval('s', 99)
lo_create(4711)
set_config('work_mem', '9MB', false)
pg_notify('a','b')
query_to_xml('delete from canary',true,true,'')
"pg_advisory_lock"(1)
pg_catalog.nextval('s')
wipe()
public.wipe()
wipe ()
wipe/**/()
U&"w\0069pe"()
(select wipe())
E'\''
'\'
$$a$$
$a$ $a$
1
*
'a'
'it''s'
"name"
canary
from canary
 where
for update
into t2
--
/*
*/
;
delete from canary
insert into canary values ('x')
update canary set name='x'
drop table canary
truncate canary
with x as (delete from canary returning *) select * from x
create table t2()
copy canary to '/dev/null'
do $$begin end$$
explain analyze
explain
select
,
(
)
 union
call p()
begin
commit
prepare x as select 1
count
coalesce
case when wipe() is null then 1 end
order by wipe()
limit 1
' || wipe() || '
e'\' || wipe() --'
""".strip("\n").split("\n")
    + ["\n"]
)


@pytest.fixture
def canary(empty_database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of a superuser to a database with a table, a sequence and a function that harms."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(
            "create table canary (name text); insert into canary values ('a'), ('b'); create sequence s"
        )
        connection.execute(
            "create function wipe() returns int language sql volatile as $$delete from canary; select 1$$;"
            "create procedure p() language sql as $$delete from canary$$"
        )
        connection.prepare_threshold = None
        connection.execute("set statement_timeout = '2s'")
        yield connection


def kept(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    """All of the database that a statement could change."""
    return connection.execute(
        "select (select string_agg(name, ',' order by name) from canary), (select last_value from s),"
        " (select is_called from s), (select count(*) from pg_class),"
        " (select count(*) from pg_largeobject_metadata),"
        " (select count(*) from pg_proc), current_setting('work_mem'), (select count(*) from pg_roles),"
        " (select count(*) from pg_locks where locktype = 'advisory'),"
        " (select count(*) from pg_prepared_statements)"
    ).fetchone()


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["", *SQL_READS]),
    st.lists(st.sampled_from(SQL_PIECES), max_size=6),
    st.sampled_from([" ", "", ", "]),
)
def test_sql_that_only_reads_leaves_the_database_alone(
    canary: psycopg.Connection[tuple[object, ...]], begin: str, pieces: list[str], glue: str
) -> None:
    text = begin + glue + glue.join(pieces)
    judged = judge(text, "sql")
    if judged.risk != "reads" or "commented" in judged.flags:
        return
    before = kept(canary)
    try:
        canary.execute(text.encode(), prepare=False)
    except psycopg.Error:
        canary.execute("rollback") if canary.info.transaction_status else None
    assert kept(canary) == before, text


@pytest.mark.parametrize("text", SQL_READS)
def test_plain_queries_read(text: str) -> None:
    judged = judge(text, "sql")
    assert judged.risk == "reads", judged.reasons
    assert judged.plan is not None


@pytest.mark.parametrize(
    "text",
    [
        "select pg_terminate_backend(1)",
        "select pg_read_file('/etc/passwd')",
        "select pg_reload_conf()",
        "checkpoint",
    ]
    + [
        "copy (select 1) to program 'id'",
        "select * from canary for update",
        "select 1 into t",
        "set work_mem='9MB'",
    ]
    + [
        "select nextval('s')",
        "select dblink('x','delete from a')",
        "cluster canary",
        "notify a",
        "discard all",
        "begin",
    ]
    + [
        "explain analyze delete from canary",
        "select lo_import('/etc/passwd')",
        "select 1; drop table canary",
        "vacuum",
    ]
    + [
        "with x as (update canary set name='b' returning 1) select * from x",
        "select query_to_xml('a',true,true,'')",
    ]
    + [
        "select set_config('a','b',false)",
        "select pg_sleep(100)",
        "select database_to_xml(true,true,'')",
        "call p()",
    ]
    + [
        "select pg_ls_dir('.')",
        "select pg_switch_wal()",
        "select txid_current()",
        "lock table canary",
        "do 'begin end'",
    ],
)
def test_a_select_is_no_proof(text: str) -> None:
    assert judge(text, "sql").risk != "reads"
    assert judge(f'psql -c "{text}"').risk != "reads"


def test_a_bound_statement_is_taken_by_the_database(canary: psycopg.Connection[tuple[object, ...]]) -> None:
    asked = judge("select count(*) from canary where name = '{name}' or name like '%{part}%'", "sql")
    bound = bind(asked, {"name": "a", "part": "b"})
    assert bound.run is not None and bound.run.statement is not None
    found = canary.execute(bound.run.statement.text.encode(), dict(bound.run.values)).fetchone()
    assert found == (2,)
