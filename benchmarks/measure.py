"""How a figure is measured: contenders take turns, in processes of their own where memory counts, and medians speak."""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = Path(os.environ.get("OMBUD_BENCH_DIR") or ROOT / "build" / "benchmarks")


@dataclass(frozen=True)
class Target:
    """One promise: what is compared, the figure, and the most (or, `at_least`, the least) that it may be."""

    what: str
    value: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Figure:
    """A measured table: `rows` in the order of `columns`, ready to print, and the promises it is held to."""

    title: str
    script: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        return cls(**{**data, "targets": [Target(**target) for target in data["targets"]]})


@dataclass
class Taken:
    """What the runs of one contender took: seconds each, and the most memory of any, in MB."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0
    answer: Any = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu(self) -> float:
        return statistics.median(self.cpu_seconds) if self.cpu_seconds else 0.0


def in_turns(contenders: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Taken]:
    """Runs each contender `runs` times in this process, in turns, so that a slow minute hits all."""
    taken = {name: Taken() for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            gc.collect()
            cpu, start = time.process_time(), time.perf_counter()
            taken[name].answer = contender()
            taken[name].seconds.append(time.perf_counter() - start)
            taken[name].cpu_seconds.append(time.process_time() - cpu)
    return taken


def children_in_turns(contenders: Mapping[str, tuple[str, Mapping[str, Any]]], runs: int) -> dict[str, Taken]:
    """As `in_turns`, each run in a child: (`module:function`, its arguments) prepares and returns the call to time."""
    taken = {name: Taken() for name in contenders}
    for _ in range(runs):
        for name, (function, arguments) in contenders.items():
            told = child("benchmarks.measure:timed", function=function, arguments=dict(arguments))
            taken[name].seconds.append(told["seconds"])
            taken[name].cpu_seconds.append(told["cpu_seconds"])
            taken[name].peak_mb = max(taken[name].peak_mb, told["peak_mb"])
            taken[name].answer = told["answer"]
    return taken


def timed(*, function: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """In the child: prepares, runs once, tells seconds, CPU seconds, peak memory and the answer."""
    run = _named(function)(**arguments)
    cpu, start = time.process_time(), time.perf_counter()
    answer = run()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb(), "answer": answer}


def peak_mb() -> float:
    """The most memory that this process has held, in MB (2^20 bytes)."""
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 2**10


def child(
    called: str, /, *, before: Sequence[str] = (), environment: Mapping[str, str] | None = None, **arguments: Any
) -> Any:
    """Calls `module:function` in a new Python behind the command `before`; None where that ran nothing."""
    command = [*before, sys.executable, "-m", "benchmarks.measure", called, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{called} {arguments} ended with {done.returncode}")
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else None


def steps(*, function: str, arguments: Mapping[str, Any]) -> None:
    """In the child: tells each thing that the generator `function` gives, and goes on when it is sent a line."""
    for told in _named(function)(**arguments):
        print(json.dumps(told), flush=True)
        if not sys.stdin.readline():
            break


class Stepping:
    """A child that goes on step by step, so that several can take turns. As a context it ends the child."""

    def __init__(
        self, function: str, *, before: Sequence[str], environment: Mapping[str, str], **arguments: Any
    ) -> None:
        called = json.dumps({"function": function, "arguments": arguments})
        command = [*before, sys.executable, "-m", "benchmarks.measure", "benchmarks.measure:steps", called]
        self._child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._begun = False

    def step(self) -> Any:
        """What the next step tells; None where the command before it ran nothing."""
        assert self._child.stdin
        assert self._child.stdout
        if self._begun:
            self._child.stdin.write("go\n")
            self._child.stdin.flush()
        self._begun = True
        line = self._child.stdout.readline()
        if not line and self._child.wait():
            raise RuntimeError(f"a child ended with {self._child.returncode}")
        return json.loads(line) if line else None

    def __enter__(self) -> Stepping:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()


def machine() -> str:
    """The machine in one line: processor, cores, memory, system, Python and the parts that do the work."""
    import duckdb

    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines() if Path(file).exists() else []


def _named(name: str) -> Callable[..., Any]:
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    print(json.dumps(_named(sys.argv[1])(**json.loads(sys.argv[2]))))
