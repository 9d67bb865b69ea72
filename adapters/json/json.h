// SPDX-License-Identifier: Apache-2.0
//
// Reads one strict JSON document (RFC 8259; METI-2.3-ii) into flat nodes. Issuers' answers are foreign text, so
// everything that two readers could read differently is refused: duplicate member names, a byte order mark, other
// encodings, bytes after the end. Numbers stay the characters that were written: no amount passes through binary
// floating point. Errors name the byte and the place, never the content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"

namespace meisai::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
[[nodiscard]] std::string_view name_of(Kind kind) noexcept;

/// A value. Children of an array or object follow it; `next` is the index behind the last of them.
struct Node {
  std::string_view name;    ///< of an object's member, unescaped; empty elsewhere
  std::string_view text;    ///< of a string its value, unescaped; of everything else the characters as written
  std::uint32_t begin = 0;  ///< bytes of the document that hold the value, quotes and brackets included
  std::uint32_t end = 0;
  std::uint32_t next = 0;
  Kind kind = Kind::null;
};

struct Limits {
  std::size_t largest = std::size_t{32} << 20U;  ///< bytes
  std::uint32_t deepest = 32;                    ///< arrays and objects inside each other
  std::uint32_t most_values = 1'000'000;
  std::uint32_t most_members = 256;  ///< of one object
};

class Children;

/// A value of a read document, and what is below it. Valid while its Reader and the document's bytes are.
class Value {
 public:
  Value() = default;
  Value(const std::vector<Node>& nodes, std::string_view document, std::uint32_t at)
      : nodes_(&nodes), document_(document), at_(at) {}

  [[nodiscard]] const Node& node() const noexcept { return (*nodes_)[at_]; }
  [[nodiscard]] Kind kind() const noexcept { return node().kind; }
  [[nodiscard]] bool is(Kind kind) const noexcept { return node().kind == kind; }
  [[nodiscard]] std::string_view name() const noexcept { return node().name; }
  /// Of a string its value, of everything else the characters as written.
  [[nodiscard]] std::string_view text() const noexcept { return node().text; }
  /// The characters as written: a string with its quotes.
  [[nodiscard]] std::string_view raw() const noexcept {
    return document_.substr(node().begin, node().end - node().begin);
  }
  [[nodiscard]] std::uint32_t index() const noexcept { return at_; }

  /// Members or elements, in order; empty for what is neither array nor object.
  [[nodiscard]] Children children() const noexcept;
  /// The member of this name; nothing where this is no object or has none.
  [[nodiscard]] std::optional<Value> find(std::string_view member) const noexcept;
  /// The member, if it is of this kind.
  [[nodiscard]] std::optional<Value> find(std::string_view member, Kind kind) const noexcept;
  /// The text of a string member, or empty.
  [[nodiscard]] std::string_view string(std::string_view member) const noexcept;

 private:
  friend class Children;
  [[nodiscard]] Value with(std::uint32_t at) const noexcept { return Value(*nodes_, document_, at); }

  const std::vector<Node>* nodes_ = nullptr;
  std::string_view document_;
  std::uint32_t at_ = 0;
};

class Children {
 public:
  class Iterator {
   public:
    explicit Iterator(Value value) : value_(value) {}
    [[nodiscard]] Value operator*() const noexcept { return value_; }
    Iterator& operator++() noexcept {
      value_ = value_.with(value_.node().next);
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) noexcept {
      return a.value_.index() != b.value_.index();
    }

   private:
    Value value_;
  };
  explicit Children(Value parent) : parent_(parent) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(parent_.with(parent_.index() + 1)); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(parent_.with(parent_.node().next)); }

 private:
  Value parent_;
};
inline Children Value::children() const noexcept { return Children(*this); }

/// A JSON pointer (RFC 6901), taken apart once.
class Pointer {
 public:
  Pointer() = default;  ///< points at nothing
  /// `/Merchant/Name`; anything else is `invalid_argument`.
  [[nodiscard]] static Result<Pointer> parse(std::string_view text);
  [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
  [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }
  [[nodiscard]] std::optional<Value> in(Value value) const noexcept;

 private:
  std::vector<std::string> steps_;
};

/// Keeps its buffers between documents: one a conversation. Not thread-safe.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The document's value; what the last call returned is no longer valid. Errors: `answer_not_valid`,
  /// `answer_too_large`.
  [[nodiscard]] Result<Value> read(std::string_view document, const Limits& limits);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

/// The value on one line, with names and strings as they mean and not as they were escaped: what is searched for card
/// numbers must show its digits.
[[nodiscard]] std::string compact(Value value);

/// `text` as a JSON string, quotes included. For the few small bodies that we write.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace meisai::json
