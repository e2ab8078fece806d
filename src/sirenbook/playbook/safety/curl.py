"""Judges curl and wget: the method, what is sent, and where the answer goes."""

import re
from urllib.parse import urlsplit

from sirenbook.model.judgement import Flag
from sirenbook.playbook.safety.arguments import Parsed, parse, spec
from sirenbook.playbook.safety.verdict import HOLE, Call, Verdict, changes, destroys, reads, shown

OPTIONS = spec(
    "-X,--request= -d,--data= --data-raw= --data-binary= --data-ascii= --data-urlencode= --json= -G,--get -I,--head"
    " -H,--header= -s,--silent -S,--show-error -f,--fail --fail-with-body -v,--verbose -i,--include -k,--insecure"
    " -L,--location -m,--max-time= --connect-timeout= --retry= --retry-delay= --retry-connrefused -u,--user="
    " -A,--user-agent= -e,--referer= --compressed -w,--write-out= -o,--output= -g,--globoff -4,--ipv4 -6,--ipv6"
    " --http1.1 --http2 -N,--no-buffer -#,--progress-bar --url= --no-progress-meter --url-query= --oauth2-bearer="
)
WGET = spec(
    "-q,--quiet -O,--output-document= --spider -T,--timeout= -t,--tries= -S,--server-response -nv,--no-verbose"
    " --no-check-certificate --header="
)
_SENDS = frozenset({"--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"})
_QUERY_PATH = re.compile(r"/api/v1/(?:query|query_range|series|labels|query_exemplars)/?")
_ACTS = re.compile(
    r"(?:^|[/_-])(?:delete|remove|reset|restart|shutdown|stop|start|flush|purge|drop|kill|trigger|run|exec|reload"
    r"|rollback|deploy|disable|enable|quit|clear|abort|terminate|unlock|revoke|rotate)(?=$|[/_.?-])",
    re.IGNORECASE,
)
_METADATA = re.compile(
    r"169\.254\.|metadata\.google|fd00:ec2|^0x|^\d{8,}$|100\.100\.100\.200|metadata\.azure", re.IGNORECASE
)
_TELLS = re.compile(r"/(?:env|heapdump|threaddump|configprops|debug|pprof|dump|trace)\b", re.IGNORECASE)


def judge_curl(call: Call) -> Verdict:
    """The verdict on curl with these words."""
    parsed = parse(call.texts, OPTIONS)
    if parsed.unknown:
        return changes(call, f"curl {shown(parsed.unknown[0])}: sends or writes a file, or is not known")
    if fault := _files(parsed):
        return changes(call, f"curl {fault}", ("egress",))
    urls = [text for _, text in parsed.arguments] + [o.value or "" for o in parsed.options if o.name == "--url"]
    if not urls:
        return changes(call, "curl without an address")
    for url in urls:
        if fault := address_fault(url):
            return changes(call, f"curl: {fault}", ("egress",))
    return _by_method(call, parsed, urls)


def _files(parsed: Parsed) -> str:
    """What curl would read from or write to a file, if anything."""
    for option in parsed.options:
        value = option.value or ""
        if option.name == "--output" and value not in ("/dev/null", "-"):
            return f"writes the file {shown(value)}"
        if option.name == "--header" and value.startswith("@"):
            return "sends a file as headers"
        if option.name == "--write-out" and (value.startswith("@") or "%output" in value):
            return "reads or writes a file by -w"
        if option.name in _SENDS and _from_file(option.name, value):
            return f"sends the file {shown(value)}"
        if option.name == "--url-query" and "@" in value.partition("=")[0]:
            return "sends a file"
    return ""


def _from_file(name: str, value: str) -> bool:
    if name == "--data-raw":
        return False
    return value.startswith(("@", HOLE)) or (name == "--data-urlencode" and "@" in value.partition("=")[0])


def address_fault(url: str) -> str:
    """Why an address is not one to be asked, if it is not."""
    if url.startswith(HOLE):
        return ""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        return f"{shown(url)} is no address"
    if parts.scheme not in ("http", "https"):
        return f"{shown(parts.scheme)}: is not http"
    if _METADATA.search(host):
        return f"{shown(host)} hands out a machine's credentials"
    return ""


def _method(parsed: Parsed) -> str:
    stated = parsed.value("--request")
    if stated is not None:
        return stated if HOLE in stated else stated.upper()
    if "--head" in parsed.names:
        return "HEAD"
    return "POST" if parsed.names & _SENDS and "--get" not in parsed.names else "GET"


def _by_method(call: Call, parsed: Parsed, urls: list[str]) -> Verdict:
    method = _method(parsed)
    flags: set[Flag] = {"egress"}
    if any(_TELLS.search(u) for u in urls):
        flags.add("sensitive-output")
    if "--verbose" in parsed.names and any(_secret(o.value or "") for o in parsed.options):
        flags.add("reveals-secrets")
    if method == "DELETE":
        return destroys(call, "curl sends DELETE", flags)
    paths = [_path(u) for u in urls]
    asks = all(_QUERY_PATH.search(p) for p in paths) and method == "POST" and "--json" not in parsed.names
    if method not in ("GET", "HEAD", "OPTIONS") and not asks:
        return changes(call, f"curl sends {shown(method)}", flags)
    if acting := next((p for p in paths if _ACTS.search(p)), None):
        return changes(call, f"curl asks {shown(acting)}, whose name says that it acts", flags)
    return reads(call, f"curl sends {'a query' if asks else method}", flags)


def _secret(value: str) -> bool:
    return bool(re.match(r"(?:proxy-)?authorization|cookie|x-api-key|x-[\w-]*token", value, re.IGNORECASE))


def _path(url: str) -> str:
    parts = urlsplit(url if "://" in url or url.startswith(HOLE) else f"http://{url}")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def judge_wget(call: Call) -> Verdict:
    """The verdict on wget, which writes files unless it is told otherwise."""
    parsed = parse(call.texts, WGET)
    if parsed.unknown:
        return changes(call, f"wget {shown(parsed.unknown[0])}: not known to be harmless", ("egress",))
    kept = parsed.value("--output-document")
    if not (kept in ("-", "/dev/null") or (kept is None and "--spider" in parsed.names)):
        return changes(call, "wget writes a file", ("egress",))
    urls = [text for _, text in parsed.arguments]
    fault = next((f for f in map(address_fault, urls) if f), "") or ("" if urls else "no address")
    if fault or any(_ACTS.search(_path(u)) for u in urls):
        return changes(call, f"wget: {fault or 'the name of the address says that it acts'}", ("egress",))
    return reads(call, "wget only asks", ("egress",))
