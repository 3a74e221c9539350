import Engine
import Foundation

/// What has to be right before anything is computed: the processor, and OpenBLAS's idea of it.
enum Startup {
  static func prepare() {
    explainIllegalInstructions()
    chooseBLASKernels()
  }

  /// A binary built for another processor stops at the first instruction that this one lacks: say so.
  private static func explainIllegalInstructions() {
    signal(SIGILL) { _ in
      let message: StaticString =
        """
        madsearch: this program was built for another kind of processor and cannot run on this one. Build it here, or \
        for the oldest machine that shall run it, e.g. MADSEARCH_TARGET_CPU=x86-64-v3 swift build -c release

        """
      _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
      _exit(69)
    }
  }

  /// OpenBLAS chooses its kernels when it is loaded and falls back to very slow ones on processors newer than itself.
  /// Where it has, the program starts itself again with the family that the processor's features allow.
  private static func chooseBLASKernels() {
    let variable = "OPENBLAS_CORETYPE"
    guard ProcessInfo.processInfo.environment[variable] == nil,
      !["Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids"].contains(BLAS.coreName),
      let family = suitableFamily()
    else { return }
    setenv(variable, family, 1)
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", arguments)
    // Still here: the program could not be started again, and goes on slowly.
  }

  private static func suitableFamily() -> String? {
    guard let info = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = info.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
    else { return nil }
    let features = Set(line.split(separator: " "))
    if features.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) { return "SkylakeX" }
    return features.isSuperset(of: ["avx2", "fma"]) ? "Haswell" : nil
  }
}
