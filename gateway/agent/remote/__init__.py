"""The agent of a node that is not on the portal's machine: it enrols, asks, reports, and waits when it
must."""
