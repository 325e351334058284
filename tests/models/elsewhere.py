"""Run in an environment with sentence-transformers: the vectors that it gives for the texts of a saved encoder.

Arguments: a folder that holds ``plain`` and ``projected`` (saved encoders) and ``texts.json``; it writes
``found.safetensors`` there.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import MultiVectorEncoder, SentenceTransformer

place = Path(sys.argv[1])
texts = json.loads((place / "texts.json").read_text(encoding="utf-8"))
found = {}
for name in ("plain", "projected"):
    model = SentenceTransformer(str(place / name), device="cpu")
    for prompt in ("query", "passage"):
        found[f"{name} {prompt}"] = model.encode(texts, prompt_name=prompt, convert_to_tensor=True)
    found[f"{name} query as such"] = model.encode_query(texts, convert_to_tensor=True)
    found[f"{name} passage as such"] = model.encode_document(texts, convert_to_tensor=True)
late = MultiVectorEncoder(str(place / "projected"), device="cpu")
found["tokens query"] = torch.cat([torch.as_tensor(vectors) for vectors in late.encode_query(texts)])
found["tokens passage"] = torch.cat([torch.as_tensor(vectors) for vectors in late.encode_document(texts)])
save_file(found, place / "found.safetensors")
