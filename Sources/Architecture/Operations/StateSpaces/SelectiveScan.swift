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
  /// Inputs, or their gradients: `dt`, `u`, `z` are `[rows, channels]` (`dt` with heads `[rows, heads]`), `b` and `c` are
  /// `[rows, states]`.
  struct Tensors {
    let dt, u, z, b, c: Columns
  }

  private static let chunkLength = 32

  private let channels, states, time: Int
  /// Channels that share one step size and decay, whatever the state: Mamba-2's heads.
  let headDim: Int?
  private var sharesDecay: Bool { headDim != nil }
  private var heads: Int { headDim.map { channels / $0 } ?? 0 }
  private let blocks, groups, chunks: Int
  private let rates, rateGradients: Pointer  // A by blocks of channels [blocks, 4·groups, 16], saved
  private let headRates: Pointer  // A [heads], saved
  private let skips, skipGradients: Pointer  // D by blocks [blocks, 16], saved
  /// h before each chunk and after the last `[sequences, chunks + 1, blocks, 4·groups, 16]`, saved.
  private let checkpoints: Pointer
  private let carries: Pointer  // ∂/∂h from the steps after a chunk [blocks, 4·groups, 16]
  private let b, c: Pointer  // of a chunk, zeros for states that are not there [chunk, 4·groups]
  private let bGradients, cGradients: Pointer  // lanes not yet added up [chunk, 4·groups, 16]
  private let dt, u, z, o, upstream, uGradient, dtGradient: Pointer  // of a block and chunk [chunk, 16]
  private let decays: Pointer  // exp(dt A) of a block [groups, chunk, 4, 16], with heads [chunk, 16]
  private let headDecays: Pointer  // of a chunk [chunk, heads]
  private let history: Pointer  // h before and after every step [groups, chunk + 1, 4, 16]

  /// - Parameter headDim: how many channels share one step size and decay, if they do.
  init(channels: Int, states: Int, sharedBy headDim: Int?, _ site: inout KernelSite) {
    (self.channels, self.states, self.headDim, time) = (channels, states, headDim, site.time)
    let length = min(Self.chunkLength, site.time)
    blocks = ChannelBlock.count(channels)
    groups = (states + Tile4.count - 1) / Tile4.count
    chunks = (site.time + Self.chunkLength - 1) / Self.chunkLength
    let (width, stateCount) = (Tile4.count * groups, blocks * groups * Tile4.size)
    rates = site.saved(stateCount)
    rateGradients = site.saved(stateCount)
    let heads = headDim.map { channels / $0 } ?? 0
    headRates = site.saved(heads)
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
    decays = site.scratch(length * vectorWidth * (headDim == nil ? width : 1))
    headDecays = site.scratch(length * heads)
    history = site.scratch((length + 1) * width * vectorWidth)
  }

  /// How many sequences make a group of some 128 steps, whose tensors a layer keeps in the second-level cache from one
  /// operation to the next.
  static func groupLength(time: Int) -> Int { max(1, 128 / time) }

  /// FLOPs per token, forward: decay, input and output of every state.
  static func flops(channels: Int, states: Int) -> Double { 6 * Double(channels) * Double(states) }

  /// Sets A, which must be negative, and D.
  func load(rate: (_ channel: Int, _ state: Int) -> Float, skip: (_ channel: Int) -> Float) {
    for channel in 0..<channels {
      for state in 0..<states { rates[place(channel, state)] = rate(channel, state) }
      skips[channel] = skip(channel)
    }
    if let headDim { for head in 0..<heads { headRates[head] = rate(head * headDim, 0) } }
  }

  /// Sets the gradients of A and D to zero; `backward` adds to them.
  func clearGradients() {
    rateGradients.update(repeating: 0, count: blocks * blockSize)
    skipGradients.update(repeating: 0, count: blocks * vectorWidth)
  }

  /// ∂/∂A[channel, state] after `backward`; with heads the sum over all states is in state 0.
  func rateGradient(_ channel: Int, _ state: Int) -> Float { rateGradients[place(channel, state)] }
  func skipGradient(_ channel: Int) -> Float { skipGradients[channel] }

  /// `r = scan(inputs)` for some sequences of the micro-batch, `first` and those that follow it; the tensors' first row is
  /// that of sequence `first`.
  func forward(_ inputs: Tensors, into r: Columns, first: Int, sequences: Int) {
    forEachChunk(first, sequences) { row, length, checkpoint in
      loadChunk(inputs, row, length)
      for block in 0..<blocks {
        loadChannels(inputs, row, length, block)
        let after = checkpoint + blocks * blockSize
        for group in 0..<groups {
          let offset = block * blockSize + group * Tile4.size
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
  func backward(_ inputs: Tensors, _ dr: Columns, into gradients: Tensors, first: Int, sequences: Int) {
    let width = Tile4.count * groups
    forEachChunk(first, sequences, backwards: true) { row, length, checkpoint in
      loadChunk(inputs, row, length)
      bGradients.update(repeating: 0, count: length * width * vectorWidth)
      cGradients.update(repeating: 0, count: length * width * vectorWidth)
      for t in 0..<length { gradients.dt.row(row + t).update(repeating: 0, count: heads) }
      if (row + length) % time == 0 { carries.update(repeating: 0, count: blocks * blockSize) }
      for block in 0..<blocks {
        loadChannels(inputs, row, length, block)
        let (column, lanes) = (block * vectorWidth, ChannelBlock.lanes(block, of: channels))
        ChannelBlock.pack(dr.row(row) + column, stride: dr.stride, rows: length, lanes: lanes, into: upstream)
        for group in 0..<groups {
          let start = checkpoint + block * blockSize + group * Tile4.size
          _ = ascend(block, group, length, from: start, keepsHistory: true)
        }
        gateBackward(block, length)
        for group in 0..<groups { descend(block, group, length) }
        store(z, gradients.z, row, length, block)
        store(uGradient, gradients.u, row, length, block)
        if let headDim {
          ChannelBlock.addToHeads(
            dtGradient, rows: length, block: block, channels: channels, headDim: headDim,
            into: gradients.dt.row(row), stride: gradients.dt.stride)
        } else {
          store(dtGradient, gradients.dt, row, length, block)
        }
      }
      for t in 0..<length {
        let (db, dc) = (gradients.b.row(row + t), gradients.c.row(row + t))
        for n in 0..<states {
          db[n] = bGradients.vector((t * width + n) * vectorWidth).laneSum
          dc[n] = cGradients.vector((t * width + n) * vectorWidth).laneSum
        }
      }
    }
  }

  // MARK: One block of channels over one chunk of time

  private var blockSize: Int { groups * Tile4.size }

  private func place(_ channel: Int, _ state: Int) -> Int {
    (channel / vectorWidth) * blockSize + state * vectorWidth + channel % vectorWidth
  }

  /// Runs `body` for every chunk of every sequence: its first row, its length and the state before it.
  @inline(__always)
  private func forEachChunk(
    _ first: Int, _ sequences: Int, backwards: Bool = false,
    _ body: (_ row: Int, _ length: Int, _ checkpoint: Pointer) -> Void
  ) {
    for sequence in 0..<sequences {
      for index in 0..<chunks {
        let chunk = backwards ? chunks - 1 - index : index
        let start = chunk * Self.chunkLength
        body(
          sequence * time + start, min(Self.chunkLength, time - start),
          checkpoints + ((first + sequence) * (chunks + 1) + chunk) * blocks * blockSize)
      }
    }
  }

  /// Fills `b`, `c` and, with heads, their decays.
  private func loadChunk(_ inputs: Tensors, _ row: Int, _ length: Int) {
    let (width, heads) = (Tile4.count * groups, heads)
    for t in 0..<length {
      let (fromB, fromC) = (inputs.b.row(row + t), inputs.c.row(row + t))
      for n in 0..<width {
        b[t * width + n] = n < states ? fromB[n] : 0
        c[t * width + n] = n < states ? fromC[n] : 0
      }
      let (dt, decay, rate) = (inputs.dt.row(row + t), headDecays + t * heads, headRates)
      forEachVector(heads) { i in
        decay.store(VectorMath.exp(rate.vector(i) * dt.vector(i)), i)
      } tail: { i in
        decay[i] = VectorMath.exp(rate[i] * dt[i])
      }
    }
  }

  /// Fills `dt`, `u`, `z` and, with heads, `decays`, and starts `o` with D u.
  private func loadChannels(_ inputs: Tensors, _ row: Int, _ length: Int, _ block: Int) {
    let (column, lanes) = (block * vectorWidth, ChannelBlock.lanes(block, of: channels))
    func load(_ source: Columns, _ target: Pointer) {
      ChannelBlock.pack(source.row(row) + column, stride: source.stride, rows: length, lanes: lanes, into: target)
    }
    func spread(_ source: Columns, _ target: Pointer) {
      ChannelBlock.spreadHeads(
        source.pointer, stride: source.stride, rows: length, block: block, channels: channels,
        headDim: headDim ?? 1, into: target)
    }
    if sharesDecay {
      spread(Columns(inputs.dt.row(row), stride: inputs.dt.stride), dt)
      spread(Columns(headDecays, stride: heads), decays)
    } else {
      load(inputs.dt, dt)
    }
    load(inputs.u, u)
    load(inputs.z, z)
    let (skip, u, o) = (skips.vector(column), u, o)
    for t in 0..<length { o.store(skip * u.vector(t * vectorWidth), t * vectorWidth) }
  }

  private func store(_ values: Pointer, _ target: Columns, _ row: Int, _ length: Int, _ block: Int) {
    ChannelBlock.unpack(
      values, rows: length, lanes: ChannelBlock.lanes(block, of: channels),
      into: target.row(row) + block * vectorWidth, stride: target.stride)
  }

  /// Runs four states from `start` through a chunk, adds their outputs to `o` and returns where they end.
  private func ascend(_ block: Int, _ group: Int, _ length: Int, from start: Pointer, keepsHistory: Bool) -> Tile4 {
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
  ) -> Tile4 {
    let (dt, u, o, width) = (dt, u, o, Tile4.count * groups)
    let (b, c) = (b + Tile4.count * group, c + Tile4.count * group)
    let decays = sharesDecay ? decays : decays + group * length * Tile4.size
    let history = history + group * (length + 1) * Tile4.size
    let rate = Tile4(rates + block * blockSize + group * Tile4.size)
    var h = Tile4(start)
    if keepsHistory { h.store(history) }
    for t in 0..<length {
      let step = dt.vector(t * vectorWidth)
      let drive = step * u.vector(t * vectorWidth)
      let decay: Tile4
      if sharesDecay {
        decay = Tile4(repeating: decays.vector(t * vectorWidth))
      } else {
        decay = (rate * Tile4(repeating: step)).exponentials
        if keepsHistory { decay.store(decays + t * Tile4.size) }
      }
      var next = Tile4(spreading: b + t * width)
      next.scale(drive)
      next.add(decay, h)
      h = next
      if keepsHistory { h.store(history + (t + 1) * Tile4.size) }
      o.store(h.dot(c + t * width, o.vector(t * vectorWidth)), t * vectorWidth)
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
    let width = Tile4.count * groups
    let (b, c) = (b + Tile4.count * group, c + Tile4.count * group)
    let (bGradients, cGradients) = (bGradients + group * Tile4.size, cGradients + group * Tile4.size)
    let decays = sharesDecay ? decays : decays + group * length * Tile4.size
    let history = history + group * (length + 1) * Tile4.size
    let offset = block * blockSize + group * Tile4.size
    let rate = Tile4(rates + offset)
    let rateGradients = sharesDecay ? rateGradients + block * blockSize : rateGradients + offset
    var rateGradient = Tile4(rateGradients)
    var sharedRateGradient = rateGradients.vector()
    var carry = Tile4(carries + offset)
    var t = length - 1
    while t >= 0 {
      let (step, input) = (dt.vector(t * vectorWidth), u.vector(t * vectorWidth))
      let output = upstream.vector(t * vectorWidth)
      carry.add(output, c + t * width, stride: 1)  // ∂/∂h after the step
      // ∂/∂B and ∂/∂C
      let places = t * width * vectorWidth
      var (bGradient, cGradient) = (Tile4(bGradients + places), Tile4(cGradients + places))
      bGradient.add(Tile4(repeating: step * input), carry)
      cGradient.add(Tile4(repeating: output), Tile4(history + (t + 1) * Tile4.size))
      bGradient.store(bGradients + places)
      cGradient.store(cGradients + places)
      // ∂/∂(dt u), then ∂/∂(dt A) through the decay
      let drive = carry.dot(b + t * width, .zero)
      let exponent: Vector
      if sharesDecay {
        carry.scale(decays.vector(t * vectorWidth))
        let sum = carry.dot(Tile4(history + t * Tile4.size))
        sharedRateGradient = sharedRateGradient.addingProduct(sum, step)
        exponent = sum * rate.upper.upper.vector
      } else {
        carry = carry * Tile4(decays + t * Tile4.size)
        let product = carry * Tile4(history + t * Tile4.size)
        rateGradient.add(Tile4(repeating: step), product)
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

/// Products over four states, the first two and the last two side by side.
extension Tile4 {
  @_transparent
  fileprivate var exponentials: Tile4 { Tile4(upper.exponentials, lower.exponentials) }

  /// `Σ_n vector n ⊙ other n`.
  @inline(__always)
  fileprivate func dot(_ other: Tile4) -> Vector { upper.dot(other.upper) + lower.dot(other.lower) }

  /// `sum + Σ_n numbers[n] · vector n`.
  @inline(__always)
  fileprivate func dot(_ numbers: UnsafePointer<Float>, _ sum: Vector) -> Vector {
    upper.product(numbers, sum)
      + (lower.upper.vector * numbers[2]).addingProduct(lower.lower.vector, Vector(repeating: numbers[3]))
  }
}

extension Tile2 {
  @_transparent
  fileprivate var exponentials: Tile2 {
    Tile2(Tile1(repeating: VectorMath.exp(upper.vector)), Tile1(repeating: VectorMath.exp(lower.vector)))
  }

  @inline(__always)
  fileprivate func dot(_ other: Tile2) -> Vector {
    (upper.vector * other.upper.vector).addingProduct(lower.vector, other.lower.vector)
  }
}
