"""Killed writers, full disks and damaged files: the short run of benchmarks/torture.py."""

import os
import subprocess
import sys

from conftest import ROOT


def test_nothing_is_lost_and_nothing_wrong_is_answered():
    command = [sys.executable, "benchmarks/torture.py", "--rounds", "10", "--flips", "30", "--seed", "7"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rounds 10," in done.stdout and "damaged 30" in done.stdout and done.stdout.endswith("\n0 wrong\n")
