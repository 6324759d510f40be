import subprocess
import sys

PROGRAM = """
import os, signal, time, weakref
from callsheet.cli.terminating import exit_when_terminated
exit_when_terminated()

class Thing: ...

def collected(_):
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000): pass  # the signal is handled in here

try:
    thing = Thing()
    kept = weakref.ref(thing, collected)
    del thing
    time.sleep(20)
    print("went on")
finally:
    print("tidied up")
"""


def test_an_exit_within_a_callback_of_the_collector_is_not_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=15, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "tidied up\n", "")
