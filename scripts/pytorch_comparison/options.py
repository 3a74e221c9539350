"""What is compared: settings, primitives with their default options, arrangements of processes.

No PyTorch in here, so that the command line answers without loading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OptionValue = int | str | bool | None
Options = dict[str, OptionValue]

#: The product's default options at width 128, used unless `madsearch list primitives --json` can say them.
SEQUENCE_MIXERS: dict[str, Options] = {
    "attention": {"heads": 16, "kv_heads": None, "window": None},
    "linear-attention": {"heads": 8, "feature_map": "elu"},
    "gated-linear-attention": {"heads": 8},
    "hyena": {"inner_factor": 4, "proj_groups": 4, "filter_order": 4, "train_z": True},
    "mh-hyena": {"head_dim": 8, "proj_groups": 4, "filter_order": 2, "train_z": True},
    "hyena-experts": {
        "num_experts": 8, "active_experts": 2, "filter_order": 16, "router_rule": "masked", "train_z": True},
    "mamba": {"d_state": 4, "d_conv": 4, "expand": 2, "dt_rank": None},
    "mamba2": {"d_state": 4, "head_dim": 16, "d_conv": 4, "expand": 2},
    "gated-deltanet": {"heads": 16, "d_conv": 4},
    "gated-short-conv": {"kernel": 3},
    "rwkv5-time-mixer": {"head_dim": 16},
    "rwkv6-time-mixer": {"head_dim": 16},
}
CHANNEL_MIXERS: dict[str, Options] = {
    "mlp": {"dim_inner": None},
    "swiglu": {"dim_inner": None},
    "moe-mlp": {
        "experts": "sparse", "num_experts": 8, "active_experts": 2, "dim_inner": None, "router_rule": "masked"},
    "rwkv5-channel-mixer": {"dim_inner": None},
    "rwkv6-channel-mixer": {"dim_inner": None},
}
DEFAULTS: dict[str, Options] = SEQUENCE_MIXERS | CHANNEL_MIXERS

#: Other spellings of options, per primitive ("*": any). Those of the golden configurations are among them.
OPTION_ALIASES: dict[str, dict[str, str]] = {
    "*": {"n_heads": "heads", "num_heads": "heads"},
    "mh-hyena": {"num_heads": "head_dim"},  # MAD's name for the channels of a group
    "gated-short-conv": {"d_conv": "kernel"},
}

#: Other names of primitives in the golden manifest.
PRIMITIVE_ALIASES: dict[str, str] = {
    "mh-attention": "attention",
    "sliding-attention": "attention",
    "mh-sliding-attention": "attention",
    "mh-linear-attention": "linear-attention",
    "mh-gated-linear-attention": "gated-linear-attention",
}


@dataclass(frozen=True)
class Setting:
    """The shape of one comparison; the model has `layers` layers, mixer and channel mixer in turn."""

    dim: int
    layers: int
    vocabulary: int
    batch: int
    length: int
    #: How our side runs: one job over all cores, or one job per core.
    mode: str

    @property
    def tokens(self) -> int:
        """Tokens of one training step."""
        return self.batch * self.length


SETTINGS: dict[str, Setting] = {
    "base": Setting(dim=128, layers=4, vocabulary=16, batch=128, length=128, mode="one-job"),
    "small": Setting(dim=64, layers=4, vocabulary=16, batch=32, length=64, mode="job-per-core"),
    "lm": Setting(dim=256, layers=8, vocabulary=256, batch=16, length=256, mode="one-job"),
}


@dataclass(frozen=True)
class Arrangement:
    """How PyTorch uses the machine: compiled or not, one process with all cores or one process per core."""

    compiled: bool
    per_core: bool

    def processes(self, cores: int) -> int:
        return cores if self.per_core else 1

    def threads(self, cores: int) -> int:
        return 1 if self.per_core else cores


ARRANGEMENTS: dict[str, Arrangement] = {
    "eager-threads": Arrangement(compiled=False, per_core=False),
    "eager-processes": Arrangement(compiled=False, per_core=True),
    "compile-threads": Arrangement(compiled=True, per_core=False),
    "compile-processes": Arrangement(compiled=True, per_core=True),
}

LEARNING_RATE = 5e-4
WEIGHT_DECAY = 0.1


def option_name(primitive: str, name: str) -> str:
    """The name under which `DEFAULTS` has an option that may be spelt otherwise."""
    for table in (OPTION_ALIASES.get(primitive, {}), OPTION_ALIASES["*"]):
        if name in table and name not in DEFAULTS[primitive]:
            return table[name]
    return name


def layer_names(primitive: str, layers: int) -> list[str]:
    """The layers of the model that times a primitive.

    A sequence mixer alternates with `swiglu`; a channel mixer takes the place of `swiglu` beside attention; `swiglu`
    itself is timed alone.
    """
    if primitive == "swiglu":
        return ["swiglu"] * layers
    block = [primitive, "swiglu"] if primitive in SEQUENCE_MIXERS else ["attention", primitive]
    return block * (layers // 2)


def merged_defaults(listing: list[dict[str, Any]]) -> tuple[dict[str, Options], list[str]]:
    """`DEFAULTS` overridden by what `madsearch list primitives --json` says, and warnings about what does not fit.

    Options without a default are derived or off unless given, on both sides.
    """
    merged = {name: dict(options) for name, options in DEFAULTS.items()}
    warnings: list[str] = []
    for entry in listing:
        primitive = entry.get("name")
        if primitive not in merged:
            warnings.append(f"primitive {primitive!r} has no PyTorch counterpart")
            continue
        for option in entry.get("options", []):
            name, value = option_name(primitive, option["name"]), parsed(option.get("default"))
            if name in merged[primitive]:
                merged[primitive][name] = value
            elif value not in (None, False):
                warnings.append(f"option {option['name']} of {primitive} has no PyTorch counterpart")
    return merged, warnings


def parsed(value: Any) -> OptionValue:
    """An option's value; numbers and truth values may come as text."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    try:
        return int(value)
    except ValueError:
        return value
