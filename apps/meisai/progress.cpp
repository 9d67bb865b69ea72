// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/progress.h"

#include <algorithm>

#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

constexpr std::chrono::milliseconds bar_after{500}, bar_every{100}, line_after{1000}, line_every{5000};
constexpr std::size_t bar_cells = 24;

std::string percent(const Progress& progress) {
  if (progress.bytes_total == 0) return std::to_string(progress.bytes_done >> 20U) + " MiB";
  const auto share =
      std::min<std::uint64_t>(progress.bytes_done / std::max<std::uint64_t>(progress.bytes_total / 100, 1), 100);
  return std::to_string(share) + " %";
}

}  // namespace

ProgressDisplay::ProgressDisplay(const Session& session, const std::string& what)
    : session_(session), what_(printable(what)), began_(session.environment().monotonic()) {}

ProgressDisplay::~ProgressDisplay() {
  if (drawn_) session_.streams().err.write("\r\x1b[K");
}

bool ProgressDisplay::operator()(const Progress& progress) {
  if (session_.environment().interrupted()) return false;
  if (session_.options().quiet) return true;
  const auto now = session_.environment().monotonic();
  const bool terminal = session_.streams().err_is_terminal;
  const bool due = now - began_ >= (terminal ? bar_after : line_after);
  const bool again = shown_.count() == 0 || now - shown_ >= (terminal ? bar_every : line_every);
  if (!due || !again) return true;
  shown_ = now;
  if (terminal) {
    draw(progress);
  } else {
    tell(progress);
  }
  return true;
}

void ProgressDisplay::draw(const Progress& progress) {
  std::string bar;
  const std::size_t full =
      progress.bytes_total == 0
          ? 0
          : std::min<std::size_t>(bar_cells, static_cast<std::size_t>(static_cast<double>(progress.bytes_done) /
                                                                      static_cast<double>(progress.bytes_total) *
                                                                      static_cast<double>(bar_cells)));
  for (std::size_t i = 0; i < bar_cells; ++i) bar += i < full ? "█" : "░";
  session_.streams().err.write(
      "\r\x1b[K" + bar + "  " +
      session_.say(Text::progress_line, {what_, percent(progress), std::to_string(progress.records)}));
  drawn_ = true;
}

void ProgressDisplay::tell(const Progress& progress) {
  session_.note("meisai: " +
                session_.say(Text::progress_line, {what_, percent(progress), std::to_string(progress.records)}));
}

}  // namespace meisai::cli
