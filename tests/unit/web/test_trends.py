"""The measures over HTTP: the API, the page, its files."""

import csv
import io

import pytest

from sirenbook.engine import measuring
from sirenbook.incident.measures.metrics import figures
from unit.web.site import Browser, Site
from unit.web.test_pages import no_script_but_ours


def lived(site: Site) -> None:
    """Two incidents of one alert, one of them answered too late, and a drill."""
    for wait in (2, 8):
        site.alert("<b>Bookings</b>", service="=cmd")
        number = site.api("GET", "/api/incidents").json()["incidents"][0]["id"]
        site.ahead(minutes=wait)
        site.api("POST", f"/api/incidents/{number}/acknowledge", {"by": "mira"})
        site.api("POST", f"/api/incidents/{number}/resolve", {"by": "mira", "reason": "restarted"})
    site.declare("A drill", drill=True)


def test_the_api_tells_the_month(site: Site) -> None:
    lived(site)
    told = site.api("GET", "/api/metrics?months=2").json()
    by_key = {f["key"]: f for f in told["figures"]}
    assert by_key["incidents"]["value"] == 2
    assert (by_key["response"]["value"], by_key["response"]["counted"]) == (50, 2)
    assert by_key["acknowledgement"]["median"] == pytest.approx(300, abs=5)
    assert [p["what"] for p in told["patterns"] if p["kind"] == "repeat cause"] == ["restarted"]
    assert set(by_key) == {f.key for f in figures([])}
    report = site.api("GET", "/api/metrics/report").json()
    assert report["markdown"].startswith("# Incidents in 2023-11")
    assert "<b>Bookings" not in report["html"]
    assert "<script" not in report["html"]


def test_a_month_is_read_in_bites(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "AT_A_TIME", 2)
    for number in range(5):
        site.declare(f"Number {number}")
    told = site.api("GET", "/api/metrics").json()
    assert next(f["value"] for f in told["figures"] if f["key"] == "incidents") == 5


@pytest.mark.parametrize("month", ["2026-13", "26-1", "2026-11-01", "x", "٢٠٢٦-١١"])
def test_a_month_that_is_none(site: Site, month: str) -> None:
    assert site.api("GET", f"/api/metrics?month={month}").status_code == 400


def test_the_page_has_charts_with_tables_beside_them(site: Site, mira: Browser) -> None:
    lived(site)
    page = mira.get("/trends").text
    no_script_but_ours(page)
    assert 'role="img" aria-label="Incidents. ' in page
    assert "2023-11: 2" in page
    assert "&lt;b&gt;Bookings&lt;/b&gt;" in page
    assert mira.get("/trends?month=2023-01").status_code == 200
    assert mira.get("/trends?month=nonsense").status_code == 400


def test_the_files_of_a_month(site: Site, mira: Browser) -> None:
    lived(site)
    rows = list(csv.DictReader(io.StringIO(mira.get("/trends.csv").text)))
    assert {r["name"] for r in rows if r["by"] == "service"} == {"'=cmd"}
    assert mira.get("/trends.md").text.startswith("# Incidents in 2023-11")
    assert mira.get("/trends.html").headers["content-disposition"] == 'attachment; filename="trends-2023-11.html"'
    assert mira.get("/trends.exe").status_code == 404
    assert site.ask("GET", "/trends.csv").status_code == 303
