// SPDX-License-Identifier: Apache-2.0
//
// The one place that erases secrets. OPENSSL_cleanse is used because a plain memset before a free is
// removed by the optimizer.
#include "meisai/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace meisai {

void wipe(std::span<std::byte> memory) noexcept {
  if (!memory.empty()) OPENSSL_cleanse(memory.data(), memory.size());
}

Secret::Secret(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

Secret::Secret(std::string_view text) : Secret(std::as_bytes(std::span(text.data(), text.size()))) {}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

Secret::~Secret() { wipe(bytes_); }

std::string_view Secret::reveal_text() const noexcept {
  // char may look at any object's bytes, so this is the one cast the language blesses.
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

}  // namespace meisai
