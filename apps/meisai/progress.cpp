// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/progress.h"

#include <algorithm>

#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

constexpr std::chrono::milliseconds bar_after{500}, bar_every{100}, line_after{1000}, line_every{5000};
constexpr std::size_t bar_cells = 24;

std::optional<double> part(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return {};
  return std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

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
  if (due())
    show(part(progress.bytes_done, progress.bytes_total),
         session_.say(Text::progress_line, {what_, percent(progress), std::to_string(progress.records)}));
  return true;
}

bool ProgressDisplay::operator()(const LinkProgress& progress) {
  if (session_.environment().interrupted()) return false;
  if (!due()) return true;
  switch (progress.step) {
    case LinkProgress::Step::at_issuer:
      show({}, what_ + ": " + std::string(session_.say(Text::link_waiting)));
      break;
    case LinkProgress::Step::exchanging:
      show({}, what_ + ": " + std::string(session_.say(Text::link_exchanging)));
      break;
    case LinkProgress::Step::syncing:
      show(part(progress.connections_done, progress.connections_total),
           session_.say(Text::sync_progress,
                        {what_, std::to_string(std::min(progress.connections_done + 1, progress.connections_total)),
                         std::to_string(progress.connections_total), std::to_string(progress.pages),
                         std::to_string(progress.records)}));
      break;
  }
  return true;
}

bool ProgressDisplay::due() {
  if (session_.options().quiet) return false;
  const auto now = session_.environment().monotonic();
  const bool terminal = session_.streams().err_is_terminal;
  const bool again = shown_.count() == 0 || now - shown_ >= (terminal ? bar_every : line_every);
  if (now - began_ < (terminal ? bar_after : line_after) || !again) return false;
  shown_ = now;
  return true;
}

void ProgressDisplay::show(std::optional<double> share, const std::string& text) {
  if (!session_.streams().err_is_terminal) {
    if (text != last_) session_.note("meisai: " + text);
    last_ = text;
    return;
  }
  std::string bar;
  const auto full = static_cast<std::size_t>(share.value_or(0) * static_cast<double>(bar_cells));
  for (std::size_t i = 0; share && i < bar_cells; ++i) bar += i < full ? "█" : "░";
  session_.streams().err.write("\r\x1b[K" + bar + (share ? "  " : "") + text);
  drawn_ = true;
}

}  // namespace meisai::cli
