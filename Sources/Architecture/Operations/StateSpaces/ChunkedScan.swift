import Engine

/// The recurrence of `SelectiveScan` with heads, as matrix products over chunks of time (Dao and Gu 2024, arXiv 2405.21060,
/// section 6): the better form for many states. With `l_t` the sum of `dt A` from the chunk's start to step t, per head,
/// v = dt u, and S `[states, channels]` the state before the chunk:
///
///     o_t = Σ_{s ≤ t} (C_t·B_s) exp(l_t − l_s) v_s + exp(l_t) C_t S + D u_t
///     S ← exp(l_end) S + Σ_s B_s (exp(l_end − l_s) v_s)
///
/// Every term of o holds `l_t` as a factor exp(l_t), and every use of v_s holds exp(−l_s), so their derivatives are
/// `do_t·(o_t − D u_t)` and `−v_s·dv_s` for each head; that of `l_end` in the new state is `⟨S, dS⟩`.
struct ChunkedScan: HeadScan {
  private static let chunkLength = 64

  private let channels, states, heads, headDim, time, chunks: Int
  private let rates, rateGradients, skips, skipGradients: Pointer  // A and D [heads], saved
  private let o: Pointer  // [rows, channels], saved
  /// S before each chunk and after the last `[sequences, chunks + 1, states, channels]`, saved.
  private let checkpoints: Pointer
  private let carry: Pointer  // ∂/∂S after a chunk [states, channels]
  private let sums: Pointer  // l [heads, chunk]
  private let products: Pointer  // C_t·B_s [chunk, chunk]
  private let weights: Pointer  // of a head: products times decays, zero for s > t [chunk, chunk]
  private let weightGradients, productGradients: Pointer  // [chunk, chunk]
  private let v, vGradient, upstream, scaled: Pointer  // [chunk, channels]
  private let sumGradients: Pointer  // ∂/∂l [heads, chunk]
  // Products; those that add write to what is there.
  private let readState, addToState, toStates: MatrixProduct
  private let weighHead, weighHeadBack: MatrixProduct
  private let addToC, addToB: MatrixProduct
  private let pairInputs, pairHead: MatrixProduct

  init(channels: Int, states: Int, headDim: Int, stride: Int, _ site: inout KernelSite) {
    (self.channels, self.states, self.headDim) = (channels, states, headDim)
    (heads, time) = (channels / headDim, site.time)
    chunks = (time + Self.chunkLength - 1) / Self.chunkLength
    (rates, rateGradients) = (site.saved(heads), site.saved(heads))
    (skips, skipGradients) = (site.saved(heads), site.saved(heads))
    o = site.saved(site.rows * channels)
    checkpoints = site.saved(site.sequences * (chunks + 1) * states * channels)
    carry = site.scratch(states * channels)
    let length = Self.chunkLength
    (sums, sumGradients) = (site.scratch(heads * length), site.scratch(heads * length))
    (products, weights) = (site.scratch(length * length), site.scratch(length * length))
    (weightGradients, productGradients) = (site.scratch(length * length), site.scratch(length * length))
    (v, vGradient) = (site.scratch(length * channels), site.scratch(length * channels))
    (upstream, scaled) = (site.scratch(length * channels), site.scratch(length * channels))
    let whole = MatrixProduct.Second.rows(stride: channels)
    readState = site.product(strideA: stride, b: whole, strideC: channels)
    addToState = site.product(strideA: stride, transposesA: true, b: whole, strideC: channels, adds: true)
    toStates = site.product(strideA: channels, b: .transposed(stride: channels), strideC: stride)
    weighHead = site.product(strideA: length, b: whole, strideC: channels, adds: true)
    weighHeadBack = site.product(strideA: length, transposesA: true, b: whole, strideC: channels, adds: true)
    addToC = site.product(strideA: length, b: .rows(stride: stride), strideC: stride, adds: true)
    addToB = site.product(strideA: length, transposesA: true, b: .rows(stride: stride), strideC: stride, adds: true)
    pairInputs = site.product(strideA: stride, b: .transposed(stride: stride), strideC: length)
    pairHead = site.product(strideA: channels, b: .transposed(stride: channels), strideC: length)
  }

