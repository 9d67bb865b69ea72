// SPDX-License-Identifier: Apache-2.0
//
// simdjson's first stage finds where every token begins and checks UTF-8 and strings, with the processor's vector
// instructions. Its second stage would turn numbers into binary ones and lose their text, so the tokens are walked
// here instead: grammar, limits and duplicate names.
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "adapters/json/json.h"
#include "adapters/json/unescape.h"

namespace meisai::json {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool ends_scalar(char c) noexcept { return c == ',' || c == ']' || c == '}' || is_space(c); }

/// An open array or object.
struct Frame {
  std::uint32_t node = 0;
  std::uint32_t children = 0;
  std::uint64_t names = 0;  ///< one bit for each name's hash: a clear bit proves that a name is new
};

std::uint64_t name_bit(std::string_view name) noexcept {
  std::uint64_t sample = name.size();
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  const std::size_t taken = std::min<std::size_t>(name.size(), sizeof head);
  std::memcpy(&head, name.data(), taken);
  std::memcpy(&tail, name.data() + name.size() - taken, taken);
  sample = (sample ^ head ^ (tail << 1U)) * 0x9E3779B97F4A7C15U;
  return std::uint64_t{1} << (sample >> 58U);
}

}  // namespace

struct Reader::Buffers {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner;
  std::vector<Node> nodes;
  std::vector<Frame> open;
  std::string unescaped;
};

namespace {

/// One pass over the tokens of one document.
class Walk {
 public:
  Walk(std::string_view text, const Limits& limits, const std::uint32_t* tokens, std::uint32_t count,
       std::vector<Node>& nodes, std::vector<Frame>& open, std::string& unescaped)
      : text_(text),
        limits_(limits),
        tokens_(tokens),
        count_(count),
        nodes_(nodes),
        open_(open),
        unescaped_(unescaped),
        has_escapes_(text.find('\\') != std::string_view::npos) {}

  /// What went wrong, if anything did.
  std::optional<Error> run() {
    bool good = value({});
    while (good && !open_.empty()) good = step();
    if (good && at_ != count_) good = wrong("bytes follow the end of the document");
    return good ? std::nullopt : std::optional(failure());
  }

 private:
  [[nodiscard]] std::uint32_t position() const noexcept {
    return at_ < count_ ? tokens_[at_] : static_cast<std::uint32_t>(text_.size());
  }
  [[nodiscard]] char token() const noexcept { return at_ < count_ ? text_[tokens_[at_]] : '\0'; }

  /// What stands inside the innermost open array or object: the next child, or its end.
  bool step() {
    Frame& frame = open_.back();
    const bool is_object = nodes_[frame.node].kind == Kind::object;
    if (token() == (is_object ? '}' : ']')) return close();
    if (frame.children > 0) {
      if (token() != ',') return wrong(is_object ? "',' or '}' is missing" : "',' or ']' is missing");
      ++at_;
    }
    ++frame.children;
    if (!is_object) return value({});
    if (frame.children > limits_.most_members) return wrong("the object has more members than are read");
    if (token() != '"') return wrong("a member name is missing");
    std::string_view name;
    if (!string(name)) return false;
    const std::uint64_t bit = name_bit(name);
    if ((frame.names & bit) != 0 && is_known(frame, name)) {
      --at_;
      return wrong("a member name stands twice in one object");
    }
    frame.names |= bit;
    if (token() != ':') return wrong("':' is missing");
    ++at_;
    return value(name);
  }

  [[nodiscard]] bool is_known(const Frame& frame, std::string_view name) const noexcept {
    for (std::uint32_t i = frame.node + 1; i < nodes_.size(); i = nodes_[i].next)
      if (nodes_[i].name == name) return true;
    return false;
  }

  bool close() {
    Node& node = nodes_[open_.back().node];
    node.end = position() + 1;
    node.next = static_cast<std::uint32_t>(nodes_.size());
    node.text = text_.substr(node.begin, node.end - node.begin);
    open_.pop_back();
    ++at_;
    return true;
  }

  bool value(std::string_view name) {
    if (nodes_.size() >= limits_.most_values) return wrong("the document has more values than are read");
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    Node& node = nodes_.emplace_back(Node{name, {}, position(), 0, index + 1, Kind::null});
    switch (token()) {
      case '{':
        return open(node, index, Kind::object);
      case '[':
        return open(node, index, Kind::array);
      case '"':
        node.kind = Kind::string;
        return string(node.text, &node.end);
      case 't':
        return literal(node, "true", Kind::boolean);
      case 'f':
        return literal(node, "false", Kind::boolean);
      case 'n':
        return literal(node, "null", Kind::null);
      default:
        return number(node);
    }
  }

  bool open(Node& node, std::uint32_t index, Kind kind) {
    node.kind = kind;
    if (open_.size() >= limits_.deepest) return wrong("arrays and objects stand deeper inside each other than is read");
    open_.push_back({index, 0, 0});
    ++at_;
    return true;
  }

  bool literal(Node& node, std::string_view word, Kind kind) {
    const std::string_view rest = text_.substr(node.begin);
    if (!rest.starts_with(word) || (rest.size() > word.size() && !ends_scalar(rest[word.size()])))
      return wrong("not a JSON value");
    node.kind = kind;
    return scalar(node, word.size());
  }

