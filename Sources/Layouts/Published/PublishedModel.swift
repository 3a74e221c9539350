import Architecture
import Configuration
import Text

/// The layers of a published model, read from its `config.json`. Options are the primitives' defaults: widths, heads and
/// states of the model are those of another size.
public struct PublishedModel: Sendable {
  public let layout: Layout
  /// What stands for what, and what is left out, for people.
  public let notes: [String]

  /// - Throws: `ConfigurationError` if the configuration does not say what the layers are, or says something unknown.
  public init(_ configuration: JSONValue) throws(ConfigurationError) {
    let model = try ModelConfiguration(configuration).languageModel()
    var notes: [String] = []
    if let pattern = try model.text("hybrid_override_pattern") {
      layout = try Self.layout("megatron:" + pattern, model.path("hybrid_override_pattern"), &notes)
      notes.append("swiglu stands for the model's channel mixer")
    } else {
      layout = try Self.layout(listing: model, &notes)
    }
    if let heads = try model.integer(anyOf: ["num_nextn_predict_layers", "mtp_num_layers"]), heads > 0 {
      notes.append(heads == 1 ? "a prediction head is left out" : "\(heads) prediction heads are left out")
    }
    notes.append(
      "\(layout.layers.count) layers\(model.family.isEmpty ? "" : " of \(model.family)"), "
        + "with the primitives' default options for the model's own")
    self.notes = notes
  }

  private static func layout(
    listing model: ModelConfiguration, _ notes: inout [String]
  ) throws(ConfigurationError) -> Layout {
    let words = try self.words(model)
    // Where the kinds of layers are channel mixers too, none is implied.
    let isComplete = words.contains { ["mlp", "moe", "-", "e"].contains($0.text.lowercased()) }
    let vocabulary = try LayerWords(model, hasChannelMixers: !isComplete)
    let experts = try ExpertPlacement(model, layers: words.count)
    let channelMixer = Self.channelMixer(model)
    var layers: [String] = []
    var isPlain = false
    for (index, word) in words.enumerated() {
      let meaning = try vocabulary.meaning(word.text, at: word.path)
      layers.append(meaning.layers)
      if meaning.hasChannelMixer {
        layers.append(experts[index] ? "moe-mlp" : channelMixer)
        isPlain = isPlain || !experts[index]
      }
      if let note = meaning.note, !notes.contains(note) { notes.append(note) }
    }
    if isPlain, channelMixer == "swiglu", let activation = try activation(model), activation != "silu" {
      notes.append("swiglu stands for the channel mixer with \(activation)")
    }
    return try layout(layers.joined(separator: " "), model.path, &notes)
  }

  private static func words(_ model: ModelConfiguration) throws(ConfigurationError) -> [LayerListing.Word] {
    if let listing = LayerListing.all.first(where: { model.has($0.key) }) { return try listing.read(model) }
    let count = try LayerListing.count(model)
    // Gemma 2 alternates without a word.
    let words = model.family == "gemma2" ? ["sliding_attention", "full_attention"] : [LayerWords.own]
    return (0..<count).map { (words[$0 % words.count], model.path) }
  }

  private static func channelMixer(_ model: ModelConfiguration) -> String {
    switch model.family {
    case "rwkv5": "rwkv5-channel-mixer"
    case "rwkv6", "rwkv7": "rwkv6-channel-mixer"
    case "gpt2", "gpt_neox", "opt", "falcon", "phi": "mlp"
    default: "swiglu"
    }
  }

  private static func activation(_ model: ModelConfiguration) throws(ConfigurationError) -> String? {
    for key in ["hidden_activation", "hidden_act", "mlp_hidden_act"] {
      if let activation = try model.text(key) { return activation }
    }
    return nil
  }

  private static func layout(
    _ text: String, _ path: String, _ notes: inout [String]
  ) throws(ConfigurationError) -> Layout {
    do {
      let (layout, found) = try NotationParser.read(text)
      notes += found
      return layout
    } catch {
      throw ConfigurationError(path: path, reason: error.message)
    }
  }
}
