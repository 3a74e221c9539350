import Engine

/// The gated delta rule (Yang et al. 2024, arXiv 2412.06464), head by head:
///
///     u_t = v_t − a_t S_{t−1}ᵀ k_t                        what the decayed state gets wrong     [width]
///     S_t = a_t S_{t−1} + b_t k_t u_tᵀ,   o_t = S_tᵀ q_t                                        [width, width]
///
/// as a scan in time over sixteen columns of S at once: columns depend on each other only through k and q.
///
/// Backwards, with D the gradient of S including o's share, `D_t = a_{t+1} (D_{t+1} − k_{t+1} du_{t+1}ᵀ) + q_t do_tᵀ`:
///
///     du_t = b_t D_tᵀ k_t,   dv_t = du_t
///     dk_t = b_t D_t u_t − a_t S_{t−1} du_t,   dq_t = S_t do_t
///
/// D runs back in time, once by columns for du, then transposed, by rows, for `D_t u_t`; S, as a sum over the known u,
/// runs forward again, transposed too. So no state is ever stored. The gradient of `ln a_t` is `<a_t S_{t−1}, dS'_t>`,
/// and the definitions of u and D make it a sum of products of vectors:
///
///     ∂/∂ln a_t = Σ_{s ≥ t} (do_s·o_s − v_s·du_s),   ∂/∂b_t = du_t·u_t / b_t
struct DeltaScan {
  let heads: Heads
  private let memory: Pointer  // [width, 16]

  init(_ heads: Heads, _ site: inout KernelSite) {
    self.heads = heads
    memory = site.scratch(heads.width * vectorWidth)
  }

  /// What the scan reads: `[rows, dim]` with `Heads.overhang` floats to spare, and factors `[rows, heads]`.
  struct Operands {
    let query, key, value: UnsafePointer<Float>
    let decay, rate: UnsafePointer<Float>  // a, b
  }

  /// Fills `out` with o and `error` with u, both `[rows, dim]` with `Heads.overhang` floats to spare.
  func forward(_ x: Operands, into out: Pointer, error: Pointer, sequences: Int) {
    run(Forward(x: x, out: out, error: error), sequences)
  }

  /// Fills the gradients of query, key and value `[rows, dim]`, given `upstream = ∂/∂o` and the `error` of `forward`.
  func backward(
    _ x: Operands, error: UnsafePointer<Float>, upstream: UnsafePointer<Float>, query dq: Pointer, key dk: Pointer,
    value du: Pointer, sequences: Int
  ) {
    run(ErrorGradient(x: x, upstream: upstream, du: du), sequences)
    run(KeyGradient(x: x, error: error, upstream: upstream, du: du, dk: dk), sequences)
    run(Replay(x: x, error: error, upstream: upstream, du: du, dk: dk, dq: dq), sequences)
  }

  private func run(_ pass: some Pass, _ sequences: Int) {
    // Two states of sixteen rows would not stay in registers.
    switch heads.width {
    case 1: runPairs(pass, RegisterState<Tile1>(), sequences)
    case 2: runPairs(pass, RegisterState<Tile2>(), sequences)
    case 4: runPairs(pass, RegisterState<Tile4>(), sequences)
    case 8: runPairs(pass, RegisterState<Tile8>(), sequences)
    case 16: run(pass, RegisterState<Tile16>(), sequences)
    default: run(pass, MemoryState(memory: memory, rows: heads.width), sequences)
    }
  }

  @inline(__always)
  private func run<State: RecurrentState>(_ pass: some Pass, _ state: State, _ sequences: Int) {
    var run = PassRun(pass, state)
    for sequence in 0..<sequences {
      for head in 0..<heads.count {
        for column in stride(from: 0, to: heads.width, by: vectorWidth) {
          run.all(Place(heads, sequence: sequence, head: head, column: column))
        }
      }
    }
  }

  /// The same for heads of up to sixteen channels, two side by side: one computes while the other waits for its last
  /// result.
  @inline(__always)
  private func runPairs<State: RecurrentState>(_ pass: some Pass, _ state: State, _ sequences: Int) {
    var (left, right) = (PassRun(pass, state), PassRun(pass, state))
    for sequence in 0..<sequences {
      var head = 0
      while head + 1 < heads.count {
        let (here, there) = (
          Place(heads, sequence: sequence, head: head, column: 0),
          Place(heads, sequence: sequence, head: head + 1, column: 0)
        )
        left.start()
        right.start()
        for t in 0..<heads.time {
          left.step(t, here)
          right.step(t, there)
        }
        left.finish(here)
        right.finish(there)
        head += 2
      }
      if head < heads.count { left.all(Place(heads, sequence: sequence, head: head, column: 0)) }
    }
  }
}

/// One head of one sequence and sixteen of its columns.
private struct Place {
  let time, column, lanes: Int
  private let base, stride, factors, count: Int

  @inline(__always) init(_ heads: Heads, sequence: Int, head: Int, column: Int) {
    (time, self.column, lanes) = (heads.time, column, heads.laneCount(from: column))
    (stride, count) = (heads.dim, heads.count)
    base = sequence * time * stride + head * heads.width
    factors = sequence * time * count + head
  }

  /// Where token t lies in `[rows, dim]` and in `[rows, heads]`.
  @inline(__always) func at(_ t: Int) -> (channels: Int, factor: Int) { (base + t * stride, factors + t * count) }
}

