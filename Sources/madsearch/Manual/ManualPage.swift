/// The manual page of the program, in the man macros of roff. Commands and options are those that the parser knows.
struct ManualPage {
  private var lines: [String] = []

  static func text() throws -> String {
    let program = try CommandHelp.program()
    var page = ManualPage()
    page.lines.append(#".TH MADSEARCH 1 "" "madsearch \#(Version.number)" "User Commands""#)
    page.section("NAME")
    page.lines.append("madsearch \\- " + roff(asClause(program.abstract ?? "")))
    page.section("SYNOPSIS")
    page.lines.append(#"\fBmadsearch\fP \fIcommand\fP [\fIargument\fP ...]"#)
    page.section("DESCRIPTION")
    for paragraph in description { page.paragraph(paragraph) }
    page.section("COMMANDS")
    page.paragraph("Each command also takes --help.")
    program.shownSubcommands.forEach { page.command($0) }
    for (title, items) in lists {
      page.section(title)
      for (term, text) in items { page.item(#"\fB\#(roff(term))\fP"#, text) }
    }
    page.section("EXAMPLES")
    for (command, text) in examples {
      page.paragraph(text)
      page.lines += [".RS 4", #"\fB\#(roff(command))\fP"#, ".RE"]
    }
    page.section("SEE ALSO")
    page.paragraph(
      "M. Poli et al., Mechanistic Design and Scaling of Hybrid Architectures, 2024: https://arxiv.org/abs/2403.17844")
    return page.lines.joined(separator: "\n") + "\n"
  }

  private static let description = [
    """
    madsearch searches striped hybrids and other sequence-model architectures: a space file says which layouts there are, \
    short trainings on synthetic tasks and on text measure them, and what no other layout dominates in quality, state and \
    compute is kept.
    """,
    """
    A layout is a list of layers, such as 'attention swiglu 3*(mamba swiglu)': white space separates layers, n*( ) \
    repeats, | makes a parallel group. On a command line it needs quotes; @FILE reads it from a file, hybrid:NAME stands \
    for a known hybrid.
    """,
    "Data go to standard output, progress and messages to standard error.",
  ]

  private static let lists: [(title: String, items: [(String, String)])] = [
    (
      "EXIT STATUS",
      [
        ("0", "Done."), ("2", "The command line cannot be understood or asks for something impossible."),
        ("65", "A file holds what it must not."), ("69", "A needed service, program, file or device is missing."),
        ("70", "A defect of madsearch."), ("130", "Interrupted; runs and trainings can be gone on with."),
      ]
    ),
    (
      "ENVIRONMENT",
      [
        ("MADSEARCH_DATA", "The folder in which corpora are installed."),
        (
          "OPENBLAS_CORETYPE",
          "The family of OpenBLAS's kernels, in place of the one that the program finds for the processor."
        ),
        ("NO_COLOR", "Any text: no colours."),
        ("COLUMNS", "Width of charts in the terminal."),
      ]
    ),
    (
      "FILES",
      [
        (
          "results/NAME/archive.sqlite",
          "All that is known of a run; work/ and trainings/ beside it hold what is unfinished."
        ),
        ("data/NAME.txt", "Corpora, here or in a folder above the program."),
      ]
    ),
  ]

  private static let examples = [
    ("madsearch run search-spaces/quick.json", "Search a small space:"),
    ("madsearch pareto quick --plot", "Draw the front of a run in the terminal:"),
    ("madsearch describe 'attention swiglu mamba swiglu' --dim 512", "What a layout costs:"),
    ("madsearch list hybrids", "Layers of published models, to seed a search with:"),
  ]

  private mutating func section(_ title: String) { lines.append(".SH \"\(title)\"") }

  private mutating func paragraph(_ text: String) {
    let isFirst = lines.last?.hasPrefix(".SH") ?? true
    lines += (isFirst ? [] : [".PP"]) + [Self.roff(text)]
  }

  private mutating func item(_ term: String, _ text: String) {
    lines += [".TP", term, Self.roff(text)]
  }

  private mutating func command(_ command: CommandHelp) {
    let arguments = command.shownArguments
    var usage = #"\fB\#(Self.roff(command.path))\fP"#
    for argument in arguments where argument.kind == "positional" {
      let name = #"\fI\#(Self.roff(argument.valueName ?? ""))\fP"# + (argument.isRepeating ? " ..." : "")
      usage += argument.isOptional ? " [\(name)]" : " \(name)"
    }
    if !command.shownSubcommands.isEmpty { usage += #" \fIsubcommand\fP"# }
    if arguments.contains(where: { $0.kind != "positional" }) { usage += #" [\fIoption\fP ...]"# }
    lines += [".SS \"\(usage)\"", Self.roff(command.abstract ?? "")]
    for paragraph in (command.discussion ?? "").split(separator: "\n\n") {
      self.paragraph(paragraph.split(separator: "\n").joined(separator: " "))
    }
    for argument in arguments { item(Self.term(argument), Self.meaning(argument)) }
    command.shownSubcommands.forEach { self.command($0) }
  }

  private static func term(_ argument: CommandHelp.Argument) -> String {
    let value = #"\fI\#(roff(argument.valueName ?? ""))\fP"#
    guard argument.kind != "positional" else { return value }
    let names = (argument.names ?? []).map { #"\fB\#(roff($0.text))\fP"# }.joined(separator: ", ")
    return argument.kind == "flag" ? names : names + " " + value
  }

  private static func meaning(_ argument: CommandHelp.Argument) -> String {
    let text = argument.abstract ?? ""
    // A default that the text explains depends on the machine.
    guard let value = argument.defaultValue, !value.isEmpty, !text.contains("Default:") else { return text }
    return text + (text.hasSuffix(".") ? "" : ".") + " Default: \(value)."
  }

  /// A sentence without its capital and full stop.
  private static func asClause(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst().prefix { $0 != "." }
  }

  /// A text of which roff takes nothing for a request or an escape; characters beyond ASCII by their number.
  static func roff(_ text: String) -> String {
    var result = text.first == "." || text.first == "'" ? "\\&" : ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "`": result += "\\(ga"
      case "~": result += "\\(ti"
      case "^": result += "\\(ha"
      case "\n": result += " "
      default:
        let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
        result +=
          scalar.isASCII
          ? String(Character(scalar))
          : "\\[u" + String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal + "]"
      }
    }
    return result
  }
}
