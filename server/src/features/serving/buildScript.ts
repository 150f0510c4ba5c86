import { WORKSPACE } from '../../compute/workspace.ts';
import { OURS } from './packages.ts';

const REFUSED = `echo "The requirements could not be fetched."
  echo "Only wheels are taken, that fit the Python of the base image and each other: a source distribution would have to be run to be built."`;

/** How the wheels come to the build, and what a setup command has to know of the network. */
const NETWORKS = {
  none: {
    wheels: `wheels=wheels
cat requirements.log
test "$(cat requirements.status)" = 0 || {
  ${REFUSED}
  exit 1
}`,
    advice: `echo "It has no network, and what it keeps is below \$${OURS}LAYER only: apt-get, pip and downloads cannot work in it."
    echo "Name Python packages among the requirements; put other files into an algorithm set."`
  },
  egress: {
    wheels: `wheels=$(mktemp -d)
test $# = 0 || (cd "$wheels" && python3 -I ${WORKSPACE}/build/fetch.py . "$@") || {
  ${REFUSED}
  echo "pip asks the index that the base image names in its pip.conf, or else pypi.org; the cluster has to let it out to there."
  exit 1
}`,
    advice: `echo "What it keeps is below \$${OURS}LAYER only, and it is not root: apt-get cannot work in it."
    echo "Name Python packages among the requirements."`
  }
} as const;

export type BuildNetwork = keyof typeof NETWORKS;

/**
 * Run in the sandbox; its arguments are the requirements. They are installed from wheels alone, without
 * asking the network. The person's own commands may write below the layer, which replicas see as
 * `/layer`, with `bin` in PATH and `python` in PYTHONPATH.
 */
export const buildScript = (network: BuildNetwork): string => `set -e
cd ${WORKSPACE}/build
${NETWORKS[network].wheels}
mkdir -p "$${OURS}LAYER/bin" "$${OURS}LAYER/python"
if ls "$wheels"/*.whl >/dev/null 2>&1; then
  python3 -m pip install --no-index --no-deps --no-input --disable-pip-version-check \\
    --target "$${OURS}LAYER/python" "$wheels"/*.whl
  if test -d "$${OURS}LAYER/python/bin"; then
    mv "$${OURS}LAYER/python/bin/"* "$${OURS}LAYER/bin/"
    rmdir "$${OURS}LAYER/python/bin"
  fi
fi
cd ${WORKSPACE}
if test -s build/setup.sh; then
  bash build/setup.sh || {
    status=$?
    echo "The setup command ended with exit code $status."
    ${NETWORKS[network].advice}
    exit $status
  }
fi
echo "Built."
`;
