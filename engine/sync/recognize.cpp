// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/recognize.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace meisai::sync {
namespace {

std::string names_of(const std::vector<Recognized>& found) {
  std::string names;
  for (const Recognized& one : found)
    names += (names.empty() ? "" : ", ") + one.layout->issuer.text() + " (" + one.layout->layout + ")";
  return names;
}

tl::unexpected<Error> nothing_fits(std::vector<NearMiss> near_misses) {
  const auto no_text = std::ranges::find(near_misses, nullptr, &NearMiss::layout);
  if (no_text != near_misses.end()) return fail(std::move(no_text->reason));  // then no layout can fit
  if (near_misses.size() == 1) {
    Error reason = std::move(near_misses.front().reason);
    if (reason.where.issuer.empty()) reason.where.issuer = near_misses.front().layout->issuer.text();
    if (reason.where.layout.empty()) reason.where.layout = near_misses.front().layout->layout;
    return fail(std::move(reason));
  }
  std::string what = "no known statement layout fits the content of this document";
  for (const NearMiss& miss : near_misses) what += "; " + miss.layout->layout + ": " + miss.reason.what;
  return fail(Code::document_not_recognized, std::move(what),
              "see what can be read with `meisai issuers`; hand in the file as downloaded, not re-saved");
}

}  // namespace

Result<Recognized> recognize(std::span<const std::unique_ptr<Adapter>> adapters, std::string_view head, bool complete,
                             const std::optional<IssuerId>& only_issuer) {
  if (head.find('\0') != std::string_view::npos)
    return fail(Code::not_text, "the document holds NUL bytes: it is no text file",
                "hand in the CSV file as downloaded");
  std::vector<Recognized> found;
  std::vector<NearMiss> near_misses;
  const auto wanted = [&only_issuer](const LayoutInfo* layout) {
    return layout == nullptr || !only_issuer || layout->issuer == *only_issuer;
  };
  for (const auto& adapter : adapters) {
    Recognition recognition = adapter->recognize(head, complete);
    for (const LayoutMatch& match : recognition.matches)
      if (wanted(match.layout)) found.push_back({adapter.get(), match.layout});
    for (NearMiss& miss : recognition.near_misses)
      if (wanted(miss.layout)) near_misses.push_back(std::move(miss));
  }
  if (found.empty()) return nothing_fits(std::move(near_misses));
  if (found.size() > 1)
    return fail(Code::document_ambiguous, "more than one layout fits: " + names_of(found),
                "say whose file it is with --issuer ID");
  return found.front();
}

}  // namespace meisai::sync
