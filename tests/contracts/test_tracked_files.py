"""What is committed is what a wheel carries: the build leaves out whatever git ignores."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a checkout of git"
)
def test_no_committed_file_is_one_that_git_ignores():
    asked = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
