"""What the strict reader accepts, bash reads the same: checked against bash itself."""

import os
import shutil
import subprocess
import time
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sirenbook.model.judgement import Plan, Word
from sirenbook.playbook.safety import judge, shell
from sirenbook.playbook.safety.shell import Unreadable, read

BASH = shutil.which("bash")
VALUES = {"A": "one", "B_2": "two-2"}
SEEN = "DEFGH"
HANDLER = 'command_not_found_handle() { printf \'%s\\0\' "$@" "$D" "$E" "$F" "$G" "$H" $\'\\1\' >&9; }; '
"""One write for each program: those of a pipe run side by side, and must not write into each other's words."""

ACCEPTED = [
    "zz a b",
    "zz 'a b' \"c d\" e\\ f",
    "zz a\\\n b",
    "zz 'it'\\''s'",
    'zz "a\\"b" "\\$A" "$A" $A ${B_2}x',
    "zz a | yy b | xx c",
    "zz a && yy b ; xx c",
    "zz a # comment",
    "# first\nzz a\n\nyy b\n",
    "zz 2>/dev/null a",
    "zz a 2>&1 | yy",
    "zz >&2 a",
    "zz a=b c==d --x=$A",
    "zz a#b",
    "zz '' \"\"",
    "zz a\tb",
    "zz http://h/p?x=1",
    "zz {1}b x{ }y",
    "zz a <<'E'\nbody $X\nE\nyy b",
    "zz a <<-E\n\tbody\n\tE",
    "zz 1 2 3",
    "zz -- -x",
    "zz $",
    "zz a$ b",
    'zz "a$"',
    "zz a &>/dev/null",
    "zz HEAD~1",
    "zz %s ^a @b ,c +d",
    'zz "a\\\nb" c',
    "zz é ü",
    "zz </dev/null a",
    "D=b zz a",
    "D=b E='c d' F=\"$A x\" G= zz a | H=1 yy",
    "D=$A zz D=b",
    "zz ${A}\\\nB $A\\\n-b $A\\\n b",
]
ACCEPTED += [
    "for x in a b; do zz $x; done",
    "for x in a b\ndo\n  zz -n $x 'it: $x' \"as $x ${x}s\"\n  yy $x | zz\ndone",
    "for NS in one two ; do zz $NS && yy ${NS}-1 ; done # both",
    "for x in c=d -e f.g:1; do $x zz; D=a/$x zz; done",
    "for x in a b; do for y in 1 2; do zz $x$y; done; yy $x; done; zz",
    "for x in a; do zz $x; done; for x in b; do yy $x; done",
    "for x in a b; do zz <<E $x\n1\nE\ndone",
    "zz; for x in 'a' \"b\"; do zz for do done $x; done",
]


