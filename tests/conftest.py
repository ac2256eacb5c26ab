"""Workers share the cores: two processes that each compute on all of them crawl."""

import os

workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
if workers > 1:  # before torch is imported, here and in what the tests start
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))

# Goldens are PyTorch's, and no test but test_backends' waits for an export
os.environ.setdefault("EXPLORER_BACKEND", "pytorch")
