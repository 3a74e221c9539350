import Layouts
import RunSupport
import Runs
import Testing

@Suite("Candidate lookup")
struct CandidateLookupTests {
  @Test("candidates are found by number, hybrid and layout in any spelling, and the nearest are those of fewest edits")
  func lookup() throws {
    let run = try MadeUpRun([
      .init("mlp", scores: 0.5), .init("attention(heads=4) swiglu mlp", hybrid: "transformer++", scores: 0.6),
      .init("gated-short-conv swiglu mlp", scores: 0.7), .init("4*mlp", scores: 0.7),
    ])
    let lookup = CandidateLookup(try run.store.candidates())
    #expect(lookup.numbers == 1...4)
    #expect(lookup.candidate(number: 2)?.hybrid == "transformer++")
    #expect(lookup.candidate(number: 5) == nil && lookup.candidate(number: -1) == nil)
    #expect(lookup.candidate(hybrid: "transformer++")?.id == 2)
    #expect(lookup.candidate(try Layout(parsing: "2*(2*mlp)"))?.id == 4)
    let near = try Layout(parsing: "attention(heads=8) swiglu mlp")
    #expect(lookup.candidate(near) == nil)
    #expect(lookup.nearest(to: near, count: 2).map(\.id) == [2, 3])
    #expect(CandidateLookup([]).numbers == nil)
    #expect(CandidateLookup([]).nearest(to: near, count: 2).isEmpty)
  }
}
