// SPDX-License-Identifier: Apache-2.0
//
// Field names and values are those of the CLI contract's T, so that a program can read either. Text is exact:
// JSON escapes what needs it, nothing is cleaned. `region` and `remaining_minor` go beyond the contract.
#include "exporters/jsonl/jsonl_exporter.h"

#include <nlohmann/json.hpp>

namespace meisai::exporters {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json nullable(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json nullable(const std::optional<LocalDate>& date) { return date ? Json(iso(*date)) : Json(nullptr); }

Json foreign_json(const std::optional<ForeignAmount>& foreign) {
  if (!foreign) return nullptr;
  return {{"amount_text", foreign->amount_text},
          {"amount_minor", nullable(foreign->amount_minor)},
          {"currency", foreign->currency ? Json(foreign->currency->code()) : Json(nullptr)},
          {"rate", foreign->rate ? Json(foreign->rate->text()) : Json(nullptr)},
          {"rate_date", nullable(foreign->rate_date)}};
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json user_json(const UserLayer& user) {
  return {{"note", text_or_null(user.note)},
          {"category", text_or_null(user.category)},
          {"tags", user.tags},
          {"merchant", text_or_null(user.merchant)},
          {"ignored", user.ignored}};
}

Json transaction_json(const Transaction& row) {
  const TransactionFacts& facts = row.facts;
  return {{"id", row.id.text()},
          {"issuer", row.issuer.text()},
          {"card_id", row.card_id.text()},
          {"card_label", row.card_label},
          {"statement_id", row.statement_id ? Json(row.statement_id->text()) : Json(nullptr)},
          {"date", nullable(facts.date.date)},
          {"date_precision", name_of(facts.date.precision)},
          {"posting_date", nullable(facts.posting_date)},
          {"merchant_raw", facts.merchant_raw},
          {"merchant_normalized", facts.merchant_normalized},
          {"kind", name_of(facts.kind)},
          {"amount_minor", facts.amount_minor},
          {"billed_minor", nullable(facts.billed_minor)},
          {"remaining_minor", nullable(facts.remaining_minor)},
          {"currency", facts.currency.code()},
          {"payment_type", name_of(facts.plan.type)},
          {"installment_index", nullable(facts.plan.index)},
          {"installment_count", nullable(facts.plan.count)},
          {"status", name_of(facts.status)},
          {"foreign", foreign_json(facts.foreign)},
          {"region", name_of(facts.region)},
          {"flags", flag_names(facts.flags)},
          {"source",
           {{"channel", row.source.channel},
            {"document", row.source.document},
            {"layout", row.source.layout},
            {"row", row.source.row}}},
          {"user", user_json(row.user)}};
}

class JsonLinesRun final : public ExportRun {
 public:
  Result<std::string> head() override { return std::string(); }

  Result<std::string> rows(std::span<const Transaction> batch) override {
    std::string out;
    for (const Transaction& row : batch) {
      // A byte that is not UTF-8 becomes U+FFFD; the other handlers throw or drop it.
      out += transaction_json(row).dump(-1, ' ', false, Json::error_handler_t::replace);
      out += '\n';
    }
    return out;
  }

  Result<std::string> tail() override { return std::string(); }
};

class JsonLinesExporter final : public Exporter {
 public:
  std::string_view target() const noexcept override { return "jsonl"; }
  std::string_view extension() const noexcept override { return "jsonl"; }
  std::string_view name_ja() const noexcept override { return "JSON Lines（プログラム向け）"; }
  std::string_view name_en() const noexcept override { return "JSON Lines, for programs"; }
  std::unique_ptr<ExportRun> begin(const ExportContext&) const override { return std::make_unique<JsonLinesRun>(); }
};

}  // namespace

std::unique_ptr<Exporter> make_jsonl_exporter() { return std::make_unique<JsonLinesExporter>(); }

}  // namespace meisai::exporters
