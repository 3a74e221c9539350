import Engine
import Testing

@Suite("Register tiles")
struct TileTests {
  /// Numbers in −1…1.
  private static func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed, "tile")
    return (0..<count).map { _ in Float(2 * random.uniform() - 1) }
  }

  private static func sizes() -> [any Tile.Type] { [Tile1.self, Tile2.self, Tile4.self, Tile8.self, Tile16.self] }

  @Test("a tile of any size computes what loops over its vectors do")
  func loops() {
    for type in Self.sizes() { check(type) }
  }

  private func check<T: Tile>(_ type: T.Type) {
    let count = T.count
    var (memory, other) = (Self.numbers(T.size, 1), Self.numbers(T.size, 2))
    var factors = Self.numbers(3 * count, 3)
    let (lanes, start) = (Vector(Self.numbers(16, 4)), Vector(Self.numbers(16, 5)))
    func rows(_ values: [Float]) -> [Vector] { (0..<count).map { Vector(values[16 * $0..<16 * ($0 + 1)]) } }
    var expected = rows(memory)
    let others = rows(other)
    factors.withUnsafeMutableBufferPointer { factors in
      memory.withUnsafeMutableBufferPointer { memory in
        other.withUnsafeMutableBufferPointer { other in
          guard let factors = factors.baseAddress, let memory = memory.baseAddress, let other = other.baseAddress
          else { return }
          var tile = T(UnsafePointer(memory))
          tile.scale(lanes)
          tile.add(lanes, factors, stride: 3)
          tile.add(T(UnsafePointer(other)))
          tile.add(T(UnsafePointer(other)), T(repeating: lanes))
          tile = tile * T(spreading: factors)
          for i in 0..<count {
            var row = expected[i] * lanes
            row = row.addingProduct(lanes, Vector(repeating: factors[3 * i])) + others[i]
            expected[i] = row.addingProduct(others[i], lanes) * Vector(repeating: factors[i])
          }
          tile.store(memory)
          for i in 0..<count { #expect(memory.vector(16 * i) == expected[i]) }

          var (sum, rowSum) = (start, start)
          for i in 0..<count {
            sum += expected[i] * factors[i]
            rowSum += expected[i] * others[i]
          }
          func isNear(_ a: Vector, _ b: Vector) -> Bool { (0..<16).allSatisfy { abs(a[$0] - b[$0]) < 1e-5 } }
          #expect(isNear(tile.product(factors, start), sum))
          #expect(isNear(tile.product(rows: other, start), rowSum))

          var visited: [Int] = []
          tile.forEach(with: T(UnsafePointer(other)), from: 5) { number, vector, paired in
            visited.append(number)
            #expect(vector == expected[number - 5] && paired == others[number - 5])
          }
          #expect(visited == Array(5..<5 + count))
          tile.forEach(from: 0) { number, vector in #expect(vector == expected[number]) }
        }
      }
    }
  }
}
