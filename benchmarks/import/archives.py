"""Makes archives of JPEGs of about a size: `archives.py COUNT BYTES PREFIX`.

A hundred pictures of noise are encoded; each file is one of them with a comment of its own, so that
no two have the same content. They lie in class folders, and the archives differ in kind only.
"""

import io
import random
import sys
import tarfile
import zipfile

from PIL import Image

count, size, prefix = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
noise = random.Random(1)


def encode(side):
    picture = Image.frombytes('RGB', (side, side), noise.randbytes(side * side * 3))
    out = io.BytesIO()
    picture.save(out, 'JPEG', quality=90)
    return out.getvalue()


# A first picture says how many bytes a pixel of noise takes.
side = max(8, round(200 * (size / len(encode(200))) ** 0.5))
pictures = [encode(side) for _ in range(min(count, 100))]


def files():
    for index in range(count):
        data = pictures[index % len(pictures)]
        comment = b'\xff\xfe\x00\x0a%08d' % index
        yield 'set/class%02d/%06d.jpg' % (index % 20, index), data[:2] + comment + data[2:]


for suffix, method in ('.stored.zip', zipfile.ZIP_STORED), ('.deflated.zip', zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(prefix + suffix, 'w', method) as archive:
        for name, data in files():
            archive.writestr(name, data)
for suffix, mode in ('.tar', 'w'), ('.tar.gz', 'w:gz'):
    with tarfile.open(prefix + suffix, mode, **({'compresslevel': 6} if 'gz' in mode else {})) as archive:
        for name, data in files():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
