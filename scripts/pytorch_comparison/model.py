"""The language model around the primitives, its loss, its optimiser."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import channel_mixers
from .options import LEARNING_RATE, WEIGHT_DECAY, Options
from .sequence_mixers import SEQUENCE_MIXERS

PRIMITIVES: dict[str, Callable[..., nn.Module]] = {
    **SEQUENCE_MIXERS,
    "mlp": channel_mixers.MLP,
    "swiglu": channel_mixers.SwiGLU,
    "moe-mlp": channel_mixers.mixture_of_experts,
    "rwkv5-channel-mixer": channel_mixers.RWKV5ChannelMixer,
    "rwkv6-channel-mixer": channel_mixers.RWKV6ChannelMixer,
}


def make_primitive(name: str, dim: int, max_length: int, options: Options) -> nn.Module:
    """The module of a primitive."""
    return PRIMITIVES[name](dim=dim, max_length=max_length, **options)


class RMSNorm(nn.Module):
    """x / sqrt(mean x^2 + 1e-5) * weight"""

    def __init__(self, dim: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight, 1e-5)


class Block(nn.Module):
    """One layer: x + mixer(norm(x))"""

    def __init__(self, norm: nn.Module, mixer: nn.Module):
        super().__init__()
        self.norm, self.mixer = norm, mixer

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mixer(self.norm(x))


class LanguageModel(nn.Module):
    """Embedding, layers with normalisation before each, final normalisation, unembedding.

    ids [B,T] to logits [B,T,V].
    """

    def __init__(self, layers: list[tuple[str, Options]], dim: int, vocabulary: int, max_length: int,
                 norm: Callable[[int], nn.Module] = RMSNorm):
        super().__init__()
        self.token_embeds = nn.Embedding(vocabulary, dim)
        nn.init.normal_(self.token_embeds.weight, std=0.02)
        self.blocks = nn.ModuleList(
            Block(norm(dim), make_primitive(name, dim, max_length, options)) for name, options in layers)
        self.final_norm = norm(dim)
        self.unembed = nn.Linear(dim, vocabulary)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.token_embeds(ids)
        for block in self.blocks:
            x = block(x)
        return self.unembed(self.final_norm(x))


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean over the positions whose target is not -100."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten().long(), ignore_index=-100)


def make_optimizer(model: nn.Module, learning_rate: float = LEARNING_RATE,
                   weight_decay: float = WEIGHT_DECAY) -> torch.optim.Optimizer:
    """AdamW in its fused form, one pass over every parameter."""
    return torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True)
