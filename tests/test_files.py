"""Files that appear whole or not at all, also where two write one."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from explorer import files


def test_two_writers_of_one_file_leave_the_whole_text_of_one_of_them(tmp_path):
    file, texts = tmp_path / "table.json", ["a" * 4000, "b" * 4000]

    def write(text: str) -> None:
        for _ in range(150):
            files.replace_text(file, text)
            assert file.read_text() in texts

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, text) for text in texts]:
            done.result(60)
    assert [path.name for path in tmp_path.iterdir()] == ["table.json"]


def test_what_a_killed_writer_left_is_swept_by_the_next_one_an_hour_later(tmp_path):
    file = tmp_path / "net[1].onnx"
    old, new, other = (tmp_path / f".{name}.1-1.part" for name in (file.name, file.name, "b.onnx"))
    new = new.with_name(f".{file.name}.2-2.part")
    for part in (old, new, other):
        part.write_text("half")
        os.utime(part, (time.time() - 7200,) * 2)
    os.utime(new)
    files.replace_text(file, "whole")
    assert not old.exists() and new.exists() and other.exists()
