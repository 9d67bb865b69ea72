// SPDX-License-Identifier: Apache-2.0
//
// Recognition: the first records of a document are compared with every layout. Content only; a file's name is
// the user's business.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "adapters/japan_files/cell_text.h"
#include "adapters/japan_files/columns.h"
#include "adapters/japan_files/decoder.h"
#include "adapters/japan_files/document_reader.h"
#include "adapters/japan_files/japan_files.h"
#include "adapters/japan_files/row_rules.h"
#include "adapters/japan_files/table_reader.h"

namespace meisai::japan_files {
namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10;
constexpr std::size_t head_rows = 65;  // the reader looks for a header as far

struct HeadRow {
  std::vector<std::string> text;
  std::vector<std::string_view> cells;
  std::uint64_t line = 0;
};
struct Head {
  std::vector<HeadRow> rows;
  std::optional<Error> failure;  ///< why it is no text
};

Head read_head(std::string_view bytes, bool complete) {
  Head head;
  Decoder decoder;
  TableReader table;
  auto decoded = decoder.feed(bytes, table.input());
  if (decoded) decoded = complete ? decoder.finish(table.input()) : decoder.decide(table.input());
  if (!decoded) head.failure = std::move(decoded.error());
  TableRow row;
  const auto keep = [&] {
    HeadRow& kept = head.rows.emplace_back();
    kept.line = row.line;
    kept.text.assign(row.cells.begin(), row.cells.end());
    kept.cells.assign(kept.text.begin(), kept.text.end());
  };
  for (;;) {
    const auto more = table.next(row);
    if (!more || head.rows.size() == head_rows) return head;
    if (!*more) break;
    keep();
  }
  bool inside_quotes = false;
  if (!complete || head.failure) return head;
  const auto left = table.last(row, inside_quotes);
  if (left && *left && !inside_quotes) keep();
  return head;
}

/// How one layout fits. Larger `score`: nearer.
struct Fit {
  bool matches = false;
  std::optional<Error> problem;
  std::ptrdiff_t score = 0;
};

Fit fit_with_header(const JapanLayout& layout, const Head& head) {
  Fit best;
  for (const HeadRow& row : head.rows) {
    HeaderFit fit = fit_header(layout, row.cells, row.line);
    if (!fit.is_header()) continue;
    best.score = static_cast<std::ptrdiff_t>(fit.matched) - static_cast<std::ptrdiff_t>(fit.missing);
    best.matches = !fit.problem;
    best.problem = std::move(fit.problem);
    break;
  }
  return best;
}

Error other_form(std::string what, std::uint64_t line) {
  Error error{.code = Code::document_not_recognized, .what = std::move(what)};
  error.where.row = line;
  return error;
}

/// The first record opens a card's section and the second is a row of it.
Fit fit_sections(const JapanLayout& layout, std::span<const HeadRow* const> filled) {
  const Columns columns = columns_in_order(layout, layout.columns.size());
  if (rule_for(layout, Action::open_card, {filled.front()->cells, columns, {}}) == nullptr) return {};
  if (filled.size() < 2) {
    Error error{.code = Code::document_truncated, .what = "the file ends after a card's section line"};
    return {false, std::move(error), 1};
  }
  const HeadRow& second = *filled[1];
  const std::string_view date = trimmed(columns.text(second.cells, Field::usage_date));
  const bool row_fits = second.cells.size() >= columns.least && (date.empty() || looks_like_date(date)) &&
                        all_empty(std::span(second.cells).subspan(columns.least));
  if (row_fits || rule_for(layout, Action::open_card, {second.cells, columns, {}}) != nullptr) return {true, {}, 2};
  return {false, other_form("the rows below the card's section line have another form than the layout's", second.line),
          1};
}

/// The first record is a row.
Fit fit_rows(const JapanLayout& layout, const HeadRow& first) {
  const Columns columns = columns_in_order(layout, layout.columns.size());
  const bool width_fits =
      first.cells.size() >= columns.least && all_empty(std::span(first.cells).subspan(columns.least));
  if (!width_fits || !looks_like_date(columns.text(first.cells, Field::usage_date))) return {};
  if (rule_for(layout, Action::transaction, {first.cells, columns, {}}) != nullptr) return {true, {}, 2};
  return {false, other_form("the first row is as wide as the layout's, but has another form", first.line), 1};
}

Fit fit_without_header(const JapanLayout& layout, const Head& head) {
  std::vector<const HeadRow*> filled;
  for (const HeadRow& row : head.rows)
    if (!all_empty(row.cells)) filled.push_back(&row);
  if (filled.empty()) return {};
  return layout.card.from == CardFrom::section_line ? fit_sections(layout, filled) : fit_rows(layout, *filled.front());
}

class JapanFiles final : public Adapter {
 public:
  explicit JapanFiles(std::span<const JapanLayout* const> layouts) : layouts_(layouts.begin(), layouts.end()) {
    for (const JapanLayout* layout : layouts_)
      infos_.push_back({.issuer = IssuerId(std::string(layout->issuer)),
                        .name_ja = std::string(layout->name_ja),
                        .name_en = std::string(layout->name_en),
                        .layout = std::string(layout->layout),
                        .certainty = layout->certainty,
                        .since = std::string(layout->since),
                        .window = layout->window,
                        .vocabulary = layout->vocabulary});
  }

