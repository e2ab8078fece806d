"""sirenbook.toml: what it binds, what it says about every mistake, and what it never does: raise."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sirenbook.channels import ChannelFault
from sirenbook.channels.console import ConsoleChannel
from sirenbook.channels.email import EmailChannel
from sirenbook.channels.ntfy import NtfyChannel
from sirenbook.channels.webhook import WebhookChannel
from sirenbook.model.bindings import Bindings, ContactMethod, Person, fold
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.bindings.reader import check_bindings, demo_bindings, read_bindings, toml_for
from sirenbook.playbook.bindings.toml_places import key_places
from sirenbook.playbook.bindings.values import BUILT_IN_CHANNELS

WHOLE = """\
fallback = ["mira"]

[people.mira]
name = "Mira Okafor"
contact = [
  {channel = "ntfy", to = "mira-7f3k"},
  {channel = "email", to = "mira@example.org", after = "2m"},
]

[people.jon]
contact = [{channel = "email", to = "jon@example.org"}]

[targets]
"Primary  On-Call" = "mira"
"Engineering Manager" = ["jon", "mira"]

[labels.severity]
critical = "P1"
warning = "P3"

[grouping]
by = ["alertname", "cluster"]
service_labels = ["app"]

[business_hours]
zone = "America/New_York"
days = "Mon-Fri"
hours = "08:30-18:00"

[channels.email]
host = "smtp.example.org"
from = "pager@example.org"
password_env = "SMTP_PASSWORD"

[watchdog]
ping = "https://hc.example.org/abc"
email = "ops@example.org"

[answers]
postmortem = "48 h"
days = 3
regrade.restart = true