REFUSED = [
    "zz $(id)",
    "zz `id`",
    "zz > f",
    "zz >> f",
    "zz < f",
    "zz 2> f",
    "zz &",
    "zz |& yy",
    "(zz)",
    "{ zz; }",
    "if zz; then a; fi",
    "for x in $A; do zz $x; done",
    "for x in a b*; do zz $x; done",
    "for x in {1..3}; do zz $x; done",
    "for x in $(id); do zz $x; done",
    "for x in <pod>; do zz $x; done",
    "for x in 'a b'; do zz $x; done",
    "for x in ''; do zz $x; done",
    "for x in; do zz; done",
    "for x; do zz; done",
    "for PATH in a; do zz; done",
    "for RANDOM in a; do zz $RANDOM; done",
    "for https_proxy in a; do zz; done",
    "for ((i=0; i<3; i++)); do zz; done",
    "for x in a; do zz; done | yy",
    "for x in a; do zz; done > f",
    "for x in a; do zz; done && yy",
    "for x in a; do zz; done &",
    "yy && for x in a; do zz; done",
    "yy | for x in a; do zz; done",
    "for x in a; do zz &&\ndone",
    "for x in a; do done",
    "for x in a; do ; done",
    "for x in a; do zz; done yy",
    "for x in a; zz; done",
    "for x in a; do zz",
    "zz; done",
    "for x in a; do zz; done; yy $x",
    "for x in a; do for x in b; do zz; done; yy $x; done",
    "for x in a; do zz <<E; done\nE",
    "for x in a; do while yy; do zz; done; done",
    "for w in a; do for x in a; do for y in a; do for z in a; do zz; done; done; done; done",
    "for x in " + "a " * 61 + "; do zz $x; done",
    "zz *",
    "zz a?",
    "zz [ab]",
    "zz {a,b}",
    "zz {1..3}",
    "zz ~",
    "zz x=~/a",
    "D=b",
    "D=b E=c",
    "D=b | zz",
    "D+=b zz",
    "D[0]=b zz",
    "D\\=b zz",
    "D=~ zz",
    "D=$(id) zz",
    "D=b if zz",
    "zz $1",
    "zz $?",
    "zz $$",
    "zz ${A:-x}",
    "zz ${A#x}",
    "zz $((1))",
    "zz $'a'",
    'zz $"a"',
    "zz <(id)",
    "zz >(id)",
    "zz <<< a",
    "zz << E\n$A\nE",
    "zz << E\nno end",
    "! zz",
    "time zz",
    "zz() { a; }",
    "zz ;; a",
    "zz 'a",
    'zz "a',
    "zz \\",
    "zz a;;b",
    "zz &&",
    "| zz",
    "zz | | a",
    "",
    "#",
    "zz\0a",
    "zz\ra",
    "zz \x1b[0m",
    "zz 3>/dev/null",
    "zz >|f",
    "zz <>f",
    "zz a(b)",
    "[[ a ]]",
    "zz 2>&1x",
    "a\\\n=b zz",
    "zz >&-",
    "zz 2>/dev/nullx",
    "zz 2>/dev/null/../x",
    "zz\u2028a",
    "zz $A\\\nB",
    'zz "$A\\\n\\\n_2"',
    "for x in a; do zz $x\\\ny; done",
]


def filled(word: Word) -> str:
    return "".join(p if isinstance(p, str) else VALUES[p.name] for p in word.parts)


def expected(plan: Plan) -> Counter[tuple[str, ...]]:
    """The argv of every program that runs when all of them succeed, with the variables that it sees."""
    found: Counter[tuple[str, ...]] = Counter()
    for pipeline in plan.pipelines:
        if pipeline.after == "failure":
            continue
        for stage in pipeline.stages:
            seen = dict(stage.environment)
            given = (filled(seen[name]) if name in seen else "" for name in SEEN)
            found[*map(filled, stage.words), *given] += 1
    return found


