import { execFileSync } from 'node:child_process';

/** Writes wheels by hand (PEP 427): no index is asked, and nothing is downloaded. */
const WHEELS = String.raw`
import sys, zipfile
def wheel(name, version, requires=(), scripts=""):
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", f"def hello():\n    print('{name} {version} says hello')\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {r}\n" for r in requires))
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        if scripts:
            file.writestr(f"{info}/entry_points.txt", scripts)
        file.writestr(f"{info}/RECORD", "")
wheel("tinyone", "1.0", ["tinytwo>=2"], "[console_scripts]\ntiny = tinyone:hello\n")
wheel("tinytwo", "2.5")
wheel("tinytwo", "1.0")
wheel("tinyold", "1.0", ["pip<1"])
wheel("pip", "0.5")
`;

/** Puts small wheels into a directory, some of which need or contradict others. */
export function writeWheels(directory: string): void {
  execFileSync('python3', ['-c', WHEELS, directory]);
}
