"""Runs in tflite-support's own environment: metadata_peer.py write FOLDER | show FILE…

`write` puts one model of each of its writers into FOLDER, from the bare models `*.bare` there; `show` prints by path,
as JSON, what its reader displays, its packed files, and the parser version it computes.
"""

import json
import sys
from pathlib import Path

from tensorflow_lite_support.metadata import metadata_schema_py_generated as schema
from tensorflow_lite_support.metadata.cc.python import _pywrap_metadata_version
from tflite_support import metadata
from tflite_support import metadata_writers as writers


def write(folder):
    info = writers.metadata_info
    labels = folder / "labels.txt"
    labels.write_text("cat\ndog\nbird\n")
    german = folder / "labels_de.txt"
    german.write_text("Katze\nHund\nVogel\n")
    calibration = folder / "calibration.csv"
    calibration.write_text("0.9,1.5,0.1\n0.8,1.2,0.2\n0.7,1.1,0.3\n")
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("[PAD]\n[UNK]\nhello\n")
    pieces = folder / "sp.model"
    pieces.write_bytes(bytes(range(256)))

    def bare(name):
        return bytearray((folder / f"{name}.bare").read_bytes())

    def save(name, writer):
        (folder / f"{name}.tflite").write_bytes(writer.populate())

    calibrated = info.ScoreCalibrationMd(schema.ScoreTransformationType.INVERSE_LOGISTIC, 0.25, str(calibration))
    image = writers.image_classifier.MetadataWriter
    save("image", image.create_for_inference(bare("image"), [127.5], [127.5], [str(labels)], calibrated))
    general = info.GeneralMd("Tiere", "1", "Drei Tiere: Löwe?", "somebody", "Apache-2.0")
    both = [
        info.LabelFileMd(str(labels), locale="en"),
        info.LabelFileMd(str(german), locale="de"),
    ]
    output = info.ClassificationTensorMd("scores", "One a class.", both, 1)
    given = info.InputImageTensorMd(
        "picture", "A small one.", [0.1, 0.2, 0.3], [1.0, 2.0, 4.0], schema.ColorSpaceType.RGB, 1
    )
    save("image_full", image.create_from_metadata_info(bare("image"), general, given, output))
    detector = writers.object_detector.MetadataWriter
    save("detector", detector.create_for_inference(bare("detector"), [127.5], [127.5], [str(labels)], calibrated))
    segmenter = writers.image_segmenter.MetadataWriter
    save("segmenter", segmenter.create_for_inference(bare("segmenter"), [0.0], [255.0], [str(labels)]))
    audio = writers.audio_classifier.MetadataWriter
    save("audio", audio.create_for_inference(bare("audio"), 16000, 1, [str(labels)], calibrated))
    bert = writers.bert_nl_classifier.MetadataWriter
    names = ("ids", "mask", "segment_ids")
    save(
        "bert",
        bert.create_for_inference(bare("bert"), info.BertTokenizerMd(str(vocabulary)), [str(labels)], *names),
    )
    save(
        "sentencepiece",
        bert.create_for_inference(
            bare("bert"), info.SentencePieceTokenizerMd(str(pieces), str(vocabulary)), [str(labels)], *names
        ),
    )
    text = writers.nl_classifier.MetadataWriter
    regex = info.RegexTokenizerMd(r"[^\w\']+", str(vocabulary))
    save("text", text.create_for_inference(bare("text"), regex, [str(labels)]))


def show(paths):
    found = {}
    for path in paths:
        shown = metadata.MetadataDisplayer.with_model_file(path)
        files = shown.get_packed_associated_file_list()
        found[path] = {
            "metadata": json.loads(shown.get_metadata_json()),
            "files": {name: shown.get_associated_file_buffer(name).hex() for name in files},
            "min_parser_version": _pywrap_metadata_version.GetMinimumMetadataParserVersion(
                bytes(shown.get_metadata_buffer())
            ),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        show(sys.argv[2:])
