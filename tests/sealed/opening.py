"""Opens the sealed cases that no report has opened yet. In: the compressed files here and their hashes, which were
committed before the report that opens them. Out: the figures, author by author and together, never a case, and a line
in `openings.csv` that says which files were opened, of which commit, and when."""

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
    *("opened", "files", "commit", "knowledge", "cases", "flag sensitivity", "flag specificity"),
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


def unopened() -> list[Path]:
    """The sealed files that no line of the log names."""
    known: set[str] = set()
    if LOG.exists():
        with LOG.open(encoding="utf-8", newline="") as log:
            known = {name for line in csv.DictReader(log) for name in line["files"].split("+")}
    return [path for path in sorted(HERE.glob("*.yaml.xz")) if path.name.removesuffix(".yaml.xz") not in known]


def opened(paths: list[Path]) -> list[CaseFile]:
    """The cases of sealed files."""
    return [cases(lzma.decompress(sealed(path)).decode("utf-8")) for path in paths]


def logged(paths: list[Path], found: list[Outcome], commit: str, knowledge: str, now: datetime) -> dict[str, str]:
    """One opening as a line of the log."""

    def share(pairs: list[bool]) -> str:
        return f"{sum(pairs)}/{len(pairs)}"

    return dict(
        zip(
            COLUMNS,
            (
                now.strftime("%Y-%m-%d %H:%M"),
                "+".join(path.name.removesuffix(".yaml.xz") for path in paths),
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
    paths = unopened()
    if not paths:
        raise SystemExit("Every sealed file has been opened for a report; the next one needs new files.")
    commit = subprocess.run((*git, "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=True)
    knowledge = load_knowledge()
    files = opened(paths)
    found = list(outcomes(files, knowledge))
    line = logged(paths, found, commit.stdout.strip(), knowledge.fingerprint, datetime.now(UTC))
    new = not LOG.exists()
    with LOG.open("a", encoding="utf-8", newline="") as log:
        writer = csv.DictWriter(log, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(line)
    for file in files:
        print(f"{file.author}:", *list(report([o for o in found if o.author == file.author]))[:9], "", sep="\n")
    print("\n".join(report(found)))
    print(f"\nLogged in {LOG.name}; commit it with the report.")


if __name__ == "__main__":
    main()
