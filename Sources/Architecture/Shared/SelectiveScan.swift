import Engine

/// The recurrence of selective state spaces (Gu and Dao 2023, arXiv 2312.00752), `states` numbers for every channel, with
/// the gate that follows it:
///
///     h_t[i, n] = exp(dt_t[i] A[i, n]) h_{t−1}[i, n] + dt_t[i] u_t[i] B_t[n]      h = 0 before a sequence's start
///     o_t[i] = Σ_n C_t[n] h_t[i, n] + D[i] u_t[i]
///     r_t[i] = o_t[i] silu(z_t[i])
///
/// Lanes are channels; a channel's states are worked through in groups of four. Time is cut in chunks: `forward` keeps the
/// state at each chunk's start, and `backward` runs a chunk again from there before it goes back through it, so that what
/// it needs of every step fits in the cache and memory grows by `states / chunkLength` numbers per channel and token.
struct SelectiveScan {
  /// Inputs, or their gradients: `dt`, `u`, `z` are `[rows, channels]`, `b` and `c` are `[rows, states]`.
  struct Tensors {
    let dt, u, z, b, c: Columns
  }

  private static let chunkLength = 32
  private static let groupSize = 4

  private let channels, states, time: Int
  /// A channel's states all decay alike: `A[i, n] = A[i, 0]`.
  private let sharesDecay: Bool
  private let blocks, groups, chunks: Int
  private let rates, rateGradients: Pointer  // A by blocks of channels [blocks, 4·groups, 16], saved
  private let skips, skipGradients: Pointer  // D by blocks [blocks, 16], saved
  /// h before each chunk and after the last `[sequences, chunks + 1, blocks, 4·groups, 16]`, saved.
  private let checkpoints: Pointer
  private let carries: Pointer  // ∂/∂h from the steps after a chunk [blocks, 4·groups, 16]
  private let b, c: Pointer  // of a chunk, zeros for states that are not there [chunk, 4·groups]
  private let bGradients, cGradients: Pointer  // lanes not yet added up [chunk, 4·groups, 16]
  private let dt, u, z, o, upstream, uGradient, dtGradient: Pointer  // of a block and chunk [chunk, 16]
  private let decays: Pointer  // exp(dt A) [groups, chunk, 4, 16], or [chunk, 16] if shared
  private let history: Pointer  // h before and after every step [groups, chunk + 1, 4, 16]

  init(channels: Int, states: Int, sharesDecay: Bool, _ site: inout KernelSite) {
    (self.channels, self.states, self.sharesDecay, time) = (channels, states, sharesDecay, site.time)
    let length = min(Self.chunkLength, site.time)
    blocks = ChannelBlock.count(channels)
    groups = (states + Self.groupSize - 1) / Self.groupSize
    chunks = (site.time + Self.chunkLength - 1) / Self.chunkLength
    let (width, stateCount) = (Self.groupSize * groups, blocks * Self.groupSize * groups * vectorWidth)
    rates = site.saved(stateCount)
    rateGradients = site.saved(stateCount)
    skips = site.saved(blocks * vectorWidth)
    skipGradients = site.saved(blocks * vectorWidth)
    checkpoints = site.saved(site.sequences * (chunks + 1) * stateCount)
    carries = site.scratch(stateCount)
    (b, c) = (site.scratch(length * width), site.scratch(length * width))
    bGradients = site.scratch(length * width * vectorWidth)
    cGradients = site.scratch(length * width * vectorWidth)
    (dt, u) = (site.scratch(length * vectorWidth), site.scratch(length * vectorWidth))
    (z, o) = (site.scratch(length * vectorWidth), site.scratch(length * vectorWidth))
    upstream = site.scratch(length * vectorWidth)
    uGradient = site.scratch(length * vectorWidth)
    dtGradient = site.scratch(length * vectorWidth)
    decays = site.scratch(length * vectorWidth * (sharesDecay ? 1 : width))
    history = site.scratch((length + 1) * width * vectorWidth)
  }

  /// FLOPs per token, forward: decay, input and output of every state.
  static func flops(channels: Int, states: Int) -> Double { 6 * Double(channels) * Double(states) }

  /// Sets A, which must be negative, and D.
  func load(rate: (_ channel: Int, _ state: Int) -> Float, skip: (_ channel: Int) -> Float) {
    for channel in 0..<channels {
      for state in 0..<states { rates[place(channel, state)] = rate(channel, state) }
      skips[channel] = skip(channel)
    }
  }

  /// ∂/∂A[channel, state] after `backward`; with a shared decay the sum over all states is in state 0.
  func rateGradient(_ channel: Int, _ state: Int) -> Float { rateGradients[place(channel, state)] }
  func skipGradient(_ channel: Int) -> Float { skipGradients[channel] }

