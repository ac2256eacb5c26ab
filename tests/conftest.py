"""Workers share the cores: two processes that each compute on all of them crawl."""

import os

import pytest

workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
if workers > 1:  # before torch is imported, here and in what the tests start
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))

# Workers take whole files in this order, the long ones first: what is left at the end is short, so
# that no worker waits for the other. One begins with the lessons, so that both do not start an app
# at the same moment.
FIRST = ("tests/test_lessons.py", "tests/browser/", "tests/test_train_processes.py")


@pytest.hookimpl(trylast=True)  # after pytest has gathered what shares a fixture
def pytest_collection_modifyitems(items):
    """Sort the files by FIRST; within one, and after them, nothing changes."""
    items.sort(
        key=lambda item: next(
            (i for i, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST)
        )
    )


# Goldens are PyTorch's, and only test_backends and test_export wait for exports
os.environ.setdefault("EXPLORER_BACKEND", "pytorch")
