import ArgumentParser

struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the manual page, in the man macros of roff.", shouldDisplay: false)

  func run() throws { try StandardOutput.print(ManualPage.text()) }
}
