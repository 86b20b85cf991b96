"""The one table of status words: what each is called, which icon it carries and which colour it wears.

A status is a code such as ``needs_redeploy``. The same code may mean different things to different subjects
(an expired certificate is bad news, an expired link is merely over), so the table is kept by subject.
"""

from typing import NamedTuple


class Look(NamedTuple):
    """How a status appears: the glossary's word, an icon of ``static/icons.svg`` and a tone.

    The tone is a class of the stylesheet without its ``s-``: ok, warn, bad, info, trial, idle or us.
    """

    word: str
    icon: str
    tone: str


TALLY = "tally"  # in place of an icon: the sign whose right half shows client authentication

LOOKS: dict[str, dict[str, Look]] = {
    "client authentication": {
        "off": Look("off", TALLY, "idle"),
        "optional": Look("optional", TALLY, "info"),
        "trial": Look("trial", TALLY, "trial"),
        "required": Look("required", TALLY, "ok"),
        "not_live": Look("not on the gateway yet", "dash-circle", "idle"),
    },
    "proxy": {
        "not_deployed": Look("not deployed", "dash-circle", "idle"),
        "deployed": Look("deployed", "check-circle-fill", "ok"),
        "needs_redeploy": Look("needs redeploy", "arrow-repeat", "warn"),
    },
    "product": {
        "draft": Look("draft", "file-earmark-text", "idle"),
        "published": Look("published", "check-circle-fill", "ok"),
        "needs_republish": Look("needs republish", "arrow-repeat", "warn"),
    },
    "incident": {
        "our_turn": Look("our turn", "flag-fill", "us"),
        "checking": Look("our turn", "flag-fill", "us"),
        "enabling": Look("our turn: deploy", "flag-fill", "us"),
        "partners_turn": Look("partner’s turn", "hourglass-split", "idle"),
        "waiting": Look("partner’s turn", "hourglass-split", "idle"),
        "proving": Look("waiting for proof", "hourglass-split", "info"),
        "closed_on_evidence": Look("closed on evidence", "patch-check-fill", "ok"),
        "closed": Look("closed on evidence", "patch-check-fill", "ok"),
        "withdrawn": Look("withdrawn", "slash-circle", "idle"),
    },
    "deployment": {
        "planned": Look("planned", "circle", "idle"),
        "checking": Look("checking", "hourglass-split", "info"),
        "ready": Look("ready", "flag-fill", "us"),
        "scheduled": Look("scheduled", "stopwatch", "info"),
        "delivering": Look("delivering", "arrow-repeat", "info"),
        "canary": Look("on its first nodes", "flag-fill", "us"),
        "live": Look("live", "check-circle-fill", "ok"),
        "rejected": Look("rejected", "x-octagon-fill", "bad"),
        "superseded": Look("superseded", "layers", "idle"),
        "rolled_back": Look("rolled back", "arrow-counterclockwise", "warn"),
    },
    "rollout": {
        "running": Look("under way", "arrow-repeat", "info"),
        "paused": Look("paused", "flag-fill", "us"),
        "failed": Look("stopped by a failure", "x-octagon-fill", "bad"),
        "stopped": Look("stopped", "slash-circle", "idle"),
        "done": Look("done", "check-circle-fill", "ok"),
    },
    "batch": {  # of a rollout
        "waiting": Look("waiting", "hourglass-split", "idle"),
        "running": Look("under way", "arrow-repeat", "info"),
        "done": Look("live", "check-circle-fill", "ok"),
        "failed": Look("failed", "x-octagon-fill", "bad"),
    },
    "denial": {
        "in_force": Look("in force", "slash-circle", "bad"),
        "spreading": Look("spreading", "hourglass-split", "warn"),
        "deployed": Look("deployed", "layers", "info"),
        "lifted": Look("lifted", "arrow-counterclockwise", "idle"),
        "ended": Look("ended", "circle", "idle"),
    },
    "upload": {
        "received": Look("received", "inbox", "info"),
        "judging": Look("being checked", "hourglass-split", "info"),
        "judged": Look("checked", "check-circle-fill", "ok"),
        "refused": Look("refused", "x-octagon-fill", "bad"),
    },
    "finding": {
        "error": Look("error", "x-octagon-fill", "bad"),
        "warning": Look("warning", "exclamation-triangle-fill", "warn"),
        "remark": Look("remark", "info-circle-fill", "info"),
    },
    "quota request": {
        "waiting": Look("our turn", "flag-fill", "us"),
        "granted": Look("granted", "check-circle-fill", "ok"),
        "refused": Look("refused", "slash-circle", "idle"),
    },
    "host request": {
        "received": Look("received", "inbox", "info"),
        "completed": Look("completed", "check-circle-fill", "ok"),
        "failed": Look("failed", "x-octagon-fill", "bad"),
    },
    "node": {
        "proven": Look("proven", "patch-check-fill", "ok"),
        "behind": Look("behind", "hourglass-split", "warn"),
        "refusing": Look("refusing", "x-octagon-fill", "bad"),
        "other_release": Look("other release", "exclamation-triangle-fill", "warn"),
        "no_envoy": Look("no Envoy", "x-octagon-fill", "bad"),
        "no_answer": Look("no answer", "x-octagon-fill", "bad"),
        "not_enrolled": Look("not enrolled", "hourglass-split", "idle"),
        "retired": Look("retired", "dash-circle", "idle"),
    },
    "host proof": {  # what one node proved of one host
        "proven": Look("proven", "patch-check-fill", "ok"),
        "not_called": Look("not called yet", "hourglass-split", "idle"),
        "behind": Look("behind", "hourglass-split", "warn"),
        "no_answer": Look("no answer", "x-octagon-fill", "bad"),
        "not_live": Look("not on the gateway yet", "dash-circle", "idle"),
    },
    "proof": {  # what one node says of a deployment
        "waiting": Look("waiting", "hourglass-split", "idle"),
        "acknowledged": Look("acknowledged", "hourglass-split", "info"),
        "proven": Look("proven", "patch-check-fill", "ok"),
        "refused": Look("refused", "x-octagon-fill", "bad"),
    },
    "outcome": {  # what a client got
        "served": Look("served", "check-circle-fill", "ok"),
        "refused": Look("refused", "x-octagon-fill", "bad"),
    },
    "link": {
        "open": Look("open", "check-circle-fill", "ok"),
        "used": Look("used", "check-lg", "info"),
        "expired": Look("expired", "stopwatch", "idle"),
        "revoked": Look("revoked", "slash-circle", "bad"),
    },
    "role": {
        "anchor": Look("anchor", "patch-check", "idle"),
        "intermediate": Look("intermediate", "link-45deg", "idle"),
        "client": Look("client", "pin-angle", "idle"),
    },
    "credential": {  # and the service key, which knows only two of them
        "pending": Look("pending", "hourglass-split", "info"),
        "active": Look("active", "check-circle-fill", "ok"),
        "suspended": Look("suspended", "pause-circle", "warn"),
        "expired": Look("expired", "stopwatch", "idle"),
        "revoked": Look("revoked", "slash-circle", "bad"),
    },
    "certificate": {  # the verdict on one certificate, alone or as a link of a chain
        "accepted": Look("accepted", "check-circle-fill", "ok"),
        "not_accepted": Look("not accepted", "x-octagon-fill", "bad"),
        "sound": Look("sound", "check-circle-fill", "ok"),
        "expired": Look("expired", "x-octagon-fill", "bad"),
        "not_yet_valid": Look("not yet valid", "stopwatch", "warn"),
        "expires_soon": Look("expires soon", "stopwatch", "warn"),
        "no_path": Look("no path", "x-octagon-fill", "bad"),
        "missing": Look("missing", "exclamation-triangle-fill", "warn"),
        "revoked": Look("revoked", "x-octagon-fill", "bad"),
        "waived": Look("waived", "exclamation-triangle-fill", "warn"),
        "error": Look("error", "x-octagon-fill", "bad"),
        "warning": Look("warning", "exclamation-triangle-fill", "warn"),
    },
    "waiver": {
        "in_force": Look("in force", "check-circle-fill", "ok"),
        "ended": Look("ended", "stopwatch", "warn"),
        "withdrawn": Look("withdrawn", "slash-circle", "idle"),
    },
    "impact": {  # what happens to a known client after a change
        "refused": Look("refused", "x-octagon-fill", "bad"),
        "may_be_refused": Look("may be refused", "exclamation-triangle-fill", "warn"),
        "still_refused": Look("still refused", "exclamation-triangle-fill", "warn"),
        "passes": Look("passes", "check-circle-fill", "ok"),
    },
    "evidence": {
        "seen": Look("seen", "check-circle-fill", "ok"),
        "not_seen": Look("not seen yet", "hourglass-split", "idle"),
    },
    "work": {  # something that runs for a while
        "running": Look("running", "arrow-repeat", "info"),
        "done": Look("done", "check-circle-fill", "ok"),
        "failed": Look("failed", "x-octagon-fill", "bad"),
    },
}


def code_of(status: object) -> str:
    """The table's key for a status: "Partner’s turn", "partners-turn" and "partners_turn" are one."""
    plain = str(status).strip().lower().replace("’", "").replace("'", "")
    return plain.replace("-", "_").replace(" ", "_")


def look(status: object, kind: str = "") -> Look:
    """How ``status`` of the subject ``kind`` appears; without a kind, the first subject that knows the word.

    A status that the table does not know is shown as it is, neutral, with a question mark: a page must not
    fail over a word. Raises ``KeyError`` for an unknown kind, which is a mistake in a template.
    """
    code = code_of(status)
    for looks in [LOOKS[kind]] if kind else LOOKS.values():
        if code in looks:
            return looks[code]
    return Look(code.replace("_", " "), "question-circle", "idle")
