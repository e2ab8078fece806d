"""Judges the command lines of clouds by their verbs: describing and listing read, unless it hands out secrets."""

import re

from sirenbook.model.judgement import Flag
from sirenbook.playbook.safety.arguments import Spec, parse, spec
from sirenbook.playbook.safety.tables import facts
from sirenbook.playbook.safety.verdict import Call, Verdict, changes, destroys, reads, shown

_AWS_GLOBALS = spec("--region= --output= --query= --no-cli-pager --no-paginate --color= --profile=")
_GCLOUD = spec(
    "--format= --filter= --project= --region= --zone= --limit= --sort-by= --location= --cluster= --instance= --uri"
    " --quiet,-q --page-size= --service= --version= --freshness= --order= --platform="
)
_AZ = spec(
    "-g,--resource-group= -n,--name= -o,--output= --query= --subscription= -l,--location= --server-name="
    " -s,--server= --vault-name= --cluster-name="
)
_DESTROYS = re.compile(r"(?:delete|terminate|remove|purge|deregister|destroy|stop|release|revoke)\b")


def judge_aws(call: Call) -> Verdict:
    """The verdict on aws: the service and the operation, and no file or other endpoint."""
    texts = call.texts
    lead = parse(texts, _AWS_GLOBALS, interspersed=False)
    words = [text for _, text in lead.arguments]
    if lead.unknown or len(words) < 2:
        return changes(call, "aws without an operation that is known")
    service, operation = words[:2]
    table = facts("aws.json")
    said = f"aws {shown(service)} {shown(operation)}"
    if f"{service} {operation}" in table["secrets"]:
        return Verdict("reads", (f"{said} prints a secret",), frozenset({"reveals-secrets", "egress"}), call.words)
    if service in table["services"] and re.match(r"(?:describe|list)-[a-z-]+$", operation):
        known = True
    else:
        known = f"{service} {operation}" in table["reads"]
    if not known:
        what = destroys if _DESTROYS.match(operation) or operation in ("rm", "rb") else changes
        return what(call, f"{said} is not known to only read", ("egress",))
    if fault := _aws_words(service, words[2:]):
        return changes(call, f"{said}: {fault}", ("egress",))
    flags: set[Flag] = {"egress"}
    if "--profile" in lead.names or "--profile" in words:
        flags.add("elsewhere")
    if service == "logs" and operation.startswith(("filter", "get", "tail")):
        flags.add("logs")
    return reads(call, f"{said} only reads", flags)


def _aws_words(service: str, words: list[str]) -> str:
    """What makes the words of a reading operation unsafe: a file to write or read, another endpoint."""
    option = ""
    for text in words:
        if text.startswith("-"):
            option = text
            if re.match(r"--(?:endpoint-url|cli-input|ca-bundle|no-verify|outfile|debug)|-[^-]", text):
                return f"{shown(text)} is not known to be harmless"
        elif not option and service != "s3":
            return f"{shown(text)} may be a file that is written"
        elif re.match(r"fileb?://|https?://", text):
            return "a parameter is read from elsewhere"
    return ""


def judge_gcloud(call: Call) -> Verdict:
    """The verdict on gcloud: a group of things, then `list` or `describe`."""
    return _by_verb(call, _GCLOUD, ("list", "describe", "read", "get-server-config", "get-iam-policy"))


def judge_az(call: Call) -> Verdict:
    """The verdict on az: a group of things, then `list` or `show`."""
    return _by_verb(call, _AZ, ("list", "show", "list-usage", "get-instance-view"))


def _by_verb(call: Call, options: Spec, reading: tuple[str, ...]) -> Verdict:
    parsed = parse(call.texts, options)
    words = [text for _, text in parsed.arguments]
    verb = next((w for w in words[1:5] if w in reading or _DESTROYS.match(w)), "")
    said = f"{call.program} {shown(' '.join(words[:3]))}"
    if _DESTROYS.match(verb):
        return destroys(call, f"{said} takes something away", ("egress",))
    leading = words[: words.index(verb)] if verb else words
    if not verb or any(not re.fullmatch(r"[a-z][a-z0-9-]*", w) for w in leading) or "ssh" in leading:
        return changes(call, f"{said} is not known to only read", ("egress",))
    if parsed.unknown:
        return changes(call, f"{said} {shown(parsed.unknown[0])}: not known to be harmless", ("egress",))
    flags: set[Flag] = {"egress"}
    if {"secret", "secrets", "keys", "keyvault"} & set(words):
        flags.add("reveals-secrets")
    if "logging" in words:
        flags.add("logs")
    return reads(call, f"{said} only reads", flags)
