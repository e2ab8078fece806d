"""Fences cut into complete commands, and templates into their placeholders."""

import pytest

from sirenbook.playbook.templates import placeholders_of
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import Fence


def commands(language: str, text: str) -> list[tuple[str, str]]:
    return [(c.language, c.text) for c in read_commands(Fence(language, text, 1, "p.md"))]


def count(language: str, text: str) -> int:
    return len(commands(language, text))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("# only\n# comments\n", 0),
        ("kubectl get pods\n\nkubectl top pods\n", 2),
        ("# Look first\nGo to Settings > Logs\nFilter by the time of it\nkubectl get pods\n", 1),
        ("kubectl scale deploy/x \\\n  --replicas=3\n", 1),
        ("a | b | c && d\n", 1),
        ("cat x |\n  grep y\n", 1),
        ("cd x &&\nls\n", 1),
        ('psql -c "SELECT 1\n  FROM t;"\n', 1),
        ("python -c '\nimport x\nprint(1)\n'\n", 1),
        ('echo "it\'s"\nls\n', 2),
        ("echo it\\'s\nls\n", 2),
        ('echo "a \\" b"\nls\n', 2),
        ("for p in a b; do\n  kubectl delete pod $p\ndone\nls\n", 2),
        ("if true; then\n  ls\nelse\n  ps\nfi\n", 1),
        ("for p in a b; do ls $p; done\nls\n", 2),
        ("cat > f <<EOF\nline\nkubectl no\nEOF\nls\n", 2),
        ("cat <<'END' | kubectl apply -f -\nkind: x\nEND\n", 1),
        ("cat > page.html << 'END'\n<p>Closed</p>\nEND\n\nnginx -s reload\n", 2),
        ("wc -c <<<'a b'\nls\n", 2),
        ("f() {\n  ls\n}\nf\n", 2),
        ("ls # why\nps\n", 2),
        ("curl 'http://x/#frag'\n", 1),
        ("for p in a b; do\n  if [ $p = a ]; then\n    echo done with $p\n  fi\ndone\nls\n", 2),
        ("f()\n{\n  if true; then\n    ls\n  fi\n}\nf\n", 2),
        ("function f {\n  ls\n}\nf() { ls; }\n", 2),
        ("a=$(\n  ls |\n    head -1\n)\necho $a\n", 2),
        ("list=(\n  a\n  b\n)\necho $((1 << 3))\nls\n", 3),
        ("ls\n  | head\n  && ps\nps\n", 2),
        ("...\nls\n", 1),
        ('curl x\n{"flour": "low"}\n', 1),
        ('curl x\n\nExpected output:\n{\n  "flour": "low",\n  "sacks": 3\n}\n\nls\n', 2),
        ("ls\n# Expected\nHTTP/1.1 200 OK\n", 1),
        ("mill:\n  stones: 2\nls\n", 1),
        ("kubectl get pods\nNAME   READY   STATUS\nmill-1 0/1     Failed\n\nls\n", 2),
        ("ls\nOR\nps\n// or so\n→ the stones turn\n", 2),
        ('"$HOME/grind" --fine\n[ "$a" = b ] && ls\n{\n  ls\n}\nA=1 B="x: y" ls\n', 4),
        (
            "1. Look\n   kubectl get pods\n   Why does it turn?\n2. Mend\n   Do NOT push\n(Wait for it)\nls\n",
            2,
        ),
        ("Option B (5 min): Turn the wheel\nls\nRender --all\n", 2),
        ("await page.load('mill');\nconst a = 1;\nmill.setPace(3);\nls\n", 1),
        ("db.sacks.aggregate([\n  {$sort: {count: -1}}\n])\ndb.sacks.count()\n", 2),
        ("find . -type d -exec chmod 755 {} \\;\nfind . -type f -exec chmod 644 {} \\;\n\\l\n\\dt\n", 4),
        ('1. API of the mill → look\n4. N+1 sacks → count\n"MILL stopped at noon\nls\n', 1),
        ("psql mill\n-- Who waits\nUPDATE sacks\nSET wet = 0;\nSELECT\n  id\nFROM sacks;\nEXPLAIN [query];\n", 4),
    ],
)
def test_shell(text: str, number: int) -> None:
    assert count("bash", text) == number