  /// `r = scan(inputs)`.
  func forward(_ inputs: Tensors, into r: Columns, sequences: Int) {
    forEachChunk(sequences) { row, length, checkpoint in
      loadStates(inputs, row, length)
      for block in 0..<blocks {
        loadChannels(inputs, row, length, block)
        let after = checkpoint + blocks * blockSize
        for group in 0..<groups {
          let offset = block * blockSize + group * Quad.size
          let end = ascend(block, group, length, from: checkpoint + offset, keepsHistory: false)
          end.store(after + offset)
        }
        for t in 0..<length {
          let place = t * vectorWidth
          o.store(o.vector(place) * VectorMath.silu(z.vector(place)).value, place)
        }
        store(o, r, row, length, block)
      }
    }
  }

  /// Fills `gradients` with ∂loss/∂inputs, given `dr = ∂loss/∂r`; `gradients.u` may be `dr`.
  func backward(_ inputs: Tensors, _ dr: Columns, into gradients: Tensors, sequences: Int) {
    rateGradients.update(repeating: 0, count: blocks * blockSize)
    skipGradients.update(repeating: 0, count: blocks * vectorWidth)
    let width = Quad.count * groups
    forEachChunk(sequences, backwards: true) { row, length, checkpoint in
      loadStates(inputs, row, length)
      bGradients.update(repeating: 0, count: length * width * vectorWidth)
      cGradients.update(repeating: 0, count: length * width * vectorWidth)
      if (row + length) % time == 0 { carries.update(repeating: 0, count: blocks * blockSize) }
      for block in 0..<blocks {
        loadChannels(inputs, row, length, block)
        let (column, lanes) = (block * vectorWidth, ChannelBlock.lanes(block, of: channels))
        ChannelBlock.pack(dr.row(row) + column, stride: dr.stride, rows: length, lanes: lanes, into: upstream)
        for group in 0..<groups {
          let start = checkpoint + block * blockSize + group * Quad.size
          _ = ascend(block, group, length, from: start, keepsHistory: true)
        }
        gateBackward(block, length)
        for group in 0..<groups { descend(block, group, length) }
        store(z, gradients.z, row, length, block)
        store(uGradient, gradients.u, row, length, block)
        store(dtGradient, gradients.dt, row, length, block)
      }
      for t in 0..<length {
        let (db, dc) = (gradients.b.row(row + t), gradients.c.row(row + t))
        for n in 0..<states {
          db[n] = laneSum(bGradients.vector((t * width + n) * vectorWidth))
          dc[n] = laneSum(cGradients.vector((t * width + n) * vectorWidth))
        }
      }
    }
  }

  // MARK: One block of channels over one chunk of time

  private var blockSize: Int { groups * Quad.size }

  private func place(_ channel: Int, _ state: Int) -> Int {
    (channel / vectorWidth) * blockSize + state * vectorWidth + channel % vectorWidth
  }

  /// Runs `body` for every chunk of every sequence: its first row, its length and the state before it.
  @inline(__always)
  private func forEachChunk(
    _ sequences: Int, backwards: Bool = false, _ body: (_ row: Int, _ length: Int, _ checkpoint: Pointer) -> Void
  ) {
    for sequence in 0..<sequences {
      for index in 0..<chunks {
        let chunk = backwards ? chunks - 1 - index : index
        let start = chunk * Self.chunkLength
        body(
          sequence * time + start, min(Self.chunkLength, time - start),
          checkpoints + (sequence * (chunks + 1) + chunk) * blocks * blockSize)
      }
    }
  }

  private func loadStates(_ inputs: Tensors, _ row: Int, _ length: Int) {
    let width = Quad.count * groups
    for t in 0..<length {
      let (fromB, fromC) = (inputs.b.row(row + t), inputs.c.row(row + t))
      for n in 0..<width {
        b[t * width + n] = n < states ? fromB[n] : 0
        c[t * width + n] = n < states ? fromC[n] : 0
      }
    }
  }

  /// Fills `dt`, `u`, `z`, starts `o` with D u and, if they are shared, computes the decays.
  private func loadChannels(_ inputs: Tensors, _ row: Int, _ length: Int, _ block: Int) {
    let (column, lanes) = (block * vectorWidth, ChannelBlock.lanes(block, of: channels))
    func load(_ source: Columns, _ target: Pointer) {
      ChannelBlock.pack(source.row(row) + column, stride: source.stride, rows: length, lanes: lanes, into: target)
    }
    load(inputs.dt, dt)
    load(inputs.u, u)
    load(inputs.z, z)
    let (skip, u, o) = (skips.vector(column), u, o)
    for t in 0..<length { o.store(skip * u.vector(t * vectorWidth), t * vectorWidth) }
    guard sharesDecay else { return }
    let (rate, dt, decays) = (rates.vector(block * blockSize), dt, decays)
    for t in 0..<length { decays.store(VectorMath.exp(rate * dt.vector(t * vectorWidth)), t * vectorWidth) }
  }