[server]
public_url = "https://pager.example.org/"
"""


def read(text: str) -> tuple[Bindings, list[str]]:
    bindings, found = read_bindings(text, "sirenbook.toml")
    return bindings, [f"{d.code}:{d.at.line}" for d in found]


def only(text: str) -> Diagnostic:
    _, found = read_bindings(text, "sirenbook.toml")
    assert len(found) == 1, found
    return found[0]


def test_everything_is_bound() -> None:
    bindings, found = read(WHOLE)
    assert found == []
    mira = Person(
        "mira",
        "Mira Okafor",
        (ContactMethod("ntfy", "mira-7f3k"), ContactMethod("email", "mira@example.org", 120)),
    )
    assert bindings.people["mira"] == mira
    assert bindings.last_resort == (mira,)
    assert bindings.targets == {"primary on-call": ("mira",), "engineering manager": ("jon", "mira")}
    assert bindings.severity_labels == {"severity": {"critical": "P1", "warning": "P3"}}
    assert bindings.grouping.by == ("alertname", "cluster")
    assert bindings.service_labels == ("app",)
    assert bindings.business_hours == BusinessHours("America/New_York", 510, 1080, (0, 1, 2, 3, 4))
    assert bindings.channels["email"]["password_env"] == "SMTP_PASSWORD"
    assert bindings.watchdog == {"ping": "https://hc.example.org/abc", "email": "ops@example.org"}
    assert bindings.answers == {"postmortem": "48 h", "days": "3", "regrade.restart": "yes"}
    assert bindings.public_url == "https://pager.example.org"
    assert bindings.places["targets.engineering manager"].line == 15


@pytest.mark.parametrize(
    "name", ["Primary On-Call", "PRIMARY ON-CALL", " primary \t on-call ", "mira", "mira okafor"]
)
def test_names_match_whatever_their_case_and_spacing(name: str) -> None:
    bindings, _ = read(WHOLE)
    assert [p.id for p in bindings.everyone(name)] == ["mira"]


def test_nothing_is_bound_by_an_empty_file() -> None:
    bindings, found = read("")
    assert bindings == Bindings()
    assert found == []


PERSON = '[people.mira]\ncontact = [{channel = "console", to = "mira"}]\n'


@pytest.mark.parametrize(
    ("text", "expected", "help_"),
    [
        ('falback = ["mira"]', "SB302:1", 'Did you mean "fallback"?'),
        (PERSON + 'phone = "1"', "SB302:3", "name, contact"),
        ('[people.mira]\nname = "Mira"', "SB304:1", "contact = ["),
        ("[people.mira]\ncontact = []", "SB304:1", "contact = ["),
        ("[people.mira]\ncontact = 5", "SB303:2", "contact = ["),
        ('[people.mira]\ncontact = [{channel = "console"}]', "SB303:2", "contact = ["),
        ('people = "mira"', "SB303:1", "[people]"),
        (PERSON + 'name = ""', "SB303:3", 'name = "Mira"'),
        (PERSON + '[targets]\nCTO = "mirra"', "SB305:4", 'Did you mean "mira"?'),
        (PERSON + '[targets]\nCTO = ["mira", "tom"]', "SB305:4", "[people.tom]"),
        (PERSON + "[targets]\nCTO = []", "SB304:4", '"CTO" = "mira"'),
        (PERSON + "[targets]\nCTO = 7", "SB303:4", "Write"),
        (PERSON + '[targets]\nCTO = "mira"\n" cto" = "mira"', "SB311:5", "keep one"),
        ('fallback = "tom"', "SB305:1", "[people.tom]"),
        ('[business_hours]\nzone = "Mars/Base"', "SB306:2", "Europe/Berlin"),
        ('[business_hours]\nzone = "../../etc/passwd"', "SB306:2", "Europe/Berlin"),
        ('[business_hours]\nzone = ""', "SB306:2", "Europe/Berlin"),
        ('[business_hours]\nzone = "America"', "SB306:2", "Europe/Berlin"),
        ('[business_hours]\nhours = "9-17"', "SB310:2", "09:00-17:00"),
        ('[business_hours]\nhours = "17:00-09:00"', "SB310:2", "09:00-17:00"),
        ('[business_hours]\nhours = "09:00-25:00"', "SB310:2", "09:00-17:00"),
        ('[business_hours]\ndays = "Mon-Xyz"', "SB310:2", "Mon-Fri"),
        ("[business_hours]\ndays = []", "SB310:2", "Mon-Fri"),
        ('[people.a]\ncontact = [{channel = "emial", to = "a@b.c"}]', "SB307:2", 'Did you mean "email"?'),
        ('[people.a]\ncontact = [{channel = "ntfy", to = "my topic"}]', "SB308:2", "topic"),
        ('[people.a]\ncontact = [{channel = "webhook", to = "ftp://x"}]', "SB308:2", "https://"),
        ('[people.a]\ncontact = [{channel = "console", to = "a", after = "soon"}]', "SB310:2", '"2m"'),
        ('[people.a]\ncontact = [{channel = "console", to = "a", after = -1}]', "SB310:2", '"2m"'),
        ('[people.a]\ncontact = [{channel = "webpush", to = "a", receipt = "soon"}]', "SB310:2", '"15s"'),
        ('[people.a]\ncontact = [{channel = "console", to = "a", receipt = "9s"}]', "SB302:2", "after ="),
        ('[channels.emial]\nfolder = "mail"', "SB302:1", 'Did you mean "email"?'),
        ('[channels.email]\nfodler = "mail"', "SB302:2", 'Did you mean "folder"?'),
        ('[channels.webhook]\nsecret = "s3cr3t"', "SB309:2", "secret_env"),
        ('[channels.webhook]\nsecret_env = "s3cr3t!"', "SB309:2", 'secret_env = "SECRET"'),
        ('[channels.matrix]\nbot-token = "s3cr3t"', "SB309:2", "bot-token_env"),
        ('[channels.matrix.headers]\nAuthorization = "Bearer s3cr3t"', "SB309:2", "environment"),
        ('[server]\npublic_url = "pager"', "SB310:2", "https://"),
        ('[watchdog]\nping = "x"', "SB310:2", "https://"),
        ('[watchdog]\npong = "x"', "SB302:2", 'Did you mean "ping"?'),
        ("[labels.severity]\ncritical = 1", "SB303:2", '"P1"'),
        ("[answers]\nwhen = []", "SB303:2", "double quotes"),
        ('[grouping]\nbuy = ["x"]', "SB302:2", 'Did you mean "by"?'),
        ("[targets]\nVP Engineering = 'x'", "SB301:2", "double quotes"),
    ],
)
def test_every_mistake_has_its_line_and_a_mend(text: str, expected: str, help_: str) -> None:
    found = only(text)
    assert f"{found.code}:{found.at.line}" == expected
    assert found.at.file == "sirenbook.toml"
    assert help_ in found.help
    assert "s3cr3t" not in f"{found.text}{found.help}{found.at.quote}"


def test_a_mistake_in_a_list_of_contacts_is_shown_at_its_own_line() -> None:
    text = WHOLE.replace("mira@example.org", "mira at example.org")
    found = only(text)
    assert (found.code, found.at.line, found.at.column) == ("SB308", 7, 23)
    bindings, _ = read(text)
    assert [m.channel for m in bindings.people["mira"].methods] == ["ntfy"]


def test_mail_without_a_relay_or_a_folder_is_an_error() -> None:
    found = only('[people.ada]\nname = "Ada"\ncontact = [{channel = "email", to = "ada@example.org"}]')
    assert (found.code, found.grade) == ("SB312", "error")


@pytest.mark.parametrize("secret", ["password", "token", "secret", "api_key", "PASSWORD"])
def test_a_literal_secret_is_dropped_and_never_shown(secret: str) -> None:
    bindings, found = read_bindings(f'[channels.x]\nkeep = 1\n{secret} = "hunter2"', "f")
    assert bindings.channels == {"x": {"keep": 1}}
    assert [d.code for d in found] == ["SB309"]
    assert "hunter2" not in repr(found)
    assert "hunter2" not in repr(bindings)


def test_a_secret_on_a_broken_line_is_not_shown_either() -> None:
    _, found = read_bindings('[channels.email]\npassword = "hunter2', "f")
    assert [d.code for d in found] == ["SB301"]
    assert "hunter2" not in repr(found)


def test_one_broken_line_costs_one_line() -> None:
    bindings, found = read(WHOLE.replace('"Primary  On-Call" =', "Primary On-Call ="))
    assert found == ["SB301:14"]
    assert bindings.targets == {"engineering manager": ("jon", "mira")}
    assert set(bindings.people) == {"mira", "jon"}


def test_an_open_bracket_does_not_swallow_what_follows() -> None:
    bindings, found = read(WHOLE.replace('fallback = ["mira"]', 'fallback = ["mira"'))
    assert found == ["SB301:1"]
    assert set(bindings.people) == {"mira", "jon"}


def test_a_broken_header_never_gives_its_contact_to_the_person_before() -> None:
    text = '[people.ada]\nname = "Ada"\n[people.ben\ncontact = [{channel = "console", to = "ben"}]\n'
    bindings, found = read(text)
    assert found == ["SB304:1", "SB301:3"]
    assert bindings.people["ada"].methods == ()


def test_a_person_written_twice_keeps_the_first() -> None:
    bindings, found = read(PERSON + '[people.mira]\ncontact = [{channel = "console", to = "other"}]\n')
    assert found == ["SB301:3"]
    assert bindings.people["mira"].methods == (ContactMethod("console", "mira"),)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a = " + "[" * 5000,
        "x = \x00",
        "a.b.c = 1\na.b = 2",
        "\ufeff",
        "[a]\n" * 60,
        "=\n" * 3000,
        "x" * 1_000_001,
    ],
    ids=["brackets", "nested", "nul", "collision", "bom", "repeated", "noise", "long"],
)
def test_hostile_text_is_answered_with_findings(text: str) -> None:
    bindings, _ = read(text)
    assert bindings.people == {}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_edit_of_the_file_raises(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 40)))
    put = data.draw(st.text(alphabet="[]{}=\"'\\#,.\n abc\u00e9", max_size=8))
    _, found = read_bindings(WHOLE[:start] + put + WHOLE[end:], "f")
    lines = (WHOLE[:start] + put + WHOLE[end:]).count("\n") + 1
    assert all(1 <= d.at.line <= lines and d.code.startswith("SB3") and d.help for d in found)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ('"Mon-Fri"', (0, 1, 2, 3, 4)),
        ('"Mon, Wed,Sat-Sun"', (0, 2, 5, 6)),
        ('"Sun-Thu"', (0, 1, 2, 3, 6)),
        ('["Monday", "friday"]', (0, 4)),
    ],
)
def test_weekdays(value: str, days: tuple[int, ...]) -> None:
    bindings, found = read(f"[business_hours]\ndays = {value}")
    assert (bindings.business_hours.days, found) == (days, [])


@pytest.mark.parametrize(
    ("value", "seconds"), [('"2m"', 120), ('"90 s"', 90), ('"1 hour"', 3600), ("45", 45), ('"5"', 5)]
)
def test_waits(value: str, seconds: int) -> None:
    bindings, found = read(f'[people.a]\ncontact = [{{channel = "console", to = "a", after = {value}}}]')
    assert (bindings.people["a"].methods[0].after, found) == (seconds, [])


@pytest.mark.parametrize(
    ("channel", "line", "seconds"),
    [("webpush", "", 15), ("webpush", ', receipt = "0s"', 0), ("voice", "", 0), ("voice", ", receipt = 40", 40)],
)
def test_how_long_a_device_may_say_nothing(channel: str, line: str, seconds: int) -> None:
    bindings, found = read(f'[people.a]\ncontact = [{{channel = "{channel}", to = "+14155550123"{line}}}]')
    assert (bindings.people["a"].methods[0].receipt, found) == (seconds, [])


def test_places_of_tables_keys_and_items() -> None:
    places = key_places(
        'a.b = 1\n[t]\n"x y" = [\n  {k = "]"},\n  2, # }\n]\n[[l]]\nn = """\n[no]\n"""\n[[l]]\nn = 1\n'
    )
    assert places[("a", "b")] == (1, 1)
    assert places[("t", "x y", 0, "k")] == (4, 4)
    assert places[("t", "x y", 1)] == (5, 3)
    assert places[("l", 1, "n")] == (12, 1)
    assert ("no",) not in places


@pytest.mark.parametrize("channel", [ConsoleChannel, EmailChannel, NtfyChannel, WebhookChannel])
def test_the_settings_known_here_are_those_of_the_channel(channel: Any) -> None:
    with pytest.raises(ChannelFault) as fault:
        channel.from_settings({"nonsense": 1}, lambda _settings, _name: None, Path())
    known = fault.value.help.removeprefix("it knows: ").replace("none", "")
    assert {key for key in known.split(", ") if key} == set(BUILT_IN_CHANNELS[channel.name])


# What the two files say together


def at(line: int) -> Provenance:
    return Provenance("playbook.md", line, "…")


def level(severity: str | None, after: int | None, *who: str, line: int = 1, manner: str = "page") -> Level:
    return Level(f"{severity}-{after}-{line}", severity, after, who, "resolved", at(line), manner=manner)  # type: ignore[arg-type]


POLICY = Policy(
    digest="d",
    title="T",
    files=("playbook.md",),
    severities=(Severity("P1", 0, at(3), label="Critical"), Severity("P2", 1, at(4))),
    levels=(
        level("P1", 0, "Primary On-Call", line=10),
        level("P1", 1800, "Engineering Manager", line=11),
        level("P1", 5400, "CTO", line=12),
        level("P2", 0, "#platform", line=13, manner="notify"),
    ),
    on_call=("Primary On-Call",),
    on_call_why=at(9),
    questions=(Question("postmortem", "48 hours or\n1 week?", "48 h", at(20), ("48 h", "1 week")),),
)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [f"{d.code} {d.grade} {d.at}" for d in found]


def test_names_that_reach_nobody_are_loud_and_show_the_playbooks_line() -> None:
    bindings, _ = read(PERSON + '[targets]\n"Primary On-Call" = "mira"\n')
    assert codes(check_bindings(POLICY, bindings)) == [
        "SB320 error playbook.md:11",
        "SB320 error playbook.md:12",
        "SB321 error sirenbook.toml:1",
        "SB320 warning playbook.md:13",
        "SB326 note sirenbook.toml:1",
    ]


def test_the_fallback_is_named_when_a_target_reaches_nobody() -> None:
    found = check_bindings(POLICY, read(WHOLE)[0])
    assert any(d.text == '"CTO" reaches nobody: Mira Okafor will be paged instead.' for d in found)


def bound(**targets: str) -> Bindings:
    lines = "".join(f'"{name}" = "{who}"\n' for name, who in targets.items())
    return read(
        'fallback = "mira"\n' + WHOLE[WHOLE.index("[people") : WHOLE.index("[targets]")] + "[targets]\n" + lines
    )[0]


def test_a_ladder_that_pages_one_person_again_and_again_is_pointed_out() -> None:
    everywhere = {"Primary On-Call": "mira", "Engineering Manager": "mira", "CTO": "mira", "#platform": "mira"}
    found = check_bindings(POLICY, bound(**everywhere))
    assert [c for c in codes(found) if "SB323" in c] == ["SB323 warning playbook.md:12"]
    assert not any("SB323" in c for c in codes(check_bindings(POLICY, bound(**{**everywhere, "CTO": "jon"}))))


def test_labels_answers_and_targets_that_match_nothing() -> None:
    text = WHOLE.replace('"P3"', '"P9"').replace('"Engineering Manager"', '"Enginering Manager"')
    found = codes(check_bindings(POLICY, read(text)[0]))
    assert "SB322 error sirenbook.toml:19" in found
    assert "SB324 warning sirenbook.toml:15" in found
    assert found.count("SB325 warning sirenbook.toml:41") == 1
    assert not any(c.startswith("SB325") and c.endswith(":40") for c in found)


def test_a_demo_reaches_everybody_and_keeps_what_is_bound() -> None:
    mine = read(WHOLE)[0]
    demo = demo_bindings(POLICY, mine)
    assert all(demo.everyone(target) for target in POLICY.targets)
    assert demo.everyone("Primary On-Call") == mine.everyone("Primary On-Call")
    assert (demo.fallback, demo.channels) == (mine.fallback, mine.channels)
    assert demo.everyone("CTO")[0].methods == (ContactMethod("email", "cto@demo.invalid"),)


def test_a_demo_from_nothing_is_the_same_each_time() -> None:
    demo = demo_bindings(POLICY, Bindings())
    assert demo == demo_bindings(POLICY, Bindings())
    assert demo.channels == {"email": {"folder": "mail"}}
    assert demo.fallback == ("primary-on-call",)
    assert len({p.name for p in demo.people.values()}) == 4
    assert not any(d.grade == "error" for d in check_bindings(POLICY, demo))


def test_invented_people_never_take_the_id_of_a_real_one() -> None:
    real = Bindings(people={"cto": Person("cto", "Real One")})
    demo = demo_bindings(POLICY, real)
    assert demo.people["cto"] == real.people["cto"]
    assert demo.everyone("CTO")[0].id == "cto-2"


def test_the_starter_file_lists_every_target_and_reads_without_a_finding() -> None:
    text = toml_for(POLICY)
    bindings, found = read(text)
    assert found == []
    assert bindings.channels == {"email": {"folder": "mail"}}
    assert all(f'# "{target}" = "mira"' in text for target in POLICY.targets)
    assert "# paged for P1 after 1 h 30 min unless resolved (playbook.md:12)" in text
    assert '# critical = "P1"' in text


def test_the_starter_file_uncommented_binds_everything() -> None:
    text = toml_for(POLICY)
    lines = [x[2:] if x.startswith("# ") and ("=" in x or x[2:3] in "[] {") else x for x in text.split("\n")]
    bindings, found = read("\n".join(lines))
    assert found == []
    assert {fold(t) for t in POLICY.targets} == set(bindings.targets)
    assert bindings.severity_labels == {"severity": {"critical": "P1", "error": "P2"}}
    assert bindings.answers == {"postmortem": "48 h"}


@given(st.text(max_size=30))
def test_no_name_breaks_out_of_the_starter_file(name: str) -> None:
    policy = Policy(
        "d", name, (), (Severity(name, 0, at(1), label=name),), (level(None, 60, name),), (name,), at(1)
    )
    text = toml_for(policy)
    assert tomllib.loads(text)["targets"] == {}


def test_a_name_in_two_spellings_is_asked_for_once() -> None:
    policy = Policy("d", "T", (), (), (level(None, 60, "Team lead", "the team  lead"),), ("team lead",), at(1))
    assert toml_for(policy).count('= "mira"') == 1
    assert [d.text for d in check_bindings(policy, Bindings()) if d.code == "SB320"] == [
        '"team lead" reaches nobody: nobody at all will be paged.'
    ]
    assert list(demo_bindings(policy, Bindings()).people) == ["team-lead"]


def test_a_name_that_is_merely_unused_does_no_harm() -> None:
    found = check_bindings(POLICY, demo_bindings(POLICY, bound(**{"Legal Counsel": "jon"})))
    assert not any(d.code == "SB324" for d in found)
