"""A review as PDF: its words are in it again, whatever their letters; refused in words where it cannot be made."""

from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest

from sirenbook.web.documents import as_html
from sirenbook.web.faults import Fault
from sirenbook.web.pages import review_pdf
from unit.web.site import Browser, Site
from unit.web.test_review import ONE, PAGE, reviewed

REVIEW = """# Überprüfung: Öl im Kessel 🔥

*Mira Kovač* and **Łukasz** <b>saw</b> it [to fill in: cause] Привет

| Time | What |
|---|---:|
| 09:12 UTC | `kubectl get pods` **worked** 🚒 |
|  | [a link](https://x.example/?a=b&c) |

- [ ] Mend the valve
  - by `Friday`

> and a quote

```
a long command --with=options | grep x
```

![picture](https://x.example/i.png) [no](javascript:x) [above](#time) [there](/incidents)
"""


def read(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)


def made(markdown: str) -> bytes:
    return review_pdf.as_pdf(
        str(as_html(markdown)), "Review", "INC-1, version 1", datetime(2026, 11, 22, tzinfo=UTC)
    )


def test_what_was_written_can_be_read_in_it() -> None:
    told = read(made(REVIEW))
    for words in (
        "Überprüfung: Öl im Kessel",
        "Mira Kovač and Łukasz <b>saw</b> it [to fill in: cause] Привет",
        "09:12 UTC kubectl get pods worked",
        "a link",
        "[ ] Mend the valve",
        "by Friday",
        "and a quote",
        "a long command --with=options | grep x",
        "above there",
        "INC-1, version 1",
    ):
        assert words in told


def test_many_pages_and_none() -> None:
    assert "1/1" in read(made(""))
    assert "2/" in read(made("A line of a long review.\n\n" * 200))


def test_a_table_that_fits_no_page_is_refused_in_words() -> None:
    rows = ("|" + cell * 60 for cell in ("a|", "-|", "wide|"))
    with pytest.raises(Fault, match="cannot be laid out as PDF") as refused:
        made("\n".join(rows))
    assert refused.value.status == 409


def test_the_file_and_its_absence(site: Site, mira: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed(site)
    site.api("POST", f"{ONE}/review", {"markdown": REVIEW})
    assert f"{PAGE}.pdf" in mira.get(PAGE).text
    answer = mira.get(f"{PAGE}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert "Mend the valve" in read(answer.content)
    assert site.api("GET", f"{ONE}/review/export?format=pdf").json()["encoding"] == "base64"
    monkeypatch.setattr(review_pdf, "find_spec", lambda name: None)
    assert f"{PAGE}.pdf" not in mira.get(PAGE).text
    error = site.api("GET", f"{ONE}/review/export?format=pdf")
    assert error.status_code == 409
    assert "sirenbook[pdf]" in error.json()["error"]["help"]
