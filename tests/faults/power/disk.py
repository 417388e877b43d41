"""An nbdkit disk with a volatile cache: what was not flushed when the power fails may be lost.

image=FILE    the durable bytes; after the cut they are what a machine finds when it comes back
orders=FILE   the order to cut, looked for at each write and flush: "REQUESTS KEEP SEED"
report=FILE   written at the moment of the cut, before any request fails

The cut comes at the REQUESTS-th write or flush after the order was found. Of each unflushed write
(and of the one that is being made) every 512-byte sector is kept with a chance of KEEP per cent,
drawn from SEED: so writes are torn and later ones may survive earlier ones. Then all is EIO.
"""
import errno
import io
import mmap
import os
import random

import nbdkit

API_VERSION = 2
SECTOR = 512
settings = {}


class Disk:
    def __init__(self):
        file = os.open(settings["image"], os.O_RDWR)
        self.durable = mmap.mmap(file, 0)
        os.close(file)
        self.seen = bytearray(self.durable)  # what reads answer: the cache over the durable bytes
        self.unflushed = []  # (offset, bytes), oldest first
        self.left = None  # requests until the cut; None: no order yet
        self.off = False
        self.writes = 0
        self.flushes = 0

    def write(self, offset, data):
        self.writes += 1
        self.unflushed.append((offset, data))
        self.step()
        self.seen[offset : offset + len(data)] = data

    def flush(self):
        self.flushes += 1
        self.step()
        for offset, data in self.unflushed:
            self.durable[offset : offset + len(data)] = data
        self.unflushed.clear()

    def step(self):
        self.refuse_when_off()
        if self.left is None and os.path.exists(settings["orders"]):
            with io.open(settings["orders"], encoding="ascii") as file:
                self.left, self.keep, self.seed = (int(word) for word in file.read().split())
            self.writes = self.flushes = 0
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.cut()

    def cut(self):
        draw = random.Random(self.seed)
        kept = sectors = 0
        for offset, data in self.unflushed:
            for at in range(0, len(data), SECTOR):
                sectors += 1
                if draw.randrange(100) < self.keep:
                    kept += 1
                    part = data[at : at + SECTOR]
                    self.durable[offset + at : offset + at + len(part)] = part
        self.off = True
        with io.open(settings["report"] + ".new", "w", encoding="ascii") as file:
            file.write(f"{self.writes} {self.flushes} {sectors} {kept}\n")
        os.rename(settings["report"] + ".new", settings["report"])
        self.refuse_when_off()

    def refuse_when_off(self):
        if self.off:
            nbdkit.set_error(errno.EIO)
            raise OSError(errno.EIO, "the power is off")


disk = None


def thread_model():
    return nbdkit.THREAD_MODEL_SERIALIZE_ALL_REQUESTS


def config(key, value):
    settings[key] = value


def config_complete():
    missing = {"image", "orders", "report"} - settings.keys()
    if missing:
        raise RuntimeError("missing: " + ", ".join(sorted(missing)))


def after_fork():
    global disk
    disk = Disk()


def open(readonly):
    return disk


def get_size(handle):
    return len(handle.durable)


def can_write(handle):
    return True


def can_flush(handle):
    return True


def pread(handle, buffer, offset, flags):
    handle.refuse_when_off()
    buffer[:] = handle.seen[offset : offset + len(buffer)]


def pwrite(handle, buffer, offset, flags):
    handle.write(offset, bytes(buffer))


def flush(handle, flags):
    handle.flush()
