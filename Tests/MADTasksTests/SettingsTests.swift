import MADTasks
import Testing

@Suite("Tasks and settings")
struct SettingsTests {
  @Test("the full protocol has 66 different settings")
  func count() throws {
    let settings = try FullProtocolSettings.all()
    #expect(settings.count == 66 && Set(settings.map(\.identity)).count == 66)
    let perTask = MADTasks.all.map { task in settings.filter { type(of: $0).name == task.name }.count }
    #expect(perTask == [11, 11, 14, 13, 11, 6])
    #expect(FullProtocolSettings.baselines.map(\.identity) == MADTasks.all.map { $0.name })
    for task in MADTasks.all {
      #expect(settings.first { type(of: $0).name == task.name }?.identity == task.name)
    }
  }

  @Test("the baselines are the published ones")
  func baselines() {
    let expected = [
      "in-context-recall": "vocabulary 16, length 128, examples 12800",
      "fuzzy-in-context-recall": "vocabulary 16, length 128, examples 12800, key_length 3, value_length 3",
      "noisy-in-context-recall": "vocabulary 32, length 128, examples 12800, noise_tokens 16, noise 0.2",
      "selective-copying": "vocabulary 16, length 256, examples 12800, copies 16",
      "compression": "vocabulary 16, length 32, examples 12800",
      "memorization": "vocabulary 256, length 32, examples 256",
    ]
    for task in FullProtocolSettings.baselines {
      let values = task.values.map { "\($0.variable) \($0.value)" }.joined(separator: ", ")
      #expect(expected[task.identity] == values)
    }
    #expect(expected.count == FullProtocolSettings.baselines.count)
  }

  @Test("an identity reads back as the same setting")
  func identities() throws {
    for task in try FullProtocolSettings.all() + RandomSettings.of("noisy-in-context-recall").map(\.task) {
      let read = try MADTasks.setting(task.identity)
      #expect(read.identity == task.identity)
      #expect(read.values.map(\.value) == task.values.map(\.value))
    }
  }

  @Test(
    "spellings of one setting have one identity",
    arguments: [
      ("selective-copying( copies = 32 ,length=512)", "selective-copying(length=512, copies=32)"),
      ("selective-copying(vocabulary=16)", "selective-copying"),
      (" compression() ", "compression"),
      (
        "in-context-recall(vocab_size=32, seq_len=64, num_train_examples=9)",
        "in-context-recall(vocabulary=32, length=64, examples=9)"
      ),
      (
        "noisy-in-context-recall(frac_noise=0.40, noise_vocab_size=8)",
        "noisy-in-context-recall(noise_tokens=8, noise=0.4)"
      ),
      ("noisy-in-context-recall(noise=-0)", "noisy-in-context-recall(noise=0.0)"),
      ("selective-copying(num_tokens_to_copy=8)", "selective-copying(copies=8)"),
      (
        "fuzzy-in-context-recall(k_motif_size=2,v_motif_size=1)",
        "fuzzy-in-context-recall(key_length=2, value_length=1)"
      ),
    ])
  func spellings(text: String, identity: String) throws {
    #expect(try MADTasks.setting(text).identity == identity)
  }

  @Test(
    "errors say what was found and what is allowed",
    arguments: [
      (
        "in-context-recal",
        "there is no task 'in-context-recal'; did you mean 'in-context-recall'?; the tasks are in-context-recall, "
          + "fuzzy-in-context-recall, noisy-in-context-recall, selective-copying, compression, memorization"
      ),
      (
        "compression(lenght=4)",
        "compression has no variable 'lenght'; did you mean 'length'?; its variables are vocabulary, length, examples"
      ),
      ("compression(length=1)", "length of compression must be a whole number from 2 to 1048576, found '1'"),
      ("compression(length=x)", "length of compression must be a whole number from 2 to 1048576, found 'x'"),
      ("compression(vocabulary=2)", "vocabulary of compression must be a whole number from 3 to 1000000, found '2'"),
      ("compression(examples=0)", "examples of compression must be a whole number from 1 to 10000000, found '0'"),
      (
        "compression(length=9223372036854775808)",
        "length of compression must be a whole number from 2 to 1048576, found '9223372036854775808'"
      ),
      ("compression(length=4, seq_len=5)", "length of compression is given twice"),
      (
        "compression(examples=10000000, length=1000)",
        "compression: a data set holds at most 268435456 tokens, found 10000000 examples of length 1000"
      ),
      ("in-context-recall(length=127)", "in-context-recall: the length must be even, found 127"),
      (
        "in-context-recall(vocabulary=3)",
        "vocabulary of in-context-recall must be a whole number from 4 to 1000000, found '3'"
      ),
      (
        "noisy-in-context-recall(noise=1.5)",
        "noise of noisy-in-context-recall must be a number from 0.0 to 1.0, found '1.5'"
      ),
      (
        "noisy-in-context-recall(noise=nan)",
        "noise of noisy-in-context-recall must be a number from 0.0 to 1.0, found 'nan'"
      ),
      (
        "noisy-in-context-recall(vocabulary=16)",
        "noisy-in-context-recall: noise_tokens must leave at least 4 of the vocabulary for keys and values, "
          + "found noise_tokens 16 and vocabulary 16"
      ),
      ("memorization(length=3)", "memorization: the length must be even, found 3"),
      (
        "selective-copying(copies=128)",
        "selective-copying: the length must be more than 2 · copies + 1 = 257, found length 256 and copies 128"
      ),
      (
        "fuzzy-in-context-recall(key_length=8)",
        "fuzzy-in-context-recall: key_length must be at most 7, the distinct tokens for it in a vocabulary of 16, found 8"
      ),
      (
        "fuzzy-in-context-recall(length=12)",
        "fuzzy-in-context-recall: the length must be more than two longest pairs, so at least 13, found 12"
      ),
      ("", "'' is not a task such as in-context-recall or selective-copying(length=512, copies=32): it is empty"),
      (
        "compression(length=4",
        "'compression(length=4' is not a task such as in-context-recall or selective-copying(length=512, copies=32): "
          + "')' must stand at the end"
      ),
      (
        "(length=4)",
        "'(length=4)' is not a task such as in-context-recall or selective-copying(length=512, copies=32): "
          + "a name must stand before '('"
      ),
      (
        "compression(length=4,)",
        "'compression(length=4,)' is not a task such as in-context-recall or selective-copying(length=512, copies=32): "
          + "'' is not variable=value"
      ),
    ])
  func errors(text: String, message: String) {
    let error = #expect(throws: TaskError.self) { try MADTasks.setting(text) }
    #expect(error?.description == message)
  }

  @Test("chance is one over the number of possible targets")
  func chance() throws {
    #expect(FullProtocolSettings.baselines.map { 1 / $0.chance } == [8, 8, 8, 14, 16, 128])
    #expect(1 / (try MADTasks.setting("noisy-in-context-recall(vocabulary=144)").chance) == 64)
  }

  @Test("no more kinds of test targets occur than chance counts, and all of them do")
  func targetKinds() throws {
    for task in FullProtocolSettings.baselines where !(task is Memorization) {
      let data = try Dataset(task, split: .test, dataSeed: 1)
      #expect(Set(data.targets).subtracting([-100]).count == Int((1 / task.chance).rounded()))
    }
  }

  @Test("all tasks but memorization can be solved")
  func caps() {
    for task in FullProtocolSettings.baselines { #expect(task.cap(dataSeed: 1, testExamples: 1280) == 1) }
  }
}
