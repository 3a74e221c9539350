import Architecture
import Search

extension Space {
  /// Primitives of the space that cannot be built at a width and for sequences of a length.
  func misfits(dim: Int, length: Int) -> [String] {
    let size = ModelContext(dim: dim, maxLength: length)
    return primitives.compactMap { primitive in
      do {
        _ = try primitive.type.init(primitive.options, in: size)
        return nil
      } catch {
        return "at its width of \(dim), \(primitive.canonical) does not fit: \(error)"
      }
    }
  }
}