  private func store(_ values: Pointer, _ target: Columns, _ row: Int, _ length: Int, _ block: Int) {
    ChannelBlock.unpack(
      values, rows: length, lanes: ChannelBlock.lanes(block, of: channels),
      into: target.row(row) + block * vectorWidth, stride: target.stride)
  }

  /// Runs four states from `start` through a chunk, adds their outputs to `o` and returns where they end.
  private func ascend(_ block: Int, _ group: Int, _ length: Int, from start: Pointer, keepsHistory: Bool) -> Quad {
    switch (sharesDecay, keepsHistory) {
    case (false, false): ascend(block, group, length, from: start, sharesDecay: false, keepsHistory: false)
    case (false, true): ascend(block, group, length, from: start, sharesDecay: false, keepsHistory: true)
    case (true, false): ascend(block, group, length, from: start, sharesDecay: true, keepsHistory: false)
    case (true, true): ascend(block, group, length, from: start, sharesDecay: true, keepsHistory: true)
    }
  }

  @inline(__always)
  private func ascend(
    _ block: Int, _ group: Int, _ length: Int, from start: Pointer, sharesDecay: Bool, keepsHistory: Bool
  ) -> Quad {
    let (dt, u, o, width) = (dt, u, o, Quad.count * groups)
    let (b, c) = (b + Quad.count * group, c + Quad.count * group)
    let decays = sharesDecay ? decays : decays + group * length * Quad.size
    let history = history + group * (length + 1) * Quad.size
    let rate = Quad(rates + block * blockSize + group * Quad.size)
    var h = Quad(start)
    if keepsHistory { h.store(history) }
    for t in 0..<length {
      let step = dt.vector(t * vectorWidth)
      let drive = step * u.vector(t * vectorWidth)
      let decay: Quad
      if sharesDecay {
        decay = Quad(repeating: decays.vector(t * vectorWidth))
      } else {
        decay = rate.scaled(by: step).exponentials
        if keepsHistory { decay.store(decays + t * Quad.size) }
      }
      h = Quad.outer(drive, b + t * width).addingProduct(decay, h)
      if keepsHistory { h.store(history + (t + 1) * Quad.size) }
      o.store(h.dot(c + t * width, startingFrom: o.vector(t * vectorWidth)), t * vectorWidth)
    }
    return h
  }

  /// Takes ∂/∂r in `upstream` through the gate and the skip connection: leaves ∂/∂o in `upstream` and ∂/∂z in `z`, and
  /// starts `uGradient` and `dtGradient`.
  private func gateBackward(_ block: Int, _ length: Int) {
    let (u, z, o, upstream, uGradient, dtGradient) = (u, z, o, upstream, uGradient, dtGradient)
    let skip = skips.vector(block * vectorWidth)
    var skipGradient = skipGradients.vector(block * vectorWidth)
    for place in stride(from: 0, to: length * vectorWidth, by: vectorWidth) {
      let (value, slope) = VectorMath.silu(z.vector(place))
      let gradient = upstream.vector(place)
      let gated = gradient * value
      upstream.store(gated, place)
      z.store(gradient * o.vector(place) * slope, place)
      uGradient.store(skip * gated, place)
      dtGradient.store(Vector.zero, place)
      skipGradient = skipGradient.addingProduct(gated, u.vector(place))
    }
    skipGradients.store(skipGradient, block * vectorWidth)
  }

  private func descend(_ block: Int, _ group: Int, _ length: Int) {
    if sharesDecay {
      descend(block, group, length, sharesDecay: true)
    } else {
      descend(block, group, length, sharesDecay: false)
    }
  }