  func load(rate: (_ head: Int) -> Float, skip: (_ head: Int) -> Float) {
    for head in 0..<heads { (rates[head], skips[head]) = (rate(head), skip(head)) }
  }

  func clearGradients() {
    rateGradients.update(repeating: 0, count: heads)
    skipGradients.update(repeating: 0, count: heads)
  }

  func rateGradient(head: Int) -> Float { rateGradients[head] }
  func skipGradient(head: Int) -> Float { skipGradients[head] }

  func forward(_ inputs: SelectiveScan.Tensors, into r: Columns, first: Int, sequences: Int) {
    forEachChunk(first, sequences) { row, length, state, o in
      let (b, c) = (inputs.b, inputs.c)
      addSteps(inputs, row, length)
      // C_t S for all steps, then the part from within the chunk head by head.
      readState(c.row(row), state, into: o, rows: length, columns: channels, inner: states)
      for t in 0..<length {
        let (u, line) = (inputs.u.row(row + t), o + t * channels)
        forEachHead(t) { head, at, l in
          let (decay, skip) = (VectorMath.exp(l), skips[head])
          for i in at..<at + headDim { line[i] = decay * line[i] + skip * u[i] }
        }
      }
      multiplyInputs(inputs, row, length)
      for head in 0..<heads {
        weigh(head, length, addingGradients: false)
        let at = head * headDim
        weighHead(weights, v + at, into: o + at, rows: length, columns: headDim, inner: length)
      }
      // The state after the chunk.
      let after = state + states * channels
      for t in 0..<length {
        let line = v + t * channels
        forEachHead(t) { head, at, l in
          let decay = VectorMath.exp(end(head, length) - l)
          for i in at..<at + headDim { line[i] *= decay }
        }
      }
      decayState(state, into: after, length)
      addToState(b.row(row), v, into: after, rows: states, columns: channels, inner: length)
      for t in 0..<length {
        let (z, from, to) = (inputs.z.row(row + t), o + t * channels, r.row(row + t))
        forEachVector(channels) { i in
          to.store(from.vector(i) * VectorMath.silu(z.vector(i)).value, i)
        } tail: { i in
          to[i] = from[i] * VectorMath.silu(z[i]).value
        }
      }
    }
  }

  func backward(
    _ inputs: SelectiveScan.Tensors, _ dr: Columns, into gradients: SelectiveScan.Tensors, first: Int, sequences: Int
  ) {
    forEachChunk(first, sequences, backwards: true) { row, length, state, o in
      let (b, c) = (inputs.b, inputs.c)
      let isLast = (row + length) % time == 0
      if isLast { carry.update(repeating: 0, count: states * channels) }
      addSteps(inputs, row, length)
      gateBackward(inputs, dr, gradients, row, length, o)
      multiplyInputs(inputs, row, length)
      let after = state + states * channels
      for head in 0..<heads {
        let line = sumGradients + head * Self.chunkLength
        line[length - 1] += stateProduct(after, head)
      }

      // Through the state after the chunk: ∂/∂B, ∂/∂v, and what later adds to them.
      readState(b.row(row), carry, into: vGradient, rows: length, columns: channels, inner: states)
      for t in 0..<length {
        let (from, to, line) = (v + t * channels, scaled + t * channels, vGradient + t * channels)
        forEachHead(t) { head, at, l in
          let decay = VectorMath.exp(end(head, length) - l)
          for i in at..<at + headDim {
            to[i] = decay * from[i]
            line[i] *= decay
          }
        }
      }
      toStates(scaled, carry, into: gradients.b.row(row), rows: length, columns: states, inner: channels)

      // Through the state before the chunk.
      for t in 0..<length {
        let (from, to) = (upstream + t * channels, scaled + t * channels)
        forEachHead(t) { _, at, l in
          let decay = VectorMath.exp(l)
          for i in at..<at + headDim { to[i] = decay * from[i] }
        }
      }
      toStates(scaled, state, into: gradients.c.row(row), rows: length, columns: states, inner: channels)
      decayState(carry, into: carry, length)
      addToState(c.row(row), scaled, into: carry, rows: states, columns: channels, inner: length)

      // Within the chunk.
      productGradients.update(repeating: 0, count: length * Self.chunkLength)
      for head in 0..<heads {
        let at = head * headDim
        pairHead(upstream + at, v + at, into: weightGradients, rows: length, columns: length, inner: headDim)
        weigh(head, length, addingGradients: true)
        weighHeadBack(
          weights, upstream + at, into: vGradient + at, rows: length, columns: headDim, inner: length)
      }
      addToC(
        productGradients, b.row(row), into: gradients.c.row(row), rows: length, columns: states, inner: length)
      addToB(
        productGradients, c.row(row), into: gradients.b.row(row), rows: length, columns: states, inner: length)
      inputsBackward(inputs, gradients, row, length)
    }
  }

