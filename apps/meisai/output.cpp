// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/output.h"

#include <unistd.h>

#include <cerrno>

namespace meisai::cli {

void DescriptorOutput::write(std::string_view text) {
  if (state_ != State::open) return;
  if (!buffered_) return push(text);
  buffer_ += text;
  if (buffer_.size() >= std::size_t{1} << 16U) flush();
}

void DescriptorOutput::flush() {
  if (state_ == State::open) push(buffer_);
  buffer_.clear();
}

void DescriptorOutput::push(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      state_ = errno == EPIPE ? State::closed_by_reader : errno == ENOSPC ? State::disk_full : State::failed;
      return;
    }
  }
}

}  // namespace meisai::cli
