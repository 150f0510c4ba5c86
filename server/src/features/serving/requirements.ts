import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

/**
 * Run by the base image's own Python, where there is a way out to the network: in the companion's place
 * where the sandbox has none, otherwise in it. Says which requirements the image has already, and lets
 * pip fetch the others as wheels. What it has already binds them as well, lest they bring a version that
 * was not wanted. A wheel is unpacked, not run, so nothing of a stranger's is executed outside the
 * sandbox; a package that has no wheel is refused.
 */
export const FETCH = String.raw`
import ctypes, os, signal, sys
from importlib.metadata import PackageNotFoundError, version
from pip._vendor.packaging.requirements import Requirement

if sys.platform == "linux":
    # PR_SET_PDEATHSIG, kept when pip takes over: what is begun for somebody who was killed is begun anew for the next.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
directory, wanted = sys.argv[1], sys.argv[2:]
missing, present = [], []
for line in wanted:
    requirement = Requirement(line)
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        found = None
    if found is not None and not requirement.extras and requirement.specifier.contains(found, prereleases=True):
        print(f"{line}: the base image has {found}", flush=True)
        present.append(line)
    else:
        missing.append(line)
if missing:
    with open("constraints.txt", "w") as file:
        file.writelines(f"{line}\n" for line in present)
    command = ["download", "--only-binary=:all:", "--constraint", "constraints.txt", "--dest", directory, "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--"]
    os.execv(sys.executable, [sys.executable, "-I", "-m", "pip", *command, *missing])
`;

/** What pip may know of the companion's environment: how to reach the network, and its own settings. */
const PASSED =
  /^(?:PATH|HOME|LANG|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|PIP_[A-Z_]+|(?:https?|no|all)_proxy|(?:HTTPS?|NO|ALL)_PROXY)$/;

/**
 * Fetches the wheels of requirements and of what they need, for the base image's Python.
 *
 * @param requirements lines by name and version only, as the contract's rule has checked them
 * @param directory gets the wheels; made if it is not there
 * @param log a file that gets what pip says
 * @returns pip's exit code; 0 when all is there
 */
export async function fetchWheels(
  python: string,
  requirements: readonly string[],
  directory: string,
  log: string,
  signal: AbortSignal
): Promise<number> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const output = createWriteStream(log, { flags: 'a', mode: 0o644 });
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED.test(name)));
  try {
    return await new Promise<number>((resolve, reject) => {
      // Into the directory that it runs in: the log is for people who need not know where that is.
      const child = spawn(python, ['-I', '-c', FETCH, '.', ...requirements], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        cwd: directory
      });
      child.stdout.pipe(output, { end: false });
      child.stderr.pipe(output, { end: false });
      child.once('error', reject);
      child.once('close', code => resolve(code ?? 1));
    });
  } finally {
    output.end();
    await finished(output);
  }
}