  std::span<const LayoutInfo> layouts() const override { return infos_; }
  Recognition recognize(std::string_view bytes, bool complete) const override;
  std::unique_ptr<DocumentReader> open(const LayoutInfo& info) const override {
    const auto at = std::find_if(infos_.begin(), infos_.end(), [&](const auto& own) { return &own == &info; });
    if (at == infos_.end()) return nullptr;
    return std::make_unique<JapanFileReader>(*layouts_[static_cast<std::size_t>(at - infos_.begin())], info);
  }

 private:
  std::vector<const JapanLayout*> layouts_;
  std::vector<LayoutInfo> infos_;
};

Recognition JapanFiles::recognize(std::string_view bytes, bool complete) const {
  const Head head = read_head(bytes.substr(0, head_bytes), complete && bytes.size() <= head_bytes);
  Recognition recognition;
  struct Near {
    NearMiss miss;
    std::ptrdiff_t score;
  };
  std::vector<Near> near;  // the nearest layout of each issuer
  for (std::size_t i = 0; i < layouts_.size(); ++i) {
    const LayoutInfo& info = infos_[i];
    Fit fit = layouts_[i]->has_header ? fit_with_header(*layouts_[i], head) : fit_without_header(*layouts_[i], head);
    if (fit.matches) recognition.matches.push_back({&info});
    if (!fit.problem) continue;
    fit.problem->where.issuer = info.issuer.text();
    fit.problem->where.layout = info.layout;
    const auto same = std::find_if(near.begin(), near.end(),
                                   [&](const Near& other) { return other.miss.layout->issuer == info.issuer; });
    if (same == near.end())
      near.push_back({{&info, std::move(*fit.problem)}, fit.score});
    else if (same->score < fit.score)
      *same = {{&info, std::move(*fit.problem)}, fit.score};
  }
  std::sort(near.begin(), near.end(), [](const Near& a, const Near& b) {
    return a.score != b.score ? a.score > b.score : a.miss.layout < b.miss.layout;  // layouts lie in one array
  });
  if (!recognition.matches.empty()) return recognition;
  for (Near& each : near) recognition.near_misses.push_back(std::move(each.miss));
  if (head.failure) recognition.near_misses.push_back({nullptr, *head.failure});  // no layout at all: it is no text
  return recognition;
}

}  // namespace

std::unique_ptr<Adapter> make_japan_files(std::span<const JapanLayout* const> layouts) {
  return std::make_unique<JapanFiles>(layouts);
}

}  // namespace meisai::japan_files
