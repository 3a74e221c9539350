"""Causal operations over time that several mixers share, in the forms that are fastest on a CPU.

Recurrences over a matrix state are computed in chunks of time: inside a chunk as matrix products, from chunk to chunk
through the state. `B` is the batch, `T` the time, `H` heads, `N` chunks, `C` the steps of a chunk.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

#: Time steps in a chunk. A long chunk means larger matrix products, but its work grows with the square.
LINEAR_CHUNK = 32
DECAY_CHUNK = 16
STATE_SPACE_CHUNK = 16
DELTA_CHUNK = 16


def short_convolution(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Per-channel causal convolution: x [B,T,channels], weight [channels,K].

    As a 2-d convolution in channels-last memory, which needs no transposed copy of x.
    """
    channels, taps = weight.shape
    padded = F.pad(x, (0, 0, taps - 1, 0)).unsqueeze(1).permute(0, 3, 1, 2)  # [B,channels,1,T+K-1]
    y = F.conv2d(padded, weight.view(channels, 1, 1, taps), bias, groups=channels)
    return y.permute(0, 2, 3, 1).squeeze(1)


class LongConvolution(torch.autograd.Function):
    """y[b,t,c] = sum over s <= t of h[c,t-s] u[b,s,c] by FFT; the backward pass uses real transforms as well."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, u: Tensor) -> Tensor:
        time = u.shape[1]
        h_hat = torch.fft.rfft(h, n=2 * time)
        u_hat = torch.fft.rfft(u.transpose(1, 2), n=2 * time)
        ctx.save_for_backward(h_hat, u_hat)
        return torch.fft.irfft(u_hat * h_hat, n=2 * time)[..., :time].transpose(1, 2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (dy,) = gradients
        h_hat, u_hat = ctx.saved_tensors
        time = dy.shape[1]
        d_hat = torch.fft.rfft(dy.transpose(1, 2), n=2 * time)
        dh = torch.fft.irfft((d_hat * u_hat.conj()).sum(0), n=2 * time)[..., :time]
        du = torch.fft.irfft(d_hat * h_hat.conj(), n=2 * time)[..., :time]
        return dh, du.transpose(1, 2)


def long_convolution(h: Tensor, u: Tensor) -> Tensor:
    """Causal convolution of u [B,T,channels] with filters h [channels,T]."""
    return LongConvolution.apply(h, u)


class SelectiveScan(torch.autograd.Function):
    """Mamba's recurrence step by step, every step over the whole batch; one step's state stays in the cache.

    h_t[i,n] = exp(dt_t[i] a[i,n]) h_{t-1}[i,n] + dt_t[i] B_t[n] u_t[i],  o_t[i] = sum_n C_t[n] h_t[i,n];
    u, dt [B,T,I], a [I,S], B, C [B,T,S]. States are kept for the backward pass, decays computed again.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        batch, time, inner = u.shape
        states = u.new_empty(time, batch, a.shape[1], inner)
        output = torch.empty_like(u)
        rates, drive = a.t().contiguous(), dt * u
        decay = torch.empty_like(states[0])
        previous = torch.zeros_like(states[0])
        for t in range(time):
            torch.mul(dt[:, t].unsqueeze(1), rates, out=decay).exp_()
            torch.mul(drive[:, t].unsqueeze(1), b[:, t].unsqueeze(2), out=states[t])
            previous = states[t].addcmul_(decay, previous)
            output[:, t] = torch.bmm(c[:, t].unsqueeze(1), previous).squeeze(1)
        ctx.save_for_backward(u, dt, a, b, c, states)
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        (dy,) = gradients
        u, dt, a, b, c, states = ctx.saved_tensors
        rates, drive = a.t().contiguous(), dt * u
        d_drive, d_dt, d_b, d_c = torch.empty_like(u), torch.zeros_like(dt), torch.empty_like(b), torch.empty_like(c)
        d_rates = torch.zeros_like(rates)
        d_state, work = torch.zeros_like(states[0]), torch.empty_like(states[0])
        for t in range(u.shape[1] - 1, -1, -1):
            d_state.addcmul_(c[:, t].unsqueeze(2), dy[:, t].unsqueeze(1))
            d_c[:, t] = torch.bmm(states[t], dy[:, t].unsqueeze(2)).squeeze(2)
            d_b[:, t] = torch.bmm(d_state, drive[:, t].unsqueeze(2)).squeeze(2)
            d_drive[:, t] = torch.bmm(b[:, t].unsqueeze(1), d_state).squeeze(1)
            if t > 0:
                d_state.mul_(torch.mul(dt[:, t].unsqueeze(1), rates, out=work).exp_())
                torch.mul(d_state, states[t - 1], out=work)  # gradient of dt_t a
                d_dt[:, t] = (work * rates).sum(1)
                d_rates += (work * dt[:, t].unsqueeze(1)).sum(0)
        return d_drive * dt, d_dt.addcmul_(d_drive, u), d_rates.t(), d_b, d_c


