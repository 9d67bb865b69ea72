// SPDX-License-Identifier: Apache-2.0
#include "transport/wiped_buffer.h"

#include <algorithm>
#include <utility>

#include "meisai/secret.h"

namespace meisai::transport {

WipedBuffer::WipedBuffer(WipedBuffer&& other) noexcept : memory_(std::exchange(other.memory_, {})) {}

WipedBuffer& WipedBuffer::operator=(WipedBuffer&& other) noexcept {
  std::swap(memory_, other.memory_);
  return *this;
}

WipedBuffer::~WipedBuffer() { wipe(memory_); }

void WipedBuffer::reserve(std::size_t capacity) {
  if (capacity <= memory_.capacity()) return;
  std::vector<std::byte> larger;
  larger.reserve(capacity);
  larger.insert(larger.end(), memory_.begin(), memory_.end());
  wipe(memory_);
  memory_ = std::move(larger);
}

void WipedBuffer::append(std::span<const std::byte> bytes) {
  const std::size_t needed = memory_.size() + bytes.size();
  if (needed > memory_.capacity()) reserve(std::max(needed, 2 * memory_.capacity()));
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
}

void WipedBuffer::append(std::string_view text) { append(std::as_bytes(std::span(text.data(), text.size()))); }

void WipedBuffer::clear(std::size_t keep_at_most) noexcept {
  wipe(memory_);
  memory_.clear();
  if (memory_.capacity() > keep_at_most) memory_ = {};
}

std::vector<std::byte> WipedBuffer::release() noexcept { return std::exchange(memory_, {}); }

}  // namespace meisai::transport
