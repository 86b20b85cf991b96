"""Which release this is, and in which form its portal and its agents speak to each other.

Both sides carry this file. They understand each other when FORM is the same on both.
"""

RELEASE = "0.1.0"  # as in pyproject.toml
# Of what travels to a node: wishes, parts and lists of denials. It grows by one whenever an agent that was
# not updated could not read them, or would give them another version; a test notices.
FORM = 1


def named(release: str, form: int) -> str:
    """For people: the release, and the form that it speaks. `release` "": from before agents told."""
    return f"release {release} (form {form})" if release else "an older release"
