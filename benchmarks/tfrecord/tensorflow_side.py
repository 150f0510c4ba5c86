"""TensorFlow's side: `tensorflow_side.py write|check IMAGES COUNT SIZE RECORDS`.

`write` prints the CPU seconds of writing; `check` reads RECORDS with tf.data and compares every field.
"""

import os
import sys
import time

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'

import tensorflow as tf  # noqa: E402

from images import make, read  # noqa: E402

command, path, count, size, records = sys.argv[1:]
count, size = int(count), int(size)


def feature(**kinds):
    return tf.train.Feature(**kinds)


def text(value):
    return feature(bytes_list=tf.train.BytesList(value=[value]))


def number(value):
    return feature(int64_list=tf.train.Int64List(value=[value]))


def write():
    make(path, count, size)
    begin = time.process_time()
    with tf.io.TFRecordWriter(records) as writer:
        for index, encoded in read(path, count, size):
            fields = {
                'image/encoded': text(encoded),
                'image/format': text(b'jpeg'),
                'image/filename': text(b'class%02d/%06d.jpg' % (index % 20, index)),
                'image/height': number(480),
                'image/width': number(640),
                'image/class/label': number(index % 20),
                'image/class/text': text(b'class%02d' % (index % 20)),
            }
            example = tf.train.Example(features=tf.train.Features(feature=fields))
            writer.write(example.SerializeToString())
    print(time.process_time() - begin)


def check():
    string, integer = tf.io.FixedLenFeature([], tf.string), tf.io.FixedLenFeature([], tf.int64)
    form = {
        'image/encoded': string,
        'image/format': string,
        'image/filename': string,
        'image/height': integer,
        'image/width': integer,
        'image/class/label': integer,
        'image/class/text': string,
    }
    seen = 0
    for record, (index, encoded) in zip(tf.data.TFRecordDataset(records), read(path, count, size)):
        example = tf.io.parse_single_example(record, form)
        assert example['image/encoded'].numpy() == encoded, index
        assert example['image/format'].numpy() == b'jpeg'
        assert example['image/filename'].numpy() == b'class%02d/%06d.jpg' % (index % 20, index)
        assert (example['image/height'].numpy(), example['image/width'].numpy()) == (480, 640)
        assert example['image/class/label'].numpy() == index % 20
        assert example['image/class/text'].numpy() == b'class%02d' % (index % 20)
        seen += 1
    assert seen == count, seen
    print('TensorFlow reads all %d records as they were written' % seen)


{'write': write, 'check': check}[command]()
