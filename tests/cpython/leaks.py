"""Runs test_socket again and again, and says what stays behind.

    python3.13 tests/cpython/leaks.py [ROUNDS [PATTERN ...]]

After two rounds of warming up, each round prints how the open descriptors, the objects of Python and
the bytes of malloc have changed since the round before. Run it with the stock module, then with
PYTHONPATH=target/cpython/module: python -R does the same, but only in debug builds of Python.
"""

import ctypes
import fnmatch
import gc
import io
import os
import sys
import unittest


class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd",
        "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Mallinfo


def tests(suite, patterns):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests(test, patterns)
        elif any(fnmatch.fnmatch(test.id(), f"*{pattern}*") for pattern in patterns):
            yield test


def measure():
    for _ in range(3):
        gc.collect()
    info = mallinfo2()
    return len(os.listdir("/proc/self/fd")), sys.getallocatedblocks(), info.uordblks + info.hblkhd


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    patterns = sys.argv[2:] or ["test_socket"]
    import _socket
    from test import test_socket
    print(_socket.__file__)
    before = None
    for number in range(-2, rounds):
        suite = unittest.TestSuite(tests(unittest.defaultTestLoader.loadTestsFromModule(test_socket), patterns))
        result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
        after = measure()
        if before is not None and number >= 0:
            fds, objects, bytes_ = (a - b for a, b in zip(after, before))
            print(f"{result.testsRun} tests: {fds:+} descriptors, {objects:+} objects, {bytes_:+} bytes",
                  flush=True)
        before = after


main()
