// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "meisai/ports/bytes.h"

namespace meisai::oracle {

/// Bytes as a document.
class TextSource final : public ByteSource {
 public:
  TextSource(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {}
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t size = bytes_.copy(buffer.data(), buffer.size(), at_);
    at_ += size;
    return size;
  }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::string name_;
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace meisai::oracle