  bool number(Node& node) {
    const std::string_view rest = text_.substr(node.begin);
    std::size_t at = 0;
    const auto digits = [&] {
      const std::size_t first = at;
      while (at < rest.size() && is_digit(rest[at])) ++at;
      return at > first;
    };
    if (rest.starts_with('-')) ++at;
    const bool leading_zero = at + 1 < rest.size() && rest[at] == '0' && is_digit(rest[at + 1]);
    if (!digits() || leading_zero) return wrong("not a JSON value");
    if (at < rest.size() && rest[at] == '.') {
      ++at;
      if (!digits()) return wrong("digits are missing in a number");
    }
    if (at < rest.size() && (rest[at] == 'e' || rest[at] == 'E')) {
      ++at;
      if (at < rest.size() && (rest[at] == '+' || rest[at] == '-')) ++at;
      if (!digits()) return wrong("digits are missing in a number");
    }
    if (at < rest.size() && !ends_scalar(rest[at])) return wrong("not a JSON value");
    node.kind = Kind::number;
    return scalar(node, at);
  }

  bool scalar(Node& node, std::size_t size) {
    node.text = text_.substr(node.begin, size);
    node.end = node.begin + static_cast<std::uint32_t>(size);
    ++at_;
    return true;
  }

  /// Only white space can stand between a string's last quote and the next token.
  bool string(std::string_view& into, std::uint32_t* end = nullptr) {
    const std::size_t first = std::size_t{position()} + 1;
    ++at_;
    std::size_t last = std::size_t{position()} - 1;
    while (last > first && is_space(text_[last])) --last;
    if (last < first || text_[last] != '"') {
      --at_;
      return wrong("a string does not end");
    }
    into = text_.substr(first, last - first);
    if (end != nullptr) *end = static_cast<std::uint32_t>(last + 1);
    if (!has_escapes_ || into.find('\\') == std::string_view::npos) return true;
    const std::size_t before = unescaped_.size();
    if (!unescape(into, unescaped_)) {
      --at_;
      return wrong("a string holds an escape that names no character");
    }
    into = std::string_view(unescaped_).substr(before);
    return true;
  }

  /// Where the walk is, by names that cannot be content: letters only.
  [[nodiscard]] std::string place() const {
    std::string pointer;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const bool in_array = nodes_[open_[i].node].kind == Kind::array;
      if (in_array) {
        pointer += '/' + std::to_string(open_[i].children == 0 ? 0 : open_[i].children - 1);
      } else if (i + 1 < open_.size()) {
        const std::string_view name = nodes_[open_[i + 1].node].name;
        const bool is_word = !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        });
        pointer += '/';
        pointer += is_word ? name : std::string_view("*");
      }
    }
    return pointer.empty() ? "at the top" : "in " + pointer;
  }

  /// Only notes it: what is checked for every value must stay cheap.
  [[nodiscard]] bool wrong(std::string_view what) noexcept {
    what_ = what;
    return false;
  }
  [[nodiscard]] Error failure() const {
    return {
        .code = Code::answer_not_valid,
        .what = "not strict JSON at byte " + std::to_string(position()) + ", " + place() + ": " + std::string(what_)};
  }

  std::string_view text_;
  const Limits& limits_;
  const std::uint32_t* tokens_;
  std::uint32_t count_;
  std::vector<Node>& nodes_;
  std::vector<Frame>& open_;
  std::string& unescaped_;
  bool has_escapes_;  // most documents have none, and one look at all of it is cheaper than one at every string
  std::uint32_t at_ = 0;
  std::string_view what_;
};

tl::unexpected<Error> scan_failed(simdjson::error_code error) {
  const auto refused = [](const std::string& what) { return fail(Code::answer_not_valid, "not strict JSON: " + what); };
  switch (error) {
    case simdjson::UTF8_ERROR:
      return refused("the bytes are not UTF-8");
    case simdjson::EMPTY:
      return refused("the document is empty");
    case simdjson::UNCLOSED_STRING:
      return refused("a string does not end");
    case simdjson::UNESCAPED_CHARS:
      return refused("a string holds a control character as it is");
    default:
      return refused("the document cannot be taken apart");
  }
}

}  // namespace

Reader::Reader() : buffers_(std::make_unique<Buffers>()) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Result<Value> Reader::read(std::string_view document, const Limits& limits) {
  if (document.size() > std::min<std::size_t>(limits.largest, std::size_t{1} << 30U))
    return fail(Code::answer_too_large, "the document is larger than is read");
  if (document.starts_with(byte_order_mark))
    return fail(Code::answer_not_valid, "not strict JSON: a byte order mark stands in front");
  Buffers& kept = *buffers_;
  simdjson::error_code error = simdjson::SUCCESS;
  if (!kept.scanner) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        std::max<std::size_t>(document.size(), 1), 1, kept.scanner);
  } else if (kept.scanner->capacity() < document.size()) {
    error = kept.scanner->set_capacity(document.size());
  }
  if (error != simdjson::SUCCESS) return fail(Code::answer_too_large, "there is no memory for the document");

  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(document.data());
  if (document.empty()) return scan_failed(simdjson::EMPTY);
  error = kept.scanner->stage1(bytes, document.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return scan_failed(error);

  kept.nodes.clear();
  kept.open.clear();
  kept.unescaped.clear();
  kept.unescaped.reserve(document.size());  // values point into it: it may not move, and escapes only shrink
  Walk walk(document, limits, kept.scanner->structural_indexes.get(), kept.scanner->n_structural_indexes, kept.nodes,
            kept.open, kept.unescaped);
  if (auto failure = walk.run()) return fail(*std::move(failure));
  return Value(kept.nodes, document, 0);
}

}  // namespace meisai::json
