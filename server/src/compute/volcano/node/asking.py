"""
How a node hears that it is to end. The kernel drops what is sent to the first process of a pod before that has said what to do about
it, and nobody sends it again; what is blocked is kept. So that is the first thing a node does.
"""

import signal

ENDS = (signal.SIGTERM, signal.SIGINT)


def hold():
    """Keeps requests for `wait`. Threads have this from the one that starts them: it is done before there are any."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)


def release():
    """For a program that the node starts: it has its own way with them."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def wait():
    """Returns when the node is asked to end, or at once when it was before."""
    signal.sigwait(ENDS)
