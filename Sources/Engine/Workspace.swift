/// All the memory that one thread needs to train one model, laid out once from the shapes.
///
/// `Workspace.build` runs the layout twice: first to add up sizes (its pointers must not be read), then to hand out the
/// real memory. *Saved* memory is private and keeps its content from `forward` to `backward`; *scratch* memory is shared
/// by all layers and lost as soon as another layer runs.
public final class Workspace {
  private let memory: Buffer

  private init(memory: Buffer) { self.memory = memory }

  /// The size of the workspace, in bytes.
  public var byteCount: Int { memory.count * MemoryLayout<Float>.stride }

  public static func build<Layout>(_ layOut: (inout Allocator) -> Layout) -> (Layout, Workspace) {
    var sizing = Allocator(saved: nil, scratch: nil)
    _ = layOut(&sizing)
    let memory = Buffer(count: sizing.savedCount + sizing.scratchPeak)
    var placing = Allocator(saved: memory.pointer, scratch: memory.pointer + sizing.savedCount)
    return (layOut(&placing), Workspace(memory: memory))
  }

  /// Hands out pieces of the workspace.
  public struct Allocator {
    private let savedBase: Pointer
    private let scratchBase: Pointer
    fileprivate var savedCount = 0
    fileprivate var scratchPeak = 0
    private var scratchCount = 0

    fileprivate init(saved: Pointer?, scratch: Pointer?) {
      // While sizes are added up the pointers only need to be distinct from nil; nobody follows them.
      let unplaced = Pointer(bitPattern: 64)!
      savedBase = saved ?? unplaced
      scratchBase = scratch ?? unplaced
    }

    /// Memory that keeps its content between `forward` and `backward`, zero at first.
    public mutating func saved(_ count: Int) -> Pointer {
      defer { savedCount += aligned(count) }
      return savedBase + savedCount
    }

    /// Memory that is valid within one call of `forward` or `backward`; its content is undefined at the start.
    public mutating func scratch(_ count: Int) -> Pointer {
      defer {
        scratchCount += aligned(count)
        scratchPeak = max(scratchPeak, scratchCount)
      }
      return scratchBase + scratchCount
    }

    /// Starts a new layer, whose scratch memory may overlap that of the others.
    public mutating func beginLayer() { scratchCount = 0 }

    /// Gives back the scratch memory that `body` asks for, so that two phases of one layer can share it.
    public mutating func overlapping<Result>(_ body: (inout Allocator) -> Result) -> Result {
      let mark = scratchCount
      defer { scratchCount = mark }
      return body(&self)
    }
  }
}
