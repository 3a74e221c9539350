import Engine
import Testing

@Suite("Workspace and random streams")
struct WorkspaceTests {
  @Test("saved memory never overlaps, scratch memory of different layers does")
  func placement() {
    let (parts, workspace) = Workspace.build { memory in
      let first = memory.saved(5)
      memory.beginLayer()
      let scratch = memory.scratch(100)
      memory.beginLayer()
      let other = memory.scratch(40)
      let second = memory.saved(7)
      return (first, scratch, other, second)
    }
    let (first, scratch, other, second) = parts
    #expect(second - first == 16)
    #expect(scratch == other)
    #expect(workspace.byteCount == (32 + 112) * 4)
    #expect((0..<5).allSatisfy { first[$0] == 0 })
  }

  @Test("two phases of a layer can share scratch memory")
  func phases() {
    let (parts, workspace) = Workspace.build { memory in
      let outer = memory.scratch(16)
      let one = memory.overlapping { $0.scratch(64) }
      let two = memory.overlapping { $0.scratch(32) }
      return (outer, one, two)
    }
    #expect(parts.1 == parts.2 && parts.1 - parts.0 == 16)
    #expect(workspace.byteCount == 80 * 4)
  }

  @Test("a stream depends on the seed and every key, and on nothing else")
  func streams() {
    func first(_ seed: UInt64, _ keys: (RandomStream.Key, RandomStream.Key)) -> UInt64 {
      var stream = RandomStream(seed: seed, keys.0, keys.1)
      return stream.next()
    }
    let value = first(1, ("a", 2))
    #expect(first(1, ("a", 2)) == value)
    #expect(Set([value, first(2, ("a", 2)), first(1, ("b", 2)), first(1, ("a", 3)), first(1, (2, "a"))]).count == 5)
  }

  @Test("uniform and normal numbers have their moments")
  func moments() {
    var stream = RandomStream(seed: 3, "moments")
    let count = 40_000
    let uniform = (0..<count).map { _ in stream.uniform() }
    let normal = (0..<count).map { _ in stream.normal() }
    #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.01)
    #expect(abs(normal.reduce(0, +) / Double(count)) < 0.02)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.03)
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
  }
}

@Suite("Micro-batches")
struct MicroBatchTests {
  @Test(
    "follow the second-level cache",
    arguments: [(256, 128), (512, 128), (1024, 256), (1280, 256), (2048, 512), (8192, 512)])
  func positions(kibibytes: Int, positions: Int) {
    #expect(Cache.positions(secondLevel: kibibytes << 10) == positions)
  }
}
