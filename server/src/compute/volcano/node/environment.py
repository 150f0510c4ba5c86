"""The environment of a node's programs, which is the same for its command, for sessions over ssh and for what people start in it."""

import os
import re

# Kubernetes tells of services and of its own API in every pod; runs have no business with them.
FROM_THE_CLUSTER = re.compile(r"^(KUBERNETES_.*|.*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT(_\d+_(TCP|UDP)(_.*)?)?|HOSTNAME)$")


def environment(run):
    """What the image, its device plugin and Volcano set, then what the engine and the person did."""
    env = {name: value for name, value in os.environ.items() if not FROM_THE_CLUSTER.match(name)}
    path = env.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    env.update(run["env"])
    if run["layer"]:
        path = "/layer/bin:" + path
    env["PATH"] = path
    return env
