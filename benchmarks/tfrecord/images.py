"""Where the measured images come from: slices of one file of pseudo-random bytes, made once."""

import os
import random

MAKE = 8 * 1024 * 1024


def make(path, count, size):
    """Writes COUNT images of SIZE bytes one after the other."""
    if os.path.exists(path) and os.path.getsize(path) == count * size:
        return
    block = random.Random(1).randbytes(MAKE)
    with open(path, 'wb') as file:
        left = count * size
        while left > 0:
            left -= file.write(block[: min(left, MAKE)])


def read(path, count, size):
    """The images, one by one, with the index of their class."""
    with open(path, 'rb', buffering=0) as file:
        for index in range(count):
            yield index, file.read(size)
