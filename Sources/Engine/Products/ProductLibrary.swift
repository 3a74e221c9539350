import CLIBXSMM
import Foundation

/// Who multiplies matrices. Chosen by rule, not by stopwatch: the same program on the same kind of processor rounds alike.
public enum ProductLibrary: String, Sendable, CaseIterable {
  /// Kernels made at run time for one shape, which read their operands where they lie.
  case libxsmm
  /// One routine for all shapes, which copies its operands first.
  case openBLAS = "openblas"

  /// The environment variable that names a library.
  public static let variable = "MADSEARCH_PRODUCTS"

  /// The library of this process: the one that `MADSEARCH_PRODUCTS` names, else LIBXSMM where it is there.
  public static let current: ProductLibrary = {
    let named = ProcessInfo.processInfo.environment[variable].flatMap(ProductLibrary.init(rawValue:))
    return named == .openBLAS || !isLIBXSMMUsable ? .openBLAS : .libxsmm
  }()

  /// Whether LIBXSMM is built in and has kernels worth having for this processor (AVX2 or later).
  public static let isLIBXSMMUsable = xsmm_vector_width() > 0

  /// The instruction set that LIBXSMM makes kernels for, e.g. `skx`; empty where it is not built in.
  public static let libxsmmTarget = String(cString: xsmm_target_name())

  /// How products are cut for LIBXSMM, whose kernels keep a block of c in registers and stream the rest.
  enum Blocks {
    /// Rows of c that one call computes.
    static let rows = 64
    /// Columns of c, those of a panel of b.
    static let columns = 64
    /// Terms of a sum when b is read in place or copied: such a panel of b stays in the first-level cache, or with AVX-512,
    /// whose kernels need less of it, streams from the second.
    static let inner = xsmm_vector_width() > 8 ? 256 : 64
    /// Terms of a sum when b lies in panels.
    static let packedInner = 1024
    /// Row strides of b that put the rows of a panel on few lines of the first-level cache; such panels are copied.
    static func collides(stride: Int) -> Bool { stride >= 512 && stride.isMultiple(of: 512) }
  }
}