  // MARK: One chunk

  /// Runs `body` for every chunk of every sequence: its first row, its length, the state before it and its part of `o`.
  @inline(__always)
  private func forEachChunk(
    _ first: Int, _ sequences: Int, backwards: Bool = false,
    _ body: (_ row: Int, _ length: Int, _ state: Pointer, _ o: Pointer) -> Void
  ) {
    for sequence in 0..<sequences {
      for index in 0..<chunks {
        let chunk = backwards ? chunks - 1 - index : index
        let start = chunk * Self.chunkLength
        body(
          sequence * time + start, min(Self.chunkLength, time - start),
          checkpoints + ((first + sequence) * (chunks + 1) + chunk) * states * channels,
          o + ((first + sequence) * time + start) * channels)
      }
    }
  }

  /// Runs `body` for every head of step `t`: its first channel and `l_t`.
  @inline(__always)
  private func forEachHead(_ t: Int, _ body: (_ head: Int, _ at: Int, _ l: Float) -> Void) {
    for head in 0..<heads { body(head, head * headDim, sums[head * Self.chunkLength + t]) }
  }

  private func end(_ head: Int, _ length: Int) -> Float { sums[head * Self.chunkLength + length - 1] }

  /// Fills `sums`, and `v` with dt u.
  private func addSteps(_ inputs: SelectiveScan.Tensors, _ row: Int, _ length: Int) {
    for head in 0..<heads {
      let (line, rate) = (sums + head * Self.chunkLength, rates[head])
      var sum: Float = 0
      for t in 0..<length {
        sum += rate * inputs.dt.row(row + t)[head]
        line[t] = sum
      }
      for t in length..<Self.chunkLength { line[t] = sum }
    }
    for t in 0..<length {
      let (dt, u, line) = (inputs.dt.row(row + t), inputs.u.row(row + t), v + t * channels)
      forEachHead(t) { head, at, _ in
        let step = dt[head]
        for i in at..<at + headDim { line[i] = step * u[i] }
      }
    }
  }

  /// Fills `products`.
  private func multiplyInputs(_ inputs: SelectiveScan.Tensors, _ row: Int, _ length: Int) {
    pairInputs(inputs.c.row(row), inputs.b.row(row), into: products, rows: length, columns: length, inner: states)
  }

  /// Fills `weights` of a head and, if asked, adds `weightGradients ⊙ decays` to `productGradients`.
  private func weigh(_ head: Int, _ length: Int, addingGradients: Bool) {
    let l = sums + head * Self.chunkLength
    let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    for t in 0..<length {
      let line = t * Self.chunkLength
      var s = 0
      while s < length {
        guard s <= t else {
          weights.store(Vector.zero, line + s)
          s += vectorWidth
          continue
        }
        let isLater = lanes .> SIMD16(repeating: Int32(truncatingIfNeeded: t - s))
        let decay = VectorMath.exp(Vector(repeating: l[t]) - l.vector(s)).replacing(with: Vector.zero, where: isLater)
        // What lies right of the last step is undefined.
        let product = products.vector(line + s).replacing(with: Vector.zero, where: isLater)
        weights.store(product * decay, line + s)
        if addingGradients {
          let gradient = weightGradients.vector(line + s).replacing(with: Vector.zero, where: isLater)
          productGradients.store(productGradients.vector(line + s).addingProduct(gradient, decay), line + s)
        }
        s += vectorWidth
      }
    }
  }

