"""The codes of commands: what cannot run, never ends, tells secrets, and what kubectl makes of it."""

from sirenbook.playbook.codes.code import Code

COMMANDS = {
    "SB401": Code(
        "a command that is not understood",
        "error",
        "A quote or an operator is left open: the shell waits for the rest of it, or refuses.",
        "Mend its quotes and operators; what only a shell understands is left to a person, and is then a note.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl get pods -n 'shop
```
""",
    ),
    "SB402": Code(
        "a chat command in a code block",
        "error",
        "Pasted into a terminal it answers “not found”, and nobody was told anything.",
        "Move it out of the code block and name the channel in which it is typed.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
/incident declare severity=P1
```
""",
    ),
    "SB403": Code(
        "a command that never ends",
        "error",
        "Whoever runs the steps one by one never gets to the next; a machine that runs them is stuck.",
        "Write the form that ends, such as `--tail=200` without `-f`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl logs -f deployment/shop -n shop
```
""",
    ),
    "SB404": Code(
        "a command that waits for a person",
        "error",
        "A pager, a prompt, or input that nobody ends: without a terminal the step hangs.",
        "Leave the pager out, add `</dev/null`, or give the command all that it asks for.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl logs -l app=shop -n shop --tail=50 | less
```
""",
    ),
    "SB405": Code(
        "a terminal that the command does not need",
        "warning",
        "With `-it` the output is mixed up and pagers start; run by a program it fails.",
        "Leave `-it` out.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl exec -it deploy/shop -n shop -- date
```
""",
    ),
    "SB406": Code(
        "a command that prints a secret",
        "error",
        "The secret ends up on a shared screen, in the timeline, and in every log of it.",
        "Compare a fingerprint: `| sha256sum`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl get secret shop-keys -n shop -o jsonpath='{.data.JWT}' | base64 -d
```
""",
    ),
    "SB407": Code(
        "a placeholder to fill in",
        "note",
        "A shell takes `<pod>` for a redirection. Sirenbook asks for it, or fills it in from the alert.",
        "Nothing to mend if an alert's label has that name; else say where its value is found.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl describe pod <pod-name> -n shop
```
""",
    ),
    "SB408": Code(
        "a variable that nothing sets",
        "warning",
        "The terminal of whoever is woken does not have it, and the command goes to nowhere, or elsewhere.",
        "Say in the playbook where it is set, or name the value.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
pg_isready -h $DB_HOST
```
""",
    ),
    "SB409": Code(
        "a secret on the command line",
        "warning",
        "Every user of the machine can read it in the list of processes, and it stays in the shell's history.",
        "Give it by a file or a variable that the program reads itself.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl -fsS --max-time 5 -H "Authorization: Bearer $SHOP_TOKEN" https://shop.example/health
```
""",
    ),
    "SB410": Code(
        "a file that only a checkout has",
        "warning",
        "At night nobody is in that folder, and the command ends with “no such file”.",
        "Say where it must be run, or give the full path or address.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
python scripts/check_shop.py
```
""",
    ),
    "SB411": Code(
        "no match that looks like a fault",
        "note",
        "grep ends with 1 when nothing matches, which here is the good news.",
        "Say what no line means.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl logs -l app=shop -n shop --tail=500 | grep ERROR
```
""",
    ),
    "SB412": Code(
        "a fault that a pipe hides",
        "note",
        "The last program decides how the whole line ends, and it is content with nothing.",
        "Begin with `set -o pipefail`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
curl -fsS --max-time 5 https://shop.example/status.json | jq .
```
""",
    ),
    "SB421": Code(
        "a verb that kubectl does not have",
        "error",
        "It ends with “unknown command” when it is needed.",
        "Write the verb that is meant.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl halt deployment/shop -n shop
```
""",
    ),
    "SB422": Code(
        "an option that kubectl does not have",
        "error",
        "It ends with “unknown flag”; a warning if only some versions have it.",
        "Write the option that is meant.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl get pods -n shop --sorted-by=.metadata.name
```
""",
    ),
    "SB423": Code(
        "no namespace, though its neighbours name one",
        "warning",
        "It goes to whatever namespace was last worked in: the wrong pods, or none.",
        "Add `-n` with the namespace.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl get pods -n shop
kubectl top pods -n shop
kubectl get events
```
""",
    ),
    "SB424": Code(
        "only the last ten lines of a log",
        "warning",
        "With a selector kubectl shows ten lines of each container; a search in them finds nothing.",
        "Add `--tail=-1`, with `--since` to bound it.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl logs -l app=shop -n shop --since=10m
```
""",
    ),
    "SB425": Code(
        "the log of one pod out of many",
        "note",
        "The fault may be in another pod than the one that kubectl picks.",
        "Use `-l` with the label, `--tail=-1` and `--prefix`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl logs deployment/shop -n shop --tail=100
```
""",
    ),
    "SB426": Code(
        "an undo that undoes itself",
        "warning",
        "When two people run it, or one runs it twice, the bad version is back.",
        "Name the version: `--to-revision=N`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl rollout undo deployment/shop -n shop
```
""",
    ),
    "SB427": Code(
        "a change that nothing waits for",
        "note",
        "The check after it may still look at the old pods.",
        "Follow it by `kubectl rollout status … --timeout=5m`.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl rollout restart deployment/shop -n shop
```
""",
    ),
    "SB428": Code(
        "a command in a pod without `--`",
        "error",
        "kubectl takes the command's options for its own, or refuses.",
        "Put ` -- ` before the command.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl exec shop-0 -n shop date -u
```
""",
    ),
    "SB429": Code(
        "a search that hides what is not ready",
        "warning",
        "A pod can run and not be ready; this shows it among the healthy, and finished ones among the ill.",
        "Look at the READY column.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl get pods -n shop | grep -v Running
```
""",
    ),
    "SB431": Code(
        "something is taken away, and nothing is looked at before",
        "warning",
        "The evidence goes with it, or the wrong thing does.",
        "Put the check that must hold in front of it.",
        """\
## Runbooks

### Shop is slow

#### Investigation

```bash
kubectl delete pod shop-0 -n shop
```
""",
    ),
}
