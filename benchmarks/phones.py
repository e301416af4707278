"""Are published telephone numbers read rightly, and is every guess marked as one?

    python -m benchmarks.phones --csv phones.csv

The file has the columns raw, default_region, e164 (empty unless valid) and status. A number counts as wrong when it is
kept as plainly valid although it is not the expected one, or although no valid one was expected and what was typed
does not hold its digits.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks._report import Report, arguments
from conciergedesk.core.phone import PhoneStatus, match_key, read_phones, search_digits, show_phone


def published(file: Path | None, count: int | None) -> list[dict[str, str]]:
    """Rows of the file, or numbers of the blocks reserved for fiction in usual spellings."""
    if file is not None:
        with file.open(encoding="utf-8", newline="") as source:
            return list(csv.DictReader(source))[:count]
    chance = random.Random(3)
    spellings = ("0{}", "+33 {}", "+33 (0){}", "0033{}", "Tél. 0{} (accueil)", "33{}", "0{} poste 4")
    rows = []
    for _ in range(count or 20_000):
        national = (
            chance.choice(("19900", "26191", "35301", "46571", "53649", "63998"))
            + f"{chance.randrange(10**4):04}"
        )
        raw = chance.choice(spellings).format(national)
        rows.append({"raw": raw, "default_region": "FR", "e164": f"+33{national}", "status": "valid"})
    return rows


def digits_are_there(e164: str, raw: str) -> bool:
    """Whether the national number of ``e164`` stands in what was typed, digit for digit."""
    typed = "".join(char for char in raw if char.isdecimal())
    return any(e164[1 + length :] in typed for length in (1, 2, 3))


def quality(report: Report, rows: Iterable[dict[str, str]]) -> None:
    counts = dict.fromkeys(("valid", "same", "warned", "lost", "recovered", "refused", "guessed"), 0)
    wrong = unfindable = numbers = 0
    for row in rows:
        found = read_phones(row["raw"], row["default_region"])
        plain = [one for one in found if one.status is PhoneStatus.VALID]
        numbers += len(found)
        if row["status"] == "valid":
            counts["valid"] += 1
            counts["same"] += any(one.e164 == row["e164"] for one in plain)
            counts["warned"] += any(one.status is PhoneStatus.TO_CONFIRM for one in found)
            counts["lost"] += all(one.e164 != row["e164"] for one in found)
            wrong += sum(one.e164 != row["e164"] for one in plain)
        else:
            kind = "recovered" if plain else "guessed" if any(one.e164 for one in found) else "refused"
            counts[kind] += 1
            for one in plain:
                if not digits_are_there(one.e164 or "", row["raw"]):
                    wrong += 1
                    print(f"  kept without a warning: {row['raw']!r} as {one.e164}")
        for one in found:
            if one.e164 is None:
                continue
            key = match_key(one.e164)
            spellings = (one.e164, show_phone(one.e164), one.e164[-4:], f"00{one.e164[1:]}")
            unfindable += any(search_digits(spelling) not in key for spelling in spellings)
    report.figure("numbers_read", numbers)
    report.figure("expected_valid", counts["valid"])
    report.figure("read_as_expected_share", counts["same"] / max(counts["valid"], 1))
    report.figure("expected_but_warned_about", counts["warned"])
    report.figure("expected_but_lost", counts["lost"])
    report.figure("unreadable_recovered", counts["recovered"])
    report.figure("unreadable_kept_with_a_warning", counts["guessed"])
    report.figure("unreadable_refused", counts["refused"])
    report.figure("wrong_without_a_warning", wrong, "<= 0")
    report.figure("not_found_by_a_usual_spelling", unfindable)


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--csv", type=Path, help="published numbers with the expected E.164")
    args = parser.parse_args()
    rows = published(args.csv, 3_000 if args.quick else None)
    report = Report("phones", args.quick)
    begun = time.perf_counter()
    for row in rows:
        read_phones(row["raw"], row["default_region"])
    report.figure("microseconds_per_field", (time.perf_counter() - begun) / max(len(rows), 1) * 1e6)
    quality(report, rows)
    report.finish(args.json)


if __name__ == "__main__":
    main()
