"""The web application as the processes of `callsheet serve` load it.

In a terminal, Ctrl-C goes to every process of the group. A web process that hears it and then its
parent's request to stop as well does not stop at all until it is killed. So each leaves the
group, and its parent alone tells it.
"""

import os

from callsheet.config.wsgi import application

os.setpgrp()

__all__ = ["application"]
