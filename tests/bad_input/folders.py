# SPDX-License-Identifier: Apache-2.0
"""Folders that are full or cannot be written. A small tmpfs where the machine lets us mount one; else limits that
fail in the same places. Which of the two ran is printed, for a test that quietly tries less is none."""
import contextlib
import ctypes
import os
import resource
import shutil
import sys

MS_RDONLY, MS_REMOUNT, MNT_DETACH = 1, 32, 2
NOBODY = 65534
libc = ctypes.CDLL(None, use_errno=True)


def mount(folder, options, flags=0):
    if libc.mount(b"none", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(flags), options.encode()) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)


def unmount(folder):
    libc.umount2(os.fsencode(folder), MNT_DETACH)


def say(text):
    print(f"[{text}]", file=sys.stderr, flush=True)


class SmallDisk:
    """A folder on a disk of its own. `leave` fills it until so many bytes are free; `free` empties it again.
    Commands must be started with `prepare` as their preexec_fn, which is None where the disk is real."""

    def __init__(self, folder, size):
        self.folder, self.real, self.prepare = folder, True, None
        os.makedirs(folder, exist_ok=True)
        try:
            mount(folder, f"size={size},mode=0700")
        except OSError as error:
            say(f"no tmpfs here ({error.strerror}): file sizes are limited instead")
            self.real = False

    def leave(self, room):
        if not self.real:
            databases = [os.path.join(place, name) for place, _, names in os.walk(self.folder)
                         for name in names if name.endswith(".db")]
            largest = max(map(os.path.getsize, databases), default=2048) + room  # 2048: what is said must fit
            self.prepare = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
            return
        facts = os.statvfs(self.folder)
        fill = facts.f_bavail * facts.f_frsize - room
        if fill > 0:
            with open(os.path.join(self.folder, "filler"), "wb") as file:
                os.posix_fallocate(file.fileno(), 0, fill)

    def free(self):
        self.prepare = None
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.folder, "filler"))

    def remove(self):
        if self.real:
            unmount(self.folder)


class ReadOnly:
    """Makes everything below a folder unwritable, also for root."""

    def __init__(self, folder, copy_from):
        self.folder, self.prepare, self.real = folder, None, True
        os.makedirs(folder, exist_ok=True)
        try:
            mount(folder, "mode=0700")
        except OSError as error:
            say(f"no tmpfs here ({error.strerror}): access rights are taken away instead")
            self.real = False
        shutil.copytree(copy_from, os.path.join(folder, "store"))
        if self.real:
            mount(folder, "mode=0700", MS_REMOUNT | MS_RDONLY)
            return
        for place, _, names in os.walk(folder, topdown=False):
            for name in names:
                os.chmod(os.path.join(place, name), 0o400)
            os.chmod(place, 0o500)
        if os.geteuid() == 0:  # whom access rights do not bind: another user runs the commands
            self._give_to(NOBODY)
            self.prepare = lambda: os.setuid(NOBODY)

    def _give_to(self, user):
        household = os.path.dirname(self.folder)
        for place, _, names in os.walk(household):
            for path in (place, *(os.path.join(place, name) for name in names)):
                os.chown(path, user, -1)

    def writable(self):
        if self.real:
            mount(self.folder, "mode=0700", MS_REMOUNT)
            return
        if self.prepare:
            self._give_to(0)
        self.prepare = None
        for place, _, names in os.walk(self.folder):
            os.chmod(place, 0o700)
            for name in names:
                os.chmod(os.path.join(place, name), 0o600)

    def remove(self):
        self.writable()
        if self.real:
            unmount(self.folder)