  /// `target = exp(l_end) source`, state by state; target may be source.
  private func decayState(_ source: Pointer, into target: Pointer, _ length: Int) {
    for head in 0..<heads {
      let decay = VectorMath.exp(end(head, length))
      for n in 0..<states {
        let at = n * channels + head * headDim
        for i in at..<at + headDim { target[i] = decay * source[i] }
      }
    }
  }

  /// `⟨S, dS⟩` of a head.
  private func stateProduct(_ state: Pointer, _ head: Int) -> Float {
    var sum: Float = 0
    for n in 0..<states {
      let at = n * channels + head * headDim
      sum += Reduce.dot(state + at, carry + at, count: headDim)
    }
    return sum
  }

  /// From ∂/∂r: ∂/∂z, ∂/∂o in `upstream`, the part of ∂/∂u and ∂/∂D through the skip connection, and the start of
  /// `sumGradients`, `do·(o − D u)`.
  private func gateBackward(
    _ inputs: SelectiveScan.Tensors, _ dr: Columns, _ gradients: SelectiveScan.Tensors, _ row: Int, _ length: Int,
    _ o: Pointer
  ) {
    for t in 0..<length {
      let (z, dr, dz) = (inputs.z.row(row + t), dr.row(row + t), gradients.z.row(row + t))
      let (o, upstream) = (o + t * channels, upstream + t * channels)
      forEachVector(channels) { i in
        let (value, slope) = VectorMath.silu(z.vector(i))
        let gradient = dr.vector(i)
        upstream.store(gradient * value, i)
        dz.store(gradient * o.vector(i) * slope, i)
      } tail: { i in
        let (value, slope) = VectorMath.silu(z[i])
        let gradient = dr[i]
        upstream[i] = gradient * value
        dz[i] = gradient * o[i] * slope
      }
      let (u, du) = (inputs.u.row(row + t), gradients.u.row(row + t))
      forEachHead(t) { head, at, _ in
        let skip = skips[head]
        let skipped = Reduce.dot(upstream + at, u + at, count: headDim)
        skipGradients[head] += skipped
        sumGradients[head * Self.chunkLength + t] =
          Reduce.dot(upstream + at, o + at, count: headDim) - skip * skipped
        for i in at..<at + headDim { du[i] = skip * upstream[i] }
      }
    }
  }

  /// From ∂/∂v and ∂/∂l to ∂/∂u, ∂/∂dt and ∂/∂A.
  private func inputsBackward(
    _ inputs: SelectiveScan.Tensors, _ gradients: SelectiveScan.Tensors, _ row: Int, _ length: Int
  ) {
    for head in 0..<heads {
      let (at, rate, line) = (head * headDim, rates[head], sumGradients + head * Self.chunkLength)
      var (later, rateGradient): (Float, Float) = (0, 0)
      for t in stride(from: length - 1, through: 0, by: -1) {
        let (u, du) = (inputs.u.row(row + t), gradients.u.row(row + t))
        let (step, dv) = (inputs.dt.row(row + t)[head], vGradient + t * channels)
        // v·dv = dt (u·dv)
        let drive = Reduce.dot(u + at, dv + at, count: headDim)
        later += line[t] - step * drive
        rateGradient += later * step
        gradients.dt.row(row + t)[head] = later * rate + drive
        for i in at..<at + headDim { du[i] += step * dv[i] }
      }
      rateGradients[head] += rateGradient
    }
  }
}
