"""A disk that is full when a test says so, for one folder."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.service import Process


class SmallDisk:
    """A file system of its own (tmpfs), filled by a file that is in the way: writing gives ENOSPC, as a full disk does.

    Where nothing may be mounted, a limit on the size of every file that the process writes (EFBIG).
    """

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted
        self._in_the_way = folder / "in-the-way"

    def fill(self, process: Process) -> None:
        if not self.mounted:
            resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (self._largest(), resource.RLIM_INFINITY))
            return
        with self._in_the_way.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self, process: Process) -> None:
        if not self.mounted:
            infinity = resource.RLIM_INFINITY
            resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (infinity, infinity))
            return
        self._in_the_way.unlink()

    def _largest(self) -> int:
        return max((path.stat().st_size for path in self.folder.rglob("*") if path.is_file()), default=0)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """A disk of this size (as `mount` writes it) at a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    words = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = bool(
        mount and umount and subprocess.run([mount, *words], check=False, capture_output=True).returncode == 0
    )
    try:
        yield SmallDisk(folder, mounted=mounted)
    finally:
        if umount and mounted:
            subprocess.run([umount, "-l", str(folder)], check=True)
