"""The inner loops of the planner, compiled by numba.

Everything here is plain Python on arrays; ``kernel.py_func`` is the same without compiling. They
have no annotations, because numba finds the types from what they are called with: whole numbers
are int64, costs float64. Who calls them is typed.
"""
