// SPDX-License-Identifier: Apache-2.0
//
// Memory that grows while an answer comes in and leaves nothing behind: what is outgrown is wiped before it is
// freed, and so is the rest. An answer may hold tokens or statement content.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace meisai::transport {

class WipedBuffer {
 public:
  WipedBuffer() = default;
  WipedBuffer(WipedBuffer&& other) noexcept;
  WipedBuffer& operator=(WipedBuffer&& other) noexcept;
  WipedBuffer(const WipedBuffer&) = delete;
  WipedBuffer& operator=(const WipedBuffer&) = delete;
  ~WipedBuffer();

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text);
  void reserve(std::size_t capacity);
  /// Wipes what is in it and keeps the memory for the next answer, unless that is more than `keep_at_most`.
  void clear(std::size_t keep_at_most) noexcept;
  /// Hands over the memory with what is in it: whoever takes it wipes it (Secret does).
  [[nodiscard]] std::vector<std::byte> release() noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return memory_; }
  [[nodiscard]] std::byte* data() noexcept { return memory_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return memory_.size(); }

 private:
  std::vector<std::byte> memory_;  // its own growing would free what it has outgrown as it is: see reserve
};

}  // namespace meisai::transport
