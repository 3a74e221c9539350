// swift-tools-version: 6.1
import PackageDescription

// The instruction set to build for: this machine's by default; for a mixed cluster, the oldest machine's,
// e.g. `MADSEARCH_TARGET_CPU=haswell`.
let targetCPU = Context.environment["MADSEARCH_TARGET_CPU"] ?? "native"
let machine: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=\(targetCPU)"])]

// What the program says that it was built from: `scripts/madsearch`, `scripts/install` and `scripts/test` ask git. Other
// builds do not know, rather than remember an old one.
let commit = Context.environment["MADSEARCH_COMMIT"] ?? "unknown"

// Kernels index raw buffers in their inner loops; overflow checks there would stop vectorisation. Everything that
// reads user input is built with the checks on.
let kernels: [SwiftSetting] = machine + [.unsafeFlags(["-Ounchecked"], .when(configuration: .release))]

let package = Package(
  name: "madsearch",
  products: [.executable(name: "madsearch", targets: ["madsearch"])],
  dependencies: [
    // The command line: parsing, help texts and completions in the style Swift users know; kept by Apple.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // SQLite with typed rows, migrations and transactions that cannot be left open; the archive of a run must survive
    // a kill at any moment, which is no place for hand-written calls of the C interface.
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    // Comma-separated values that people bring: quotes, line breaks in cells, semicolons and tabs as spreadsheets write
    // them; used by `CSVFile` alone, which adds line numbers and checks.
    .package(url: "https://github.com/swiftcsv/SwiftCSV", exact: "0.10.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    // Small matrix products; optional, without it OpenBLAS does them all.
    .systemLibrary(name: "CLIBXSMM", pkgConfig: "libxsmm", providers: [.apt(["libxsmm-dev"])]),
    .systemLibrary(name: "CVector"),
    .target(
      name: "CBuild",
      cSettings: [
        .define("MADSEARCH_COMMIT", to: "\"\(commit)\""), .define("MADSEARCH_TARGET_CPU", to: "\"\(targetCPU)\""),
        .unsafeFlags(["-march=\(targetCPU)"]),
      ]),
    .target(name: "Text", swiftSettings: machine),
    .target(name: "Engine", dependencies: ["CLIBXSMM", "COpenBLAS", "CVector"], swiftSettings: kernels),
    .target(name: "Architecture", dependencies: ["Engine", "Text"], swiftSettings: kernels),
    .target(name: "Layouts", dependencies: ["Architecture", "Configuration", "Text"], swiftSettings: machine),
    .target(name: "Training", dependencies: ["Architecture", "Engine", "Text"], swiftSettings: machine),
    .target(
      name: "Configuration", dependencies: ["Text", .product(name: "SwiftCSV", package: "SwiftCSV")],
      swiftSettings: machine),
    .target(
      name: "MADTasks", dependencies: ["Architecture", "Configuration", "Engine", "Layouts", "Text", "Training"],
      swiftSettings: machine),
    .target(
      name: "LanguageModeling", dependencies: ["Architecture", "Engine", "Layouts", "Text", "Training"],
      swiftSettings: machine),
    .target(name: "Statistics", dependencies: ["Engine", "Text"], swiftSettings: machine),
    .target(
      name: "Search", dependencies: ["Architecture", "Configuration", "Engine", "Layouts", "Statistics", "Text"],
      swiftSettings: machine),
    .target(
      name: "Runs",
      dependencies: [
        "Architecture", "Configuration", "Engine", "LanguageModeling", "Layouts", "MADTasks", "Search", "Statistics",
        "Text", "Training",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: machine),
    .target(name: "Reporting", dependencies: ["Text"], swiftSettings: machine),
    .target(
      name: "Reports",
      dependencies: [
        "Architecture", "Configuration", "LanguageModeling", "Layouts", "MADTasks", "Reporting", "Runs", "Search",
        "Statistics", "Text",
      ],
      swiftSettings: machine),
    .target(
      name: "StepBenchmarks", dependencies: ["Architecture", "Engine", "Reporting", "Training"],
      path: "Benchmarks/Steps",
      swiftSettings: machine),
    .target(
      name: "SearchBenchmarks",
      dependencies: ["Configuration", "Engine", "Layouts", "Reporting", "Search", "Statistics", "Text"],
      path: "Benchmarks/Search", swiftSettings: machine),
    .executableTarget(
      name: "madsearch",
      dependencies: [
        "Architecture", "CBuild", "Configuration", "Engine", "LanguageModeling", "Layouts", "MADTasks", "Reporting",
        "Reports", "Runs", "Search", "SearchBenchmarks", "Statistics", "StepBenchmarks", "Text", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: machine),
    .target(
      name: "RunSupport",
      dependencies: ["Layouts", "MADTasks", "Runs", "Search", .product(name: "GRDB", package: "GRDB.swift")],
      path: "Tests/RunSupport",
      swiftSettings: machine),
    .target(
      name: "TestSupport", dependencies: ["Architecture", "Engine"], path: "Tests/Support", swiftSettings: machine),
    .testTarget(name: "EngineTests", dependencies: ["Engine"], swiftSettings: machine),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["Architecture", "Engine", "TestSupport", "Training"],
      resources: [.copy("Golden")], swiftSettings: machine),
    .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: machine),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Text"], swiftSettings: machine),
    .testTarget(
      name: "LayoutsTests", dependencies: ["Architecture", "Configuration", "Engine", "Layouts", "Text"],
      swiftSettings: machine),
    .testTarget(
      name: "TrainingTests", dependencies: ["Architecture", "Engine", "Layouts", "TestSupport", "Training"],
      swiftSettings: machine),
    .testTarget(
      name: "MADTasksTests", dependencies: ["Configuration", "Engine", "Layouts", "MADTasks"], swiftSettings: machine),
    .testTarget(
      name: "LanguageModelingTests",
      dependencies: ["Engine", "LanguageModeling", "Layouts", "TestSupport", "Training"], swiftSettings: machine),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Engine", "Statistics"],
      exclude: ["reference.py", "reference_correlation.py", "reference_fits.py"],
      swiftSettings: machine),
    .testTarget(
      name: "SearchTests",
      dependencies: ["Architecture", "Configuration", "Engine", "Layouts", "Search", "Statistics", "Text"],
      exclude: ["reference.py"], swiftSettings: machine),
    .testTarget(
      name: "SearchBenchmarksTests",
      dependencies: ["Configuration", "Engine", "Layouts", "Search", "SearchBenchmarks"], swiftSettings: machine),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "Text"], resources: [.copy("Snapshots")],
      swiftSettings: machine),
    .testTarget(
      name: "RunsTests",
      dependencies: [
        "Configuration", "Engine", "LanguageModeling", "Layouts", "MADTasks", "RunSupport", "Runs", "Search",
        "Statistics", "Text", "Training",
      ],
      swiftSettings: machine),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Architecture", "Layouts", "MADTasks", "RunSupport", "Search", "StepBenchmarks", "TestSupport", "Training",
        "madsearch",
      ],
      swiftSettings: machine),
  ],
  swiftLanguageModes: [.v6]
)
