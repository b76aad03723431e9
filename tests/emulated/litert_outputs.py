"""`python litert_outputs.py MODEL INPUT OUTPUT`: one run in LiteRT's reference kernels, bytes in, bytes out.

A process of its own, because LiteRT can crash.
"""

import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

model, source, sink = sys.argv[1:]
interpreter = Interpreter(model, num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
interpreter.allocate_tensors()
detail = interpreter.get_input_details()[0]
interpreter.set_tensor(
    detail["index"], np.frombuffer(Path(source).read_bytes(), detail["dtype"]).reshape(detail["shape"])
)
interpreter.invoke()
Path(sink).write_bytes(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tobytes())
