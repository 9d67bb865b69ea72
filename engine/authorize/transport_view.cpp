// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/transport_view.h"

#include <iterator>
#include <utility>

namespace meisai::authorize {

TransportView::~TransportView() {
  while (!own_.empty()) abandon(*own_.begin());
}

Result<HttpTransport::Ticket> TransportView::begin(HttpRequest request, const HttpRules& rules, Crossing crossing) {
  MEISAI_ASSIGN(const Ticket ticket, shared_.transport_.begin(std::move(request), rules, std::move(crossing)));
  own_.insert(ticket);
  return ticket;
}

std::vector<HttpTransport::Ended> TransportView::take_own() {
  std::vector<Ended> own;
  std::vector<Ended> others;
  for (Ended& ended : shared_.left_) (own_.erase(ended.ticket) == 1 ? own : others).push_back(std::move(ended));
  shared_.left_ = std::move(others);
  return own;
}

std::vector<HttpTransport::Ended> TransportView::wait(std::chrono::milliseconds longest) {
  std::vector<Ended> kept = take_own();
  if (!kept.empty()) return kept;
  std::vector<Ended> ended = shared_.transport_.wait(longest);
  shared_.left_.insert(shared_.left_.end(), std::make_move_iterator(ended.begin()),
                       std::make_move_iterator(ended.end()));
  return take_own();
}

void TransportView::abandon(Ticket ticket) noexcept {
  if (own_.erase(ticket) == 0) return;
  const auto is_it = [ticket](const Ended& ended) { return ended.ticket == ticket; };
  if (std::erase_if(shared_.left_, is_it) == 0) shared_.transport_.abandon(ticket);
}

}  // namespace meisai::authorize