/// A scan of one head: what it does with a token, and what it keeps between tokens beside the state.
private protocol Pass {
  /// Token number `t` in the order of the scan.
  func step(_ t: Int, _ state: inout some RecurrentState, _ carry: inout Vector, _ place: Place)
  func finish(_ state: inout some RecurrentState, _ carry: Vector, _ place: Place)
}

private struct PassRun<P: Pass, State: RecurrentState> {
  private let pass: P
  private var state: State
  private var carry = Vector.zero

  @inline(__always) init(_ pass: P, _ state: State) { (self.pass, self.state) = (pass, state) }

  @inline(__always) mutating func start() {
    state.clear()
    carry = .zero
  }

  @inline(__always) mutating func all(_ place: Place) {
    start()
    for t in 0..<place.time { step(t, place) }
    finish(place)
  }

  @inline(__always) mutating func step(_ t: Int, _ place: Place) { pass.step(t, &state, &carry, place) }
  @inline(__always) mutating func finish(_ place: Place) { pass.finish(&state, carry, place) }
}

/// o and u. The state is one step behind: it takes in token t − 1 and is read for that token's output and for token t.
/// Carried: `b u` of token t − 1.
private struct Forward: Pass {
  let x: DeltaScan.Operands
  let out, error: Pointer

  @inline(__always)
  func step(_ t: Int, _ state: inout some RecurrentState, _ carry: inout Vector, _ place: Place) {
    let (at, now) = place.at(t)
    let (past, before) = place.at(max(t - 1, 0))
    let (output, predicted) = state.advance(
      Vector(repeating: x.decay[before]), x.key + past, carry, x.query + past, x.key + at)
    out.store(output, past + place.column, first: place.lanes)
    let wrong = x.value.vector(at + place.column).addingProduct(Vector(repeating: -x.decay[now]), predicted)
    error.store(wrong, at + place.column, first: place.lanes)
    carry = Vector(repeating: x.rate[now]) * wrong
  }

  @inline(__always) func finish(_ state: inout some RecurrentState, _ carry: Vector, _ place: Place) {
    let (last, factor) = place.at(place.time - 1)
    let (output, _) = state.advance(
      Vector(repeating: x.decay[factor]), x.key + last, carry, x.query + last, x.key + last)
    out.store(output, last + place.column, first: place.lanes)
  }
}

/// du: D by columns, back in time. Carried: du of token t + 1.
private struct ErrorGradient: Pass {
  let x: DeltaScan.Operands
  let upstream: UnsafePointer<Float>
  let du: Pointer

  @inline(__always)
  func step(_ t: Int, _ state: inout some RecurrentState, _ carry: inout Vector, _ place: Place) {
    let (at, now) = place.at(place.time - 1 - t)
    let (next, after) = place.at(place.time - max(t, 1))
    let decay = Vector(repeating: x.decay[after])
    let product = state.advance(
      decay, x.key + next, -decay * carry, x.query + at, upstream.vector(at + place.column), x.key + at)
    carry = Vector(repeating: x.rate[now]) * product
    du.store(carry, at + place.column, first: place.lanes)
  }

  @inline(__always) func finish(_ state: inout some RecurrentState, _ carry: Vector, _ place: Place) {}
}

/// The first part of dk: D transposed, back in time. Carried: k of token t + 1.
private struct KeyGradient: Pass {
  let x: DeltaScan.Operands
  let error, upstream, du: UnsafePointer<Float>
  let dk: Pointer

  @inline(__always)
  func step(_ t: Int, _ state: inout some RecurrentState, _ carry: inout Vector, _ place: Place) {
    let (at, now) = place.at(place.time - 1 - t)
    let (next, after) = place.at(place.time - max(t, 1))
    let decay = Vector(repeating: x.decay[after])
    let product = state.advance(
      decay, du + next, -decay * carry, upstream + at, x.query.vector(at + place.column), error + at)
    dk.store(Vector(repeating: x.rate[now]) * product, at + place.column, first: place.lanes)
    carry = x.key.vector(at + place.column)
  }

  @inline(__always) func finish(_ state: inout some RecurrentState, _ carry: Vector, _ place: Place) {}
}

/// dq and the second part of dk: S transposed, forward in time, one step behind as in `Forward`. Carried: `b k` of token
/// t − 1.
private struct Replay: Pass {
  let x: DeltaScan.Operands
  let error, upstream, du: UnsafePointer<Float>
  let dk, dq: Pointer

  @inline(__always)
  func step(_ t: Int, _ state: inout some RecurrentState, _ carry: inout Vector, _ place: Place) {
    let (at, now) = place.at(t)
    let (past, before) = place.at(max(t - 1, 0))
    let (query, key) = state.advance(
      Vector(repeating: x.decay[before]), error + past, carry, upstream + past, du + at)
    dq.store(query, past + place.column, first: place.lanes)
    let sum = dk.vector(at + place.column).addingProduct(Vector(repeating: -x.decay[now]), key)
    dk.store(sum, at + place.column, first: place.lanes)
    carry = Vector(repeating: x.rate[now]) * x.key.vector(at + place.column)
  }

  @inline(__always) func finish(_ state: inout some RecurrentState, _ carry: Vector, _ place: Place) {
    let (last, factor) = place.at(place.time - 1)
    let (query, _) = state.advance(
      Vector(repeating: x.decay[factor]), error + last, carry, upstream + last, du + last)
    dq.store(query, last + place.column, first: place.lanes)
  }
}
