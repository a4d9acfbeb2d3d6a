"""Opens the sealed cases, once for each report. In: the compressed files here and their hashes, which were committed
before the report that opens them. Out: the figures, never a case, and a line in `openings.csv` that says who could have
learnt from them and when."""

from __future__ import annotations

import csv
import hashlib
import lzma
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from reading.cases import CaseFile, cases
from reading.measure import Outcome, outcomes, report

from service.knowledge.load import load_knowledge

HERE = Path(__file__).parent
LOG = HERE / "openings.csv"
COLUMNS = (
    *("opened", "commit", "knowledge", "cases", "flag sensitivity", "flag specificity"),
    *("red flags caught", "red flags invented", "right"),
)


class Broken(Exception):
    """A sealed file that is not the one whose hash was committed."""


def sealed(path: Path) -> bytes:
    """The bytes of a sealed file. Raises `Broken` when its hash is not the committed one."""
    packed = path.read_bytes()
    committed = path.with_name(path.name.removesuffix(".yaml.xz") + ".sha256").read_text("ascii").split()[0]
    if hashlib.sha256(packed).hexdigest() != committed:
        raise Broken(f"{path.name} is not the file that was sealed: its SHA-256 is not {committed}")
    return packed


def opened() -> list[CaseFile]:
    """The cases of all sealed files."""
    return [cases(lzma.decompress(sealed(path)).decode("utf-8")) for path in sorted(HERE.glob("*.yaml.xz"))]


def logged(found: list[Outcome], commit: str, knowledge: str, now: datetime) -> dict[str, str]:
    """One opening as a line of the log."""

    def share(pairs: list[bool]) -> str:
        return f"{sum(pairs)}/{len(pairs)}"

    return dict(
        zip(
            COLUMNS,
            (
                now.strftime("%Y-%m-%d %H:%M"),
                commit,
                knowledge[:12],
                str(len(found)),
                share([o.flag_got for o in found if o.flag]),
                share([not o.flag_got for o in found if not o.flag]),
                share([o.red_got for o in found if o.red]),
                share([o.red_got for o in found if not o.red]),
                share([o.right for o in found]),
            ),
            strict=True,
        )
    )


def main() -> None:
    """Open, measure, log, print."""
    git = ("git", "-C", str(HERE))
    if subprocess.run((*git, "status", "--porcelain"), capture_output=True, text=True, check=True).stdout.strip():
        raise SystemExit("Commit first: an opening judges a commit, and the log names it.")
    commit = subprocess.run((*git, "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=True)
    knowledge = load_knowledge()
    found = list(outcomes(opened(), knowledge))
    line = logged(found, commit.stdout.strip(), knowledge.fingerprint, datetime.now(UTC))
    new = not LOG.exists()
    with LOG.open("a", encoding="utf-8", newline="") as log:
        writer = csv.DictWriter(log, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(line)
    print("\n".join(report(found)))
    print(f"\nLogged in {LOG.name}; commit it with the report.")


if __name__ == "__main__":
    main()
