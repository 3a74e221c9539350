import Foundation

/// A command with its options and subcommands, as the argument parser describes them.
struct CommandHelp: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind, name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    /// `positional`, `option` or `flag`.
    let kind: String
    let shouldDisplay: Bool
    let isOptional, isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?
  }

  let commandName: String
  let superCommands: [String]?
  let shouldDisplay: Bool
  let abstract, discussion: String?
  let arguments: [Argument]?
  let subcommands: [CommandHelp]?

  /// The whole program.
  static func program() throws -> CommandHelp {
    struct Program: Decodable { let command: CommandHelp }
    return try JSONDecoder().decode(Program.self, from: Data(Madsearch._dumpHelp().utf8)).command
  }

  /// The command's words, e.g. `madsearch list tasks`.
  var path: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

  /// Those that are no matter of the parser or the program alone.
  var shownSubcommands: [CommandHelp] { (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" } }

  /// Those of this command alone; `--help` and `--version` are every command's.
  var shownArguments: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }
}
