import Testing

@Suite("madsearch dump")
struct DumpTests {
  @Test("prints examples as JSON lines, the same every time")
  func lines() throws {
    let run = try Program.run(
      "dump", "compression(vocabulary=4, length=5)", "--split", "test", "--count", "2", "--seed", "7")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(
      run.output == """
        {"task":"compression(vocabulary=4, length=5)","split":"test","index":0,"tokens":[0,2,0,2,3],"targets":[0,2,0,2,3]}
        {"task":"compression(vocabulary=4, length=5)","split":"test","index":1,"tokens":[1,1,0,0,3],"targets":[1,1,0,0,3]}

        """)
  }

  @Test("prints the whole split unless a count is given")
  func whole() throws {
    let count = { (text: String) in text.split(separator: "\n").count }
    #expect(count(try Program.run("dump", "memorization").output) == 256)
    #expect(count(try Program.run("dump", "memorization", "--split", "test").output) == 1280)
  }

  @Test("a reader that goes away ends it quietly")
  func closedPipe() throws {
    let run = try Program.shell("$madsearch dump in-context-recall | head -n 1 | wc -l")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains("1"))
  }

  @Test("a full disk is an error")
  func fullDisk() throws {
    let run = try Program.shell("$madsearch dump compression > /dev/full")
    #expect(run.status != 0 && run.errors.contains("cannot write to standard output: No space left on device"))
  }

  @Test(
    "errors go to standard error and name what is wrong",
    arguments: [
      (["dump", "compresion"], "did you mean 'compression'?"),
      (["dump", "compression", "--count", "0"], "--count must be from 1 to 10000000, found 0"),
      (["dump", "compression", "--split", "valid"], "'valid'"),
      (["dump", "compression", "--seed", "x"], "'x'"),
    ])
  func errors(arguments: [String], message: String) throws {
    let run = try Program.run(arguments)
    #expect(run.status != 0 && run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