def bash_argv(text: str) -> Counter[tuple[str, ...]]:
    """The argv of every program that bash starts."""
    reading, writing = os.pipe()
    environment = {"PATH": "/nonexistent", "LC_ALL": "C.UTF-8", **VALUES}
    command = f'exec 9>&{writing}; {HANDLER}eval "$SNIPPET"'
    assert BASH
    subprocess.run(
        [BASH, "--norc", "-c", command], env=environment | {"SNIPPET": text},
        pass_fds=(writing,), timeout=60, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/proc/self/task",
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        records = pipe.read().decode().split("\1\0")
    return Counter(tuple(r.split("\0")[:-1]) for r in records if r)


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted_and_the_same_as_bash(text: str) -> None:
    assert expected(read(text)) == bash_argv(text)


@pytest.mark.parametrize("text", REFUSED)
def test_refused_by_name(text: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(text)
    assert refusal.value.what
    assert judge(text).risk == "changes" and "opaque" in judge(text).flags


LOOPED = (" ", "$x", "${x}", '"', "'", "a", "; zz ", "\nyy ", " && yy ", " | zz ", "$A", "=", "\\", " 2>&1", " #")
PIECES = st.sampled_from(
    [
        "zz",
        "yy",
        "D=",
        "E=a ",
        " ",
        "  ",
        "a",
        "b=c",
        "'",
        '"',
        "\\",
        "\n",
        "\\\n",
        "$",
        "$A",
        "${B_2}",
        "|",
        "||",
        "&&",
        ";",
        "&",
        "#",
        "2>/dev/null",
        "2>&1",
        ">&2",
        "</dev/null",
        "&>/dev/null",
        ">",
        "<",
        "<<E",
        "<<'E'",
        "\nE\n",
        "1",
        "2",
        "-x",
        "--",
        "*",
        "?",
        "~",
        "{",
        "}",
        ",",
        "[",
        "]",
        "(",
        ")",
        "!",
        "`",
        "=",
        ":",
        "/",
        "://",
        "..",
        "%",
        "é",
        "\t",
        "<p>",
        "{p}",
        "[PP]",
        "if",
        "time",
        "''",
        '""',
        "'a b'",
        '"a b"',
        "\\ ",
        "@",
        "^",
        "+",
        "~/",
        "x=~",
    ],
)


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=14), st.sampled_from(["", "", "D=", "D=b ", "D='a b' E=$A "]))
@example(pieces=["<p>", "{", "{"], prefix="")
@example(pieces=["<p>", "''", "{", "{"], prefix="")
def test_whatever_is_accepted_is_the_same_as_bash(pieces: list[str], prefix: str) -> None:
    text = prefix + "zz " + "".join(pieces)
    try:
        plan = read(text)
    except Unreadable:
        return
    stages = list(plan.stages())
    holes = [h for s in stages for h in s.holes]
    programs = [s.words[0].spelled for s in stages]
    if any(h.name not in VALUES or not h.spelling.startswith("$") for h in holes) or any(
        p not in ("zz", "yy", "a") for p in programs
    ):
        return
    assert expected(plan) == bash_argv(text)


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b-1", "c/d", "-e", "'f'", "$A", "g h", ""]), min_size=1, max_size=3),
    st.lists(st.sampled_from([*LOOPED]), min_size=1, max_size=8),
    st.sampled_from(["", "; yy $x", "\nzz", " | zz"]),
)
def test_a_loop_that_is_accepted_is_the_same_as_bash(values: list[str], body: list[str], rest: str) -> None:
    text = f"for x in {' '.join(values)}; do zz {''.join(body)}; done{rest}"
    try:
        plan = read(text)
    except Unreadable:
        return
    known = all(h.name in VALUES for s in plan.stages() for h in s.holes)
    if known and all(s.words[0].spelled in ("zz", "yy") for s in plan.stages()):
        assert expected(plan) == bash_argv(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    for language in ("shell", "sql", "query", "python", "powershell", ""):
        judged = judge(text, language)
        assert judged.reasons


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "kubectl get " + "x " * 50_000,
        "(" * 100_000,
        "'" * 99_999,
        '"$A' * 30_000,
        "<" * 100_000,
        "{a" * 9_000,
        "sh -c '" * 2_000,
        "for x in a; do " * 1_300,
        "echo " + "\\\n" * 9_000,
        "select " + "(" * 9_000,
        "select " + "a+" * 9_000 + "1",
        "select " + "'" * 9_999,
        "select " + "case when a then " * 1_000,
        'psql -c "' + "(" * 9_000 + '"',
        "a|" * 9_000 + "a",
        "sed '" + "s/a/" * 4_000 + "'",
        "awk '" + "&& " * 6_000 + "'",
        "python -c '" + "(" * 9_000 + "'",
        "$A" * 9_000,
        "select " + "-" * 9_000,
        "select " + "not " * 4_000 + "1",
        "select a" + "::int" * 3_000,
        "select a" + "[1]" * 5_000,
    ],
)
def test_hostile_text_is_judged_in_time(text: str) -> None:
    started = time.monotonic()
    for language in ("shell", "sql"):
        judge(text, language)
    assert time.monotonic() - started < 20


def test_words_are_cut_before_values_are_filled_in() -> None:
    plan = shell.read("kubectl delete pod <pod-name> -n {ns} --grace=$G")
    assert [w.spelled for w in next(plan.stages()).words] == [
        "kubectl", "delete", "pod", "<pod-name>", "-n", "{ns}", "--grace=$G",
    ]  # fmt: skip
