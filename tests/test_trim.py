"""What was freed does not stay resident."""

import subprocess
import sys

import pytest

from explorer.app import trim

FREED = """
import threading, psutil
from explorer.app import trim
trim.settle()
me, kept = psutil.Process(), []
def mb(): return me.memory_info().rss / 2**20
def use():
    made = [bytes(900) for _ in range(40_000)]
    kept.append(made[::500])  # so that no heap is free to its end
before = mb()
for _ in range(8):
    threads = [threading.Thread(target=use) for _ in range(4)]
    [one.start() for one in threads], [one.join() for one in threads]
trim.give_back()
print(mb() - before)
"""


@pytest.mark.skipif(trim._glibc("malloc_trim") is None, reason="not on glibc")
def test_what_threads_have_freed_goes_back_to_the_system():
    said = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True)
    assert float(said.stdout) < 20, said.stderr  # of more than 34 MB that each thread made
