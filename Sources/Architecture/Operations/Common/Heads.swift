import Engine

/// How the channels of `[sequences, time, dim]` are cut in heads: channel = head · width + i.
struct Heads {
  let count, width, time: Int

  var dim: Int { count * width }

  /// How many floats past its end a buffer must hold that is read and written in groups of sixteen channels of a head.
  static let overhang = vectorWidth

  /// The lanes of a group of sixteen channels, from channel `start` of a head, that belong to the head.
  @inline(__always) func lanes(from start: Int) -> LaneMask {
    LaneMask(first: laneCount(from: start))
  }

  @inline(__always) func laneCount(from start: Int) -> Int { min(width - start, vectorWidth) }

  /// Runs `body` for each group of sixteen columns of a row, with how many of them lie in the row.
  @inline(__always)
  func forEachGroup(_ body: (_ column: Int, _ count: Int) -> Void) {
    for column in stride(from: 0, to: dim, by: vectorWidth) {
      body(column, min(dim - column, vectorWidth))
    }
  }

  /// Fills `line [dim]`, which has `overhang` floats to spare, with, at each channel, the sum of `terms(column)`, sixteen channels from `column` on, over the
  /// channels of its head.
  @inline(__always)
  func sums(into line: Pointer, _ terms: (_ column: Int) -> Vector) {
    if vectorWidth % width == 0, dim % vectorWidth == 0 {
      // Whole heads in each vector: sums over ever wider neighbourhoods of lanes.
      for column in stride(from: 0, to: dim, by: vectorWidth) {
        var sum = terms(column)
        if width > 1 { sum += sum.swapped1 }
        if width > 2 { sum += sum.swapped2 }
        if width > 4 { sum += sum.swapped4 }
        if width > 8 { sum += sum.swapped8 }
        line.store(sum, column)
      }
      return
    }
    for head in stride(from: 0, to: dim, by: width) {
      var sum = Vector.zero
      for column in stride(from: 0, to: width, by: vectorWidth) {
        sum += terms(head + column).only(lanes(from: column))
      }
      let total = Vector(repeating: sum.laneSum)
      for column in stride(from: 0, to: width, by: vectorWidth) { line.store(total, head + column) }
    }
  }

  /// `values [heads]` from a row that holds at each channel its head's value.
  @inline(__always)
  func gather(_ line: UnsafePointer<Float>, into values: Pointer) {
    for head in 0..<count { values[head] = line[head * width] }
  }

  /// Fills `line [dim]`, which has `overhang` floats to spare, with each head's value at all its channels.
  @inline(__always)
  func spread(_ values: UnsafePointer<Float>, into line: Pointer) {
    for head in 0..<count {
      let value = Vector(repeating: values[head])
      for channel in stride(from: 0, to: width, by: vectorWidth) { line.store(value, head * width + channel) }
    }
  }
}
