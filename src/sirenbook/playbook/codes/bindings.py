"""The codes of sirenbook.toml: what is wrong in it, or between it and the playbook."""

from sirenbook.playbook.codes.code import Code

_PERSON = '[people.mira]\ncontact = [{channel = "email", to = "mira@example.org"}]\n'

BINDINGS = {
    "SB301": Code(
        "a line that is not TOML",
        "error",
        "The line is left out, and whoever it was to bind is not reached.",
        "Mend the line; the finding says what stands in the way.",
        '[people.mira\nname = "Mira"\n',
    ),
    "SB302": Code(
        "a key that is not known, or a channel that looks misspelt",
        "warning",
        "It has no effect, and nobody notices before the setting is needed.",
        "Write one of the keys that the finding lists.",
        'falback = ["mira"]\n',
    ),
    "SB303": Code(
        "a value of the wrong type",
        "error",
        "The value is left out, as if it had not been written.",
        "Write it as the finding shows.",
        "[people.mira]\nname = 7\n",
    ),
    "SB304": Code(
        "a person without contact, or a name bound to nobody",
        "error",
        "Pages for them go to the fallback, or are lost where there is none.",
        "Give them a contact.",
        '[people.mira]\nname = "Mira"\n',
    ),
    "SB305": Code(
        "somebody who is not among the people",
        "error",
        "A name bound to somebody unknown reaches nobody.",
        "Write an id of `[people]`, or add the person.",
        'fallback = ["jon"]\n',
    ),
    "SB306": Code(
        "a time zone that does not exist",
        "error",
        "Business hours then are those of UTC, and clocks that count them run out at the wrong hour.",
        "Write a name such as `Europe/Berlin`.",
        '[business_hours]\nzone = "Europe/Atlantis"\n',
    ),
    "SB307": Code(
        "a contact on a channel that is neither built in nor set up",
        "error",
        "Nothing can be sent that way, so the person has one way less.",
        "Use a channel that the finding lists, or set it up under `[channels.…]`.",
        '[people.mira]\ncontact = [{channel = "pigeon", to = "mira"}]\n',
    ),
    "SB308": Code(
        "an address that its channel cannot use",
        "error",
        "Nothing can be sent there, so the person has one way less.",
        "Write the address as the finding shows.",
        '[people.mira]\ncontact = [{channel = "email", to = "mira"}]\n',
    ),
    "SB309": Code(
        "a secret in plain text",
        "error",
        "Whoever can read the file can page in your name. The value is not used.",
        "Name an environment variable (`…_env`) or a file (`…_file`) that holds it.",
        '[channels.email]\nhost = "smtp.example.org"\npassword = "hunter2"\n',
    ),
    "SB310": Code(
        "a wait, turn, day, time, span of hours or web address that cannot be read",
        "error",
        "The default holds in its place.",
        "Write it as the finding shows.",
        '[business_hours]\ndays = "Mon-Fro"\n',
    ),
    "SB311": Code(
        "a name bound twice",
        "error",
        "Only the first binding holds; those of the second are not called.",
        "Put them into one list.",
        f'{_PERSON}\n[targets]\n"Team Lead" = "mira"\n"the team lead" = "mira"\n',
    ),
    "SB312": Code(
        "mail has neither a host nor a folder",
        "error",
        "No mail can be sent.",
        "Write `host`, or `folder` to write mail into files.",
        '[people.mira]\ncontact = [{channel = "email", to = "mira@example.org"}]\n',
    ),
    "SB313": Code(
        "a rotation without members",
        "error",
        "Nobody is ever on call in it, so the fallback is paged for every name bound to it.",
        "Write `members`, in the order of their turns.",
        "[rotations.platform]\nmembers = []\n",
    ),
    "SB314": Code(
        "a name bound to a rotation that does not exist",
        "error",
        "The name reaches nobody by it.",
        "Write the name of a rotation as it stands in `[rotations.…]`.",
        f'{_PERSON}\n[targets]\n"team lead" = "rotation:platform"\n',
    ),
    "SB315": Code(
        "a rotation that does not say whose turn it is, or how long",
        "warning",
        "Who is on call now is an accident of arithmetic.",
        "Write `start`, a day on which the first member is on call, and `period`.",
        f'{_PERSON}\n[people.jon]\ncontact = [{{channel = "console", to = "jon"}}]\n\n'
        '[rotations.platform]\nmembers = ["mira", "jon"]\n',
    ),
    "SB316": Code(
        "logging in by another provider is not set up",
        "error",
        "Nobody, or not everybody who is meant, can log in by it; passwords and one-time links work all the same.",
        "Write `issuer`, `client_id` and `[oidc.groups]`, with a role of ours for each group of theirs.",
        '[oidc]\nissuer = "https://login.example.org"\nclient_id = "sirenbook"\n',
    ),
    "SB317": Code(
        "a team that changes nothing",
        "error",
        "What its people may do in its incidents is what their accounts say, and the usual business hours count.",
        "Write its `services`, as alerts name them, and who is `responder` or `commander` in their incidents, or"
        " its `business_hours`.",
        '[teams.payments]\nservices = ["payments-api"]\n',
    ),
    "SB318": Code(
        "names come from a claim that people may change themselves",
        "warning",
        "Whoever calls themselves so before that person's first login becomes that person of sirenbook.toml.",
        "Set `name` to a claim that only you set, or leave it out: then nobody becomes a person by a name.",
        '[oidc]\nissuer = "https://login.example.org"\nclient_id = "sirenbook"\n'
        'role = "viewer"\nname = "nickname"\n',
    ),
    "SB319": Code(
        "a service of two teams with other business hours",
        "warning",
        "One incident has one calendar: that of the team which stands first.",
        "Take the service out of one of the teams.",
        '[teams.payments]\nservices = ["api"]\nbusiness_hours = {zone = "Europe/Berlin"}\n\n'
        '[teams.core]\nservices = ["api"]\nbusiness_hours = {zone = "Asia/Tokyo"}\n',
    ),
    "SB320": Code(
        "a name of the playbook reaches nobody",
        "error",
        "When this name is to be paged, the fallback is paged in its place; without one, nobody.",
        "Bind the name under `[targets]`.",
        'fallback = ["mira"]\n\n' + _PERSON,
    ),
    "SB321": Code(
        "no fallback",
        "error",
        "A page whose target reaches nobody is lost.",
        'Write `fallback = ["mira"]` at the top of sirenbook.toml.',
        _PERSON,
    ),
    "SB322": Code(
        "a label value bound to a severity that the playbook does not define",
        "error",
        "Alerts with this label are graded as if they had none.",
        "Write the name of a severity of the playbook.",
        '[labels.severity]\ncritical = "P9"\n',
    ),
    "SB323": Code(
        "every escalation level of a severity pages the same person",
        "warning",
        "Whoever did not answer is called again and again, and nobody else is.",
        "Bind the names of the levels to different people.",
        f'{_PERSON}\n[targets]\n"on-call engineer" = "mira"\n"team lead" = "mira"\n',
    ),
    "SB324": Code(
        "a binding that looks meant for a name that reaches nobody",
        "warning",
        "The playbook spells the name otherwise, so the binding is never used.",
        "Write the name as the playbook does.",
        f'{_PERSON}\n[targets]\n"team leed" = "mira"\n',
    ),
    "SB325": Code(
        "an answer to a question that the playbook does not raise",
        "warning",
        "The playbook has changed since, or the key is misspelt: the answer has no effect.",
        "Take it out, or write a key that `sirenbook explain --questions` lists.",
        '[answers]\n"oncall.frist" = "mira"\n',
    ),
    "SB326": Code(
        "people who can be reached in one way only",
        "note",
        "When that channel fails, or the phone is off, they are not reached at all.",
        "Add a second contact on another channel.",
        _PERSON,
    ),
    "SB327": Code(
        "no sirenbook.toml beside the playbook",
        "note",
        "Nothing says yet who the playbook's names are, so nobody can be paged by them.",
        "Write a sirenbook.toml beside the playbook; `sirenbook up --demo` invents people to try it out.",
        "",
    ),
    "SB330": Code(
        "times at which a severity pages nobody",
        "error",
        "Whoever the severity pages first is nobody then: the fallback is paged in their place, or nobody at all. "
        "`sirenbook coverage` proves it ahead.",
        "Put somebody on call with `sirenbook oncall override`, or give the rotation members for these hours.",
        'fallback = ["mira"]\n\n'
        + _PERSON
        + '\n[targets]\n"on-call engineer" = "rotation:days"\n"team lead" = "mira"\n',
    ),
    "SB331": Code(
        "times at which a later escalation level reaches nobody",
        "warning",
        "Whoever did not answer is not followed by anybody of that name. `sirenbook coverage` proves it ahead.",
        "Put somebody on call with `sirenbook oncall override`, or give the rotation members for these hours.",
        'fallback = ["mira"]\n\n'
        + _PERSON
        + '\n[targets]\n"on-call engineer" = "mira"\n"team lead" = "rotation:days"\n',
    ),
    "SB332": Code(
        "times at which everything hangs on one person",
        "error",
        "If this one phone is off, no level of the ladder reaches anybody. It is a warning where the fallback is "
        "somebody else. `sirenbook coverage` proves it ahead.",
        "Bind the later levels to somebody else, or have a turn covered with `sirenbook oncall cover`.",
        f'{_PERSON}\n[targets]\n"on-call engineer" = "mira"\n"team lead" = "mira"\n',
    ),
    "SB333": Code(
        "somebody who takes turns and cannot be reached",
        "error",
        "In their turn nobody is paged but the fallback. `sirenbook coverage` proves it ahead.",
        "Give them a contact in `[people]`, and set its channel up.",
        f'{_PERSON}\n[people.jon]\nname = "Jon"\n\n[targets]\n"on-call engineer" = "rotation:platform"\n\n'
        '[rotations.platform]\nmembers = ["mira", "jon"]\nstart = "2026-01-05"\n',
    ),
    "SB334": Code(
        "somebody on call who lacks what the playbook requires",
        "warning",
        "At night it is too late to ask for access, or to set a telephone up. `sirenbook coverage` proves it "
        "ahead, and the brief at the hand-off repeats it.",
        "Give them what they lack, and add them to it under `[access]`.",
        f'{_PERSON}\n[targets]\n"on-call engineer" = "mira"\n\n[access]\nKubernetes = []\n',
    ),
    "SB335": Code(
        "required access of which nothing is said",
        "note",
        "The playbook requires systems and tools of whoever is on call; without `[access]` nobody can tell before "
        "the night who lacks one.",
        'Write who has it under `[access]`: `Kubernetes = ["mira"]`, or `"everybody"`.',
        f'{_PERSON}\n[targets]\n"on-call engineer" = "mira"\n',
    ),
    "SB390": Code(
        "a channel that cannot be opened",
        "error",
        "Nothing can be sent over it. It is found when a process starts.",
        "Mend what the finding names under `[channels.…]`: a secret's variable that is not set, a missing host.",
        '[channels.email]\nhost = "smtp.example.org"\npassword_env = "NOT_SET"\n',
    ),
    "SB391": Code(
        "an executor that cannot be opened",
        "error",
        "No step runs by it: each is a text to copy and to tick. It is found when a process starts.",
        "Mend what the finding names under `[executors.…]`: a missing program, a variable that is not set.",
        '[executors.sql]\ndsn_env = "NOT_SET"\n',
    ),
    "SB392": Code(
        "a contact method that nobody has verified",
        "warning",
        "A mistyped number or topic is found out when somebody should have been woken by it. The methods that were "
        "verified are tried first; where none is, they are used as they stand. It is found while the server runs.",
        "Send a code with `sirenbook contact verify`, or on the page /phone, and enter it there.",
        '[people.mira]\nname = "Mira"\ncontact = [{channel = "sms", to = "+14155550123"}]\n',
    ),
    "SB393": Code(
        "a contact method that is stale, dead or failed when it was tested",
        "warning",
        "It worked once. A telephone was changed since, a browser forgot its subscription: nobody "
        "knows until the next page. It is found while the server runs; `[testing]` says when it is stale.",
        "Test it with `sirenbook contact test`, and subscribe the new telephone on the page /phone.",
        '[people.mira]\nname = "Mira"\ncontact = [{channel = "webpush", to = "mira"}]\n',
    ),
    "SB394": Code(
        "the secret for logging in by another provider is not there",
        "error",
        "Nobody can log in by it; passwords and one-time links do. It is found when a process starts.",
        "Set the variable, or fill the file, that `[oidc]` names.",
        '[oidc]\nissuer = "https://login.example.org"\nclient_id = "sirenbook"\nclient_secret_env = "NOT_SET"\n',
    ),
    "SB395": Code(
        "a file of customers that cannot be read, or that nobody is on",
        "error",
        "A mail to them is not sent; the words stay owed until somebody says that they were posted by hand. It is "
        "found when a process starts, and as words are sent.",
        "Put a text file with one address a line into the data folder, under the name that `file` states.",
        '[customers.carriers]\nname = "Carriers"\nfile = "carriers.txt"\n',
    ),
    "SB396": Code(
        "a line of a file of customers that is no mail address",
        "warning",
        "Nobody gets a mail by this line; the others do. It is found when a process starts.",
        "Write one address a line, and nothing else on it; a line that begins with # is none.",
        '[customers.carriers]\nname = "Carriers"\nfile = "carriers.txt"\n',
    ),
}
