import { readFileSync, realpathSync, statfsSync } from 'node:fs';

/** Magic numbers of network file systems (statfs(2), linux/magic.h), on which SQLite's locks do not hold. */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP']
]);
const FUSE = 0x65735546;
/** FUSE carries local file systems, too; these are remote. */
const REMOTE_FUSE =
  /^fuse\.(?:sshfs|s3fs|gcsfuse|rclone|glusterfs|curlftpfs|davfs|juicefs|goofys|smbnetfs)/;

/** The network file system that a directory is on, or nothing for a local one. */
export function networkFileSystem(
  directory: string,
  probe: { type: (path: string) => number; mounts: () => string } = system
): string | undefined {
  const type = probe.type(directory) >>> 0;
  if (type !== FUSE) {
    return NETWORK.get(type);
  }
  const place = realpathSync(directory);
  const mount = probe
    .mounts()
    .split('\n')
    .map(line => line.split(' '))
    .filter(
      ([, at]) => at !== undefined && (place === at || place.startsWith(at === '/' ? at : `${at}/`))
    )
    .sort(([, a = ''], [, b = '']) => b.length - a.length)[0];
  return REMOTE_FUSE.test(mount?.[2] ?? '') ? mount?.[2] : undefined;
}

const system = {
  type: (path: string) => statfsSync(path).type,
  mounts: () => readFileSync('/proc/self/mounts', 'utf8')
};