def test_a_statement_among_shell_commands_is_one_of_sql() -> None:
    pasted = "psql shop\nSELECT id,\n  state\nFROM orders\nWHERE state = 'stuck';\nls\n"
    statement = "SELECT id,\n  state\nFROM orders\nWHERE state = 'stuck';"
    assert commands("bash", pasted) == [("shell", "psql shop"), ("sql", statement), ("shell", "ls")]
    assert commands("bash", "select 1 from t;\nls\n")[0] == ("sql", "select 1 from t;")
    assert commands("bash", "select x in a b; do\n  echo $x\ndone\n")[0][0] == "shell"


def test_prompts_tell_commands_from_output() -> None:
    assert commands("console", "$ df -h\nFilesystem Size\n$ ls\n") == [("shell", "df -h"), ("shell", "ls")]
    listed = "$ docker ps\nNAME    STATUS\nmill-1  Up\n$ docker logs mill-1\n"
    assert commands("console", listed) == [("shell", "docker ps"), ("shell", "docker logs mill-1")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SELECT 1;\nSELECT 2;\n", 2),
        ("SELECT 1", 1),
        ("-- SELECT 1;\n", 0),
        ("/* no; */ SELECT ';' FROM t;\n", 1),
        ("SELECT 'it''s; x';\nSELECT 1;", 2),
        ("DO $$ BEGIN; END $$;", 1),
        ("CREATE FUNCTION f() AS $body$ BEGIN; END; $body$;\nSELECT 1", 2),
        ("# look first; then\nSELECT 1;", 1),
    ],
)
def test_sql(text: str, number: int) -> None:
    assert count("sql", text) == number


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("", "kubectl get pods\nkubectl top pods\n", 2),
        ("", "SELECT 1;\n", 1),
        ("", "sum by (job) (rate(requests_total[5m]))\n", 1),
        ("powershell", "foreach ($s in $all) {\n  Restart-Computer $s\n}\nGet-Date\n", 2),
        ("powershell", "if ($x) {\n  Get-Date\n} else {\n  Get-Item C:\\\n}\n", 1),
        ("powershell", "Get-Item x `\n  -Force\nPS C:\\> Get-Date\n", 1),
        ("powershell", "PS C:\\> Get-Service\nStatus Name\nPS C:\\> Get-Date\n", 2),
        ("", "1. Open PagerDuty\n2. Click\n", 0),
        ("", "Hello [NAME]\n", 0),
        ("yaml", "a: b\n", 0),
        ("json", "{}\n", 0),
        ("python", "import x\nprint(x)\n", 1),
        ("promql", "rate(x[5m])\n  / rate(y[5m])\n\nup == 0\n", 2),
        ("", "┌──┐\n│ a │\n└──┘\n", 0),
    ],
)
def test_other_fences(language: str, text: str, number: int) -> None:
    assert count(language, text) == number


def test_a_page_of_markdown_has_the_commands_of_its_fences() -> None:
    page = Fence(
        "markdown", "# Mill\n\n1. Look:\n   ```sql\n   SELECT 1;\n   ```\n\n```bash\nls\nps\n```\n", 3, "p.md"
    )
    assert [(c.language, c.text, c.line) for c in read_commands(page)] == [
        ("sql", "SELECT 1;", 7),
        ("shell", "ls", 11),
        ("shell", "ps", 12),
    ]


def test_a_command_knows_its_line() -> None:
    fence = Fence("bash", "# first\n\nls\nps\n", 10, "p.md")
    assert [c.line for c in read_commands(fence)] == [12, 13]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello [NAME], see {link} and <time> and {{ id }}", ("NAME", "link", "time", "id")),
        ("- [ ] do\n- [x] done\n", ()),
        ("[docs](https://example.org) and [docs][1]", ()),
        ("[RESOLVED] All is well with [SERVICE]", ("SERVICE",)),
        ("Severity: P{0-3}, cost ${amount}", ("0-3", "amount")),
        ("[A/B/C] or [TIME or \"soon\"]", ("A/B/C", 'TIME or "soon"')),
        ("<br> <a href='x'>x</a> <https://example.org>", ()),
        ("[NAME] [NAME]", ("NAME",)),
        ("[SEV{1-4}] {service}", ("1-4", "service")),
        ("Duration: [X] minutes", ("X",)),
        ("Subject: [P1] down since [TIME]\n[SECURITY UPDATE] [SEV-2 - Incident]", ("TIME", "SEV-2 - Incident")),
    ],
)  # fmt: skip
def test_placeholders(text: str, found: tuple[str, ...]) -> None:
    assert placeholders_of(text) == found


def test_a_products_name_in_a_subject_is_no_placeholder() -> None:
    assert placeholders_of("Subject: [Papaver] Incident on [Date]\n", "Papaver is a bookshop") == ("Date",)
