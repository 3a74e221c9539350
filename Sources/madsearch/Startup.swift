import Engine
import Foundation
import Text

/// What has to be right before anything is computed: the standard streams, the processor, and OpenBLAS's idea of it.
enum Startup {
  static func prepare() {
    openStandardStreams()
    requireMemory()
    explainIllegalInstructions()
    explainShortenedFiles()
    chooseBLASKernels()
  }

  /// - Throws: `Failure` if the environment names a library of matrix products that nobody knows, or that is not here.
  static func checkProductLibrary() throws {
    let variable = ProductLibrary.variable
    guard let name = ProcessInfo.processInfo.environment[variable] else { return }
    guard let library = ProductLibrary(rawValue: name) else {
      let known = ProductLibrary.allCases.map(\.rawValue)
      throw Failure(
        .commandLine,
        "\(variable) names no library '\(name)'" + suggestion(for: name, among: known, otherwise: "there are"))
    }
    if library == .libxsmm, !ProductLibrary.isLIBXSMMUsable {
      throw Failure(
        .machine,
        "\(variable) asks for LIBXSMM, which was not there when madsearch was built (Debian: libxsmm-dev), or which has "
          + "no kernels for this processor")
    }
  }

  /// Opens standard streams that the caller closed on the null device: the next file opened would take the place of one
  /// of them, and messages would go into it. Standard output is opened for reading, so that data that are written to it
  /// are not lost in silence.
  private static func openStandardStreams() {
    for (stream, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(stream, F_GETFD) == -1 {
      // The lowest descriptor that is free, which is this one.
      _ = open("/dev/null", mode)
    }
  }

  /// Without room for the buffers of its kernels OpenBLAS waits for ever.
  private static func requireMemory() {
    let size = 256 << 20
    let room = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard room != MAP_FAILED else {
      end("madsearch: there is no room for 256 MiB of memory; see ulimit -v\n", .unavailable)
    }
    munmap(room, size)
  }

  /// A file that was mapped into memory and cut short since has no bytes where they are looked for.
  private static func explainShortenedFiles() {
    signal(SIGBUS) { _ in
      Startup.end("madsearch: a file was cut short while it was read, perhaps a corpus that changed\n", .badInput)
    }
  }

  /// A binary built for another processor stops at the first instruction that this one lacks: say so. The instruction
  /// `ud2` is another matter: Swift stops there when a check fails, which is a defect of the program.
  private static func explainIllegalInstructions() {
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    action.__sigaction_handler.sa_sigaction = { _, info, _ in
      let address = info.flatMap { $0.pointee.si_code > 0 ? $0.pointee._sifields._sigfault.si_addr : nil }
      if let code = address?.assumingMemoryBound(to: UInt8.self), code[0] == 0x0F, code[1] == 0x0B {
        Startup.end(
          "madsearch: stopped by a failed check (this is a defect of madsearch, please report it)\n", .defect)
      }
      Startup.end(
        """
        madsearch: this program was built for another kind of processor and cannot run on this one. Build it here, or \
        for the oldest machine that shall run it, e.g. MADSEARCH_TARGET_CPU=x86-64-v3 swift build -c release

        """, .unavailable)
    }
    sigaction(SIGILL, &action, nil)
  }

  /// Says the last words with nothing but system calls, as a signal handler must.
  private static func end(_ message: StaticString, _ status: ExitStatus) -> Never {
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    _exit(status.rawValue)
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
