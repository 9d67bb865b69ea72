// SPDX-License-Identifier: Apache-2.0
//
// std::vector would free what it has outgrown as it is.
#include "transport/wiped_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "meisai/secret.h"

namespace meisai::transport {

WipedBuffer::WipedBuffer(WipedBuffer&& other) noexcept
    : memory_(std::move(other.memory_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

WipedBuffer& WipedBuffer::operator=(WipedBuffer&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

WipedBuffer::~WipedBuffer() { wipe({memory_.get(), size_}); }

void WipedBuffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), memory_.get(), size_);
  wipe({memory_.get(), size_});
  memory_ = std::move(larger);
  capacity_ = capacity;
}

void WipedBuffer::append(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const std::size_t needed = size_ + bytes.size();
  if (needed > capacity_) reserve(std::max(needed, 2 * capacity_));
  std::memcpy(memory_.get() + size_, bytes.data(), bytes.size());
  size_ = needed;
}

void WipedBuffer::append(std::string_view text) { append(std::as_bytes(std::span(text.data(), text.size()))); }

void WipedBuffer::clear(std::size_t keep_at_most) noexcept {
  wipe({memory_.get(), size_});
  size_ = 0;
  if (capacity_ <= keep_at_most) return;
  memory_.reset();
  capacity_ = 0;
}

}  // namespace meisai::transport
