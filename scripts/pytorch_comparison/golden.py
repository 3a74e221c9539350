"""The parity check: every golden layer, and every golden language model, through the PyTorch modules."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .model import LanguageModel, RMSNorm, cross_entropy, make_optimizer, make_primitive
from .options import DEFAULTS, PRIMITIVE_ALIASES, Options, option_name

TOLERANCE = 1e-4
#: What the golden configurations leave out and means something else than the product's default.
GOLDEN_DEFAULTS: dict[str, Options] = {
    "attention": {"heads": 1},
    "linear-attention": {"heads": 1, "feature_map": "mad"},
    "gated-linear-attention": {"heads": 1},
    "hyena-experts": {"router_rule": "zeroed"},
    "moe-mlp": {"router_rule": "zeroed", "experts": "dense"},
}
#: Configuration keys that say nothing about the computation.
IGNORED_KEYS = {"version"}


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file (F32 and I32)."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    body = bytearray(data[8 + length :])
    types = {"F32": torch.float32, "I32": torch.int32}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(body, dtype=types[entry["dtype"]], offset=begin, count=(end - begin) // 4)
        tensors[name] = flat.view(entry["shape"])
    return tensors


def golden_layer(layer: str, configuration: dict[str, Any]) -> tuple[str, Options]:
    """Primitive and options of a layer in the manifest."""
    name = PRIMITIVE_ALIASES.get(layer, layer)
    options = DEFAULTS[name] | GOLDEN_DEFAULTS.get(name, {})
    for key, value in configuration.items():
        if key not in IGNORED_KEYS:
            options[option_name(name, key)] = value
    return name, options


def load_parameters(module: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Copies `param.*` and `buffer.*` into the module; names and shapes must agree exactly."""
    state = {
        name.split(".", 1)[1]: tensor for name, tensor in tensors.items() if name.startswith(("param.", "buffer."))}
    module.load_state_dict(state, strict=True)


def relative_error(found: Tensor, expected: Tensor) -> float:
    """max |found - expected| / max |expected|"""
    scale = expected.abs().max().item() or 1.0
    error = (found.detach().double() - expected.double()).abs().max().item() / scale
    return error if error == error else float("inf")


@dataclass(frozen=True)
class CaseResult:
    """The largest error of one golden case and the tensor that has it."""

    case: str
    tensor: str
    error: float

    @property
    def passed(self) -> bool:
        return self.error <= TOLERANCE


def worst(case: str, errors: dict[str, float]) -> CaseResult:
    tensor = max(errors, key=lambda name: errors[name])
    return CaseResult(case, tensor, errors[tensor])


def check_layer(case: str, entry: dict[str, Any], tensors: dict[str, Tensor], dtype: torch.dtype) -> CaseResult:
    """Output, input gradient and every parameter gradient of one layer."""
    name, options = golden_layer(entry["layer"], entry["config"])
    module = make_primitive(name, entry["D"], entry["max_length"], options)
    load_parameters(module, tensors)
    module.to(dtype)
    x = tensors["x"].to(dtype, copy=True).requires_grad_()
    y = module(x)
    y.backward(tensors["dy"].to(dtype))
    assert x.grad is not None
    errors = {"y": relative_error(y, tensors["y"]), "dx": relative_error(x.grad, tensors["dx"])}
    for parameter, value in module.named_parameters():
        gradient = value.grad if value.grad is not None else torch.zeros_like(value)
        errors[f"grad.{parameter}"] = relative_error(gradient, tensors[f"grad.{parameter}"])
    return worst(case, errors)


def check_model(case: str, entry: dict[str, Any], tensors: dict[str, Tensor], dtype: torch.dtype) -> CaseResult:
    """Three optimiser steps of a language model: losses, first logits and gradients, parameters afterwards.

    Parameters are compared by their absolute difference, and where an element's gradient is below 1e-6 AdamW may turn
    its step around (see the golden README).
    """
    layers = [golden_layer(layer, entry["layer_config"].get(layer, {})) for layer in entry["layers"]]
    norm = nn.LayerNorm if entry["norm"] == "layernorm" else RMSNorm
    model = LanguageModel(layers, entry["D"], entry["vocab"], entry["max_length"], norm)
    load_parameters(model, tensors)
    model.to(dtype)
    rule = entry["optimizer"]
    optimizer = make_optimizer(model, rule["lr"], rule["weight_decay"])
    errors: dict[str, float] = {}
    losses = []
    for step in range(entry["steps"]):
        optimizer.zero_grad()
        logits = model(tensors["ids"][step])
        loss = cross_entropy(logits, tensors["targets"][step])
        loss.backward()
        losses.append(loss.detach())
        if step == 0:
            errors["logits"] = relative_error(logits, tensors["logits"])
            for name, value in model.named_parameters():
                assert value.grad is not None
                errors[f"grad.{name}"] = relative_error(value.grad, tensors[f"grad.{name}"])
        optimizer.step()
    errors["loss"] = relative_error(torch.stack(losses), tensors["loss"])
    for name, value in model.named_parameters():
        difference = (value.detach().double() - tensors[f"after.{name}"].double()).abs()
        slack = torch.where(tensors[f"grad.{name}"].abs() < 1e-6, 2 * rule["lr"] * entry["steps"], 0.0)
        errors[f"after.{name}"] = (difference - slack).clamp(min=0).max().item()
    return worst(case, errors)


def check(directory: Path) -> bool:
    """Runs all cases in float32 and float64, prints one line each; true if all are within the tolerance."""
    manifest = json.loads((directory / "manifest.json").read_text())
    passed = total = 0
    for case, entry in manifest["cases"].items():
        if entry["kind"] == "model" and entry["backbone"] != "language-model":
            continue
        tensors = read_safetensors(directory / entry["file"])
        run = check_layer if entry["kind"] == "layer" else check_model
        single, double = run(case, entry, tensors, torch.float32), run(case, entry, tensors, torch.float64)
        good = single.passed and double.passed
        total, passed = total + 1, passed + good
        print(f"{'ok  ' if good else 'FAIL'} {case:32} float32 {single.error:.1e} ({single.tensor})"
              f"  float64 {double.error:.1e} ({double.tensor})", flush=True)
    print(f"{passed} of {total} golden cases within {TOLERANCE:g}")
    return passed == total
