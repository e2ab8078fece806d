"""Variables in front of a command: the harmless ones change nothing, all others may do anything."""

import pytest

from sirenbook.playbook.safety import bind, judge, render

READS = [
    "LC_ALL=C sort x",
    "TZ=UTC date",
    "TZ=Europe/Berlin date",
    "NO_COLOR=1 kubectl get pods -n quay",
    "PGPASSWORD=$DB_PASSWORD psql -h db -c 'select 1'",
    "PGCONNECT_TIMEOUT=5 psql -c 'select 1'",
    "env TZ=UTC date",
    "LC_ALL=C grep x y | LC_ALL=C sort",
    "sh -c 'LC_ALL=C sort x'",
    "LANG= ls",
]
CHANGES = [
    "LD_PRELOAD=/tmp/x.so ls",
    "PATH=/tmp ls",
    "A=b cat x",
    "GIT_SSH_COMMAND=id git log",
    "PAGER=id git log",
    "TZ=/etc/shadow date",
    "TZ=$ZONE date",
    "TERM=../../x ls",
    "PSQLRC=x psql -c 'select 1'",
    "env A=b ls",
    "sh -c 'LD_PRELOAD=x ls'",
    "sh -c 'LC_ALL=$X ls'",
    "ls | LD_PRELOAD=x sort",
    "timeout 5 env LD_PRELOAD=x ls",
    "LC_ALL=C rm x",
    "LC_X=C ls | tee y",
]


@pytest.mark.parametrize("text", READS)
def test_what_only_reads_with_them(text: str) -> None:
    judged = judge(text)
    assert (judged.risk, "opaque" in judged.flags) == ("reads", False), judged.reasons


@pytest.mark.parametrize("text", CHANGES)
def test_what_may_do_more_with_them(text: str) -> None:
    assert judge(text).risk != "reads"
    assert not judge(text).automatic


@pytest.mark.parametrize("text", ["KUBECONFIG=x kubectl get pods", "AWS_PROFILE=p aws s3 ls", "PGHOST=h psql -l"])
def test_another_target_is_no_step_of_its_own(text: str) -> None:
    judged = judge(text)
    assert "elsewhere" in judged.run_flags
    assert not judged.automatic


def test_people_see_them_and_their_holes_are_filled() -> None:
    asked = judge("PGAPPNAME=<name> PGPASSWORD=$DB_PASSWORD psql -c 'select 1'")
    assert {p.name: p.secret for p in asked.parameters} == {"name": False, "DB_PASSWORD": True}
    done = bind(asked, {"name": "night"})
    assert done.run is not None
    assert render(done.run) == "PGAPPNAME=night PGPASSWORD=$DB_PASSWORD psql -X -w -c 'select 1'"


@pytest.mark.parametrize(
    ("text", "reveals"),
    [
        ("echo $API_TOKEN", True),
        ('echo "key: $OPENAI_API_KEY"', True),
        ("echo $DATABASE_URL", True),
        ("printf '%s' $DB_PASSWORD", True),
        ("echo $API_TOKEN | base64 -d", True),
        ("echo $API_TOKEN | sha256sum", False),
        ("echo $HOME", False),
        ("echo <service-token>", False),
        ("cat /etc/passwd", True),
        ("cat /etc/shadow", True),
        ("head -3 /app/.env", True),
        ("cat /root/.ssh/id_ed25519", True),
        ("grep -c root /etc/passwd", True),
        ("cat /etc/hosts", False),
    ],
)
def test_what_shows_a_secret(text: str, reveals: bool) -> None:
    assert ("reveals-secrets" in judge(text).run_flags) is reveals


@pytest.mark.parametrize(
    ("text", "endless"),
    [
        ("sleep 5", False),
        ("sleep 120", False),
        ("sleep 1m", False),
        ("sleep 100000", True),
        ("sleep 1h", True),
        ("sleep infinity", True),
        ("kubectl wait --for=condition=Ready pod/x -n quay", False),
        ("kubectl wait --for=condition=Ready pod/x --timeout=60s -n quay", False),
        ("kubectl wait --for=condition=Ready pod/x --timeout=-1s -n quay", True),
    ],
)
def test_what_never_ends(text: str, endless: bool) -> None:
    assert ("endless" in judge(text).flags) is endless


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("mysql -h db -e 'show full processlist'", "reads"),
        ("mysql -u root -psecret -e \"show global status like 'Threads%'\"", "reads"),
        ("mysql -e 'select count(*) from bookings' shop", "reads"),
        ("mysql -e 'delete from bookings'", "destroys"),
        ("mysql -e 'select 1 --x; delete from bookings'", "changes"),
        ("mysql -e 'select /*!50000 sleep(9) */ 1'", "changes"),
        ("mysql -e 'select load_file(1)'", "changes"),
        ("mysql -e 'kill 7'", "changes"),
        ("mysql -e 'select 1' --init-command=x", "changes"),
        ("mysql < dump.sql", "changes"),
        ("mysql", "changes"),
        ("mongosh --eval 'rs.status()'", "reads"),
        ("mongosh \"mongodb://db/shop\" --quiet --eval 'db.bookings.countDocuments({})'", "reads"),
        ("mongosh --eval 'db.dropDatabase()'", "changes"),
        ("mongosh --eval 'db.stats(); db.x.drop()'", "changes"),
        ("mongosh repair.js", "changes"),
        ("oc get pods -n quay", "reads"),
        ("oc delete pod x -n quay", "destroys"),
        ("oc new-app x", "changes"),
        ("oc login https://x", "changes"),
        ("ssh host uptime", "changes"),
        ("ssh host", "changes"),
        ("scp a host:b", "changes"),
    ],
)
def test_programs_that_are_judged_by_what_they_are_told(text: str, risk: str) -> None:
    judged = judge(text)
    assert judged.risk == risk, judged.reasons
    assert judged.automatic is (risk == "reads")