@torch.compiler.disable(recursive=True)
def selective_scan(u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """`SelectiveScan`; torch.compile leaves it as it is rather than unrolling the loop over time."""
    return SelectiveScan.apply(u, dt, a, b, c)


def chunked(x: Tensor, chunk: int, dim: int) -> Tensor:
    """Splits the time dimension `dim` into chunks, zeros at the end: [..,T,..] -> [..,N,C,..]."""
    missing = -x.shape[dim] % chunk
    if missing:
        x = F.pad(x, [0, 0] * (x.dim() - 1 - dim) + [0, missing])
    return x.unflatten(dim, (-1, chunk))


def linear_attention(q: Tensor, k: Tensor, v: Tensor, epsilon: float) -> Tensor:
    """o_t = sum_{s<=t} (q_t.k_s) v_s / (sum_{s<=t} q_t.k_s + epsilon); all [B,H,T,d]."""
    time = q.shape[2]
    q, k, v = (chunked(x, min(LINEAR_CHUNK, time), 2) for x in (q, k, v))  # [B,H,N,C,d]
    scores = (q @ k.transpose(-1, -2)).tril()
    numerator = scores @ v
    denominator = scores.sum(-1, keepdim=True)
    if q.shape[2] > 1:
        states = F.pad((k.transpose(-1, -2) @ v).cumsum(2)[:, :, :-1], (0, 0, 0, 0, 1, 0))
        sums = F.pad(k.sum(3).cumsum(2)[:, :, :-1], (0, 0, 1, 0))
        numerator = numerator + q @ states
        denominator = denominator + q @ sums.unsqueeze(-1)
    return (numerator / (denominator + epsilon)).flatten(2, 3)[:, :, :time]


def decayed_attention(q: Tensor, k: Tensor, v: Tensor, log_decay: Tensor, bonus: Tensor | None = None) -> Tensor:
    """Linear attention whose state S [d,d] decays per key channel; q, k, v [B,H,T,d], log_decay [B or 1,H,T,d].

    S_t = diag(e^g_t) S_{t-1} + k_t v_t^T; o_t = q_t S_t or, with a bonus, q_t (S_{t-1} + diag(bonus) k_t v_t^T).
    Decays inside a chunk are taken from its middle, so that they stay in float32's range down to e^-10 a step.
    """
    time = q.shape[2]
    q, k, v, g = (chunked(x, min(DECAY_CHUNK, time), 2) for x in (q, k, v, log_decay))  # [B,H,N,C,d]
    total = g.cumsum(3)
    middle = 0.5 * total[:, :, :, -1:]
    centred = total - middle
    reach = torch.exp(middle).transpose(-1, -2)  # [B,H,N,d,1], half of a chunk's decay
    key = k * torch.exp(-centred)
    if bonus is None:
        query = q * torch.exp(centred)
        output = (query @ key.transpose(-1, -2)).tril() @ v
    else:
        query = q * torch.exp(centred - g)
        output = (query @ key.transpose(-1, -2)).tril(-1) @ v
        output = output + (q * k * bonus[:, None, None, :]).sum(-1, keepdim=True) * v
    chunks = q.shape[2]
    if chunks > 1:
        added = (key.transpose(-1, -2) @ v).unbind(2)
        half = reach.expand(-1, -1, -1, -1, 1).unbind(2)
        state = half[0] * added[0]
        seen = [torch.zeros_like(state)]
        for n in range(1, chunks):
            seen.append(half[n] * state)
            state = half[n] * (seen[n] + added[n])
        output = output + query @ torch.stack(seen, 2)
    return output.flatten(2, 3)[:, :, :time]


def segment_decay(total: Tensor) -> Tensor:
    """exp(total_t - total_s) for s <= t, else 0: [..,C] -> [..,C,C]."""
    above = torch.ones(total.shape[-1], total.shape[-1], dtype=torch.bool, device=total.device).triu(1)
    return torch.exp((total.unsqueeze(-1) - total.unsqueeze(-2)).masked_fill(above, -torch.inf))


def state_space_dual(u: Tensor, log_decay: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """Mamba 2, per head: S_t = e^g_t S_{t-1} + u_t b_t^T, o_t = S_t c_t; u [B,T,H,P], log_decay [B,T,H], b, c [B,T,S].
    """
    time, (heads, width) = u.shape[1], u.shape[2:]
    u, g, b, c = (chunked(x, min(STATE_SPACE_CHUNK, time), 1) for x in (u, log_decay, b, c))
    total = g.cumsum(2)  # [B,N,C,H]
    weights = (c @ b.transpose(-1, -2)).unsqueeze(2) * segment_decay(total.transpose(2, 3))  # [B,N,H,C,C]
    output = (weights @ u.transpose(2, 3)).transpose(2, 3)  # [B,N,C,H,P]
    chunks = u.shape[1]
    if chunks > 1:
        last = total[:, :, -1]
        remaining = torch.exp(last.unsqueeze(2) - total)
        added = (b.transpose(-1, -2) @ (u * remaining.unsqueeze(-1)).flatten(3)).unbind(1)  # [B,S,H*P] each
        decay = torch.exp(last).repeat_interleave(width, dim=-1).unsqueeze(2).unbind(1)  # [B,1,H*P] each
        state = added[0]
        seen = [torch.zeros_like(state), state]
        for n in range(1, chunks - 1):
            state = torch.addcmul(added[n], decay[n], state)
            seen.append(state)
        read = (c @ torch.stack(seen, 1)).unflatten(-1, (heads, width))
        output = output + read * torch.exp(total).unsqueeze(-1)
    return output.flatten(1, 2)[:, :time]


def gated_delta_rule(q: Tensor, k: Tensor, v: Tensor, beta: Tensor, log_decay: Tensor) -> Tensor:
    """Delta rule: S' = e^g_t S_{t-1}, S_t = S' + beta_t k_t (v_t - S'^T k_t)^T, o_t = S_t^T q_t.

    q, k, v [B,H,T,d], beta, log_decay [B,H,T].

    With u_t = beta_t (v_t - S'^T k_t), a chunk's u solve a unit lower triangular system (the WY form), and the state
    that enters it contributes linearly: u = own - carried S.
    """
    time, width = q.shape[2], q.shape[3]
    q, k, v, beta, g = (chunked(x, min(DELTA_CHUNK, time), 2) for x in (q, k, v, beta, log_decay))
    total = g.cumsum(3)  # [B,H,N,C]
    decay = segment_decay(total)
    grown, beta = torch.exp(total).unsqueeze(-1), beta.unsqueeze(-1)
    scaled = k * beta
    keys = k.transpose(-1, -2)
    system = (scaled @ keys * decay).tril(-1)
    solved = torch.linalg.solve_triangular(
        system, torch.cat([v * beta, scaled * grown], -1), upper=False, unitriangular=True)
    own, carried = (x.unbind(2) for x in solved.split(width, -1))
    weights = (q @ keys * decay).unbind(2)
    reads = (q * grown).unbind(2)
    writes = (keys * torch.exp(total[..., -1:] - total).unsqueeze(-2)).unbind(2)
    kept = grown[:, :, :, -1:].unbind(2)
    state, outputs = q.new_zeros(()), []
    for n in range(q.shape[2]):
        if n == 0:
            update = own[0]
            outputs.append(weights[0] @ update)
            state = writes[0] @ update
        else:
            update = own[n] - carried[n] @ state
            outputs.append(reads[n] @ state + weights[n] @ update)
            state = torch.addcmul(writes[n] @ update, kept[n], state)
    return torch.cat(outputs, 2)[:, :, :time]
