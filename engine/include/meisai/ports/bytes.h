// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "meisai/error.h"

namespace meisai {

/// A document's bytes, read once from front to back.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads up to `buffer.size()` bytes; 0 at the end. Errors: `document_unreadable`.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  /// How the user named it (file name without folders); for messages and labels, never for identity.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Bytes in all where known, else 0; for progress and the size limit.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Where an export goes. What was written before `finish` may be thrown away.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
  /// Makes it final (rename, flush).
  [[nodiscard]] virtual Result<void> finish() = 0;
};

}  // namespace meisai
