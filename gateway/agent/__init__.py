"""The small process beside each Envoy: it brings a bundle live, proves it, or puts the last good one back.

Needs no Django: stdlib, cryptography, the envoy package and `gateway.translation`. `Agent` (loop.py) is the
way in.
"""