  /// Takes ∂/∂o in `upstream` back through four states and a chunk.
  @inline(__always)
  private func descend(_ block: Int, _ group: Int, _ length: Int, sharesDecay: Bool) {
    let (dt, u, upstream, uGradient, dtGradient) = (dt, u, upstream, uGradient, dtGradient)
    let width = Quad.count * groups
    let (b, c) = (b + Quad.count * group, c + Quad.count * group)
    let (bGradients, cGradients) = (bGradients + group * Quad.size, cGradients + group * Quad.size)
    let decays = sharesDecay ? decays : decays + group * length * Quad.size
    let history = history + group * (length + 1) * Quad.size
    let offset = block * blockSize + group * Quad.size
    let rate = Quad(rates + offset)
    let rateGradients = sharesDecay ? rateGradients + block * blockSize : rateGradients + offset
    var rateGradient = Quad(rateGradients)
    var sharedRateGradient = rateGradients.vector()
    var carry = Quad(carries + offset)
    var t = length - 1
    while t >= 0 {
      let (step, input) = (dt.vector(t * vectorWidth), u.vector(t * vectorWidth))
      let output = upstream.vector(t * vectorWidth)
      let gradient = carry.addingProduct(output, c + t * width)
      // ∂/∂B and ∂/∂C
      let places = t * width * vectorWidth
      Quad(bGradients + places).addingProduct(step * input, gradient).store(bGradients + places)
      Quad(cGradients + places).addingProduct(output, Quad(history + (t + 1) * Quad.size)).store(cGradients + places)
      // ∂/∂(dt u), then ∂/∂(dt A) through the decay
      let drive = gradient.dot(b + t * width, startingFrom: Vector.zero)
      let exponent: Vector
      if sharesDecay {
        carry = gradient.scaled(by: decays.vector(t * vectorWidth))
        let sum = carry.dot(Quad(history + t * Quad.size))
        sharedRateGradient = sharedRateGradient.addingProduct(sum, step)
        exponent = sum * rate.x0
      } else {
        carry = gradient * Quad(decays + t * Quad.size)
        let product = carry * Quad(history + t * Quad.size)
        rateGradient = rateGradient.addingProduct(step, product)
        exponent = product.dot(rate)
      }
      let place = t * vectorWidth
      uGradient.store(uGradient.vector(place).addingProduct(drive, step), place)
      dtGradient.store((dtGradient.vector(place) + exponent).addingProduct(drive, input), place)
      t -= 1
    }
    carry.store(carries + offset)
    if sharesDecay { rateGradients.store(sharedRateGradient) } else { rateGradient.store(rateGradients) }
  }
}

/// Four states of sixteen channels.
private struct Quad {
  static let count = 4
  static let size = 4 * vectorWidth

  var x0, x1, x2, x3: Vector

  @inline(__always) init(_ x0: Vector, _ x1: Vector, _ x2: Vector, _ x3: Vector) {
    (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
  }

  @inline(__always) init(_ p: UnsafePointer<Float>) {
    self.init(p.vector(0), p.vector(vectorWidth), p.vector(2 * vectorWidth), p.vector(3 * vectorWidth))
  }

  @inline(__always) init(repeating x: Vector) { self.init(x, x, x, x) }

  /// `x · factors[n]` for the four n.
  @inline(__always) static func outer(_ x: Vector, _ factors: UnsafePointer<Float>) -> Quad {
    Quad(x * factors[0], x * factors[1], x * factors[2], x * factors[3])
  }

  @inline(__always) func store(_ p: Pointer) {
    p.store(x0, 0)
    p.store(x1, vectorWidth)
    p.store(x2, 2 * vectorWidth)
    p.store(x3, 3 * vectorWidth)
  }

  @inline(__always) func scaled(by x: Vector) -> Quad { Quad(x0 * x, x1 * x, x2 * x, x3 * x) }

  @inline(__always) static func * (a: Quad, b: Quad) -> Quad {
    Quad(a.x0 * b.x0, a.x1 * b.x1, a.x2 * b.x2, a.x3 * b.x3)
  }

  @inline(__always) func addingProduct(_ a: Quad, _ b: Quad) -> Quad {
    Quad(
      x0.addingProduct(a.x0, b.x0), x1.addingProduct(a.x1, b.x1), x2.addingProduct(a.x2, b.x2),
      x3.addingProduct(a.x3, b.x3))
  }

  @inline(__always) func addingProduct(_ a: Vector, _ b: Quad) -> Quad { addingProduct(Quad(repeating: a), b) }

  @inline(__always) func addingProduct(_ a: Vector, _ factors: UnsafePointer<Float>) -> Quad {
    Quad(
      x0.addingProduct(a, Vector(repeating: factors[0])), x1.addingProduct(a, Vector(repeating: factors[1])),
      x2.addingProduct(a, Vector(repeating: factors[2])), x3.addingProduct(a, Vector(repeating: factors[3])))
  }

  @inline(__always) func dot(_ other: Quad) -> Vector {
    (x0 * other.x0).addingProduct(x1, other.x1) + (x2 * other.x2).addingProduct(x3, other.x3)
  }

  @inline(__always) func dot(_ factors: UnsafePointer<Float>, startingFrom start: Vector) -> Vector {
    let first = start.addingProduct(x0, Vector(repeating: factors[0])).addingProduct(x1, Vector(repeating: factors[1]))
    return first + (x2 * factors[2]).addingProduct(x3, Vector(repeating: factors[3]))
  }

  @_transparent var exponentials: Quad {
    Quad(VectorMath.exp(x0), VectorMath.exp(x1), VectorMath.exp(x2), VectorMath.exp(x3))
  }
}

/// The sum of the sixteen lanes, pair by pair.
@inline(__always)
private func laneSum(_ x: Vector) -> Float {
  let eight = x.lowHalf + x.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}
