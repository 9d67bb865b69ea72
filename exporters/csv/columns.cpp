// SPDX-License-Identifier: Apache-2.0
#include "exporters/csv/columns.h"

#include <array>

namespace meisai::exporters {
namespace {

void put(std::string& cell, const std::optional<LocalDate>& date) {
  if (date) cell += iso(*date);
}
void put(std::string& cell, const std::optional<BillingMonth>& month) {
  if (month) cell += iso(*month);
}
void put(std::string& cell, const std::optional<int>& number) {
  if (number) cell += std::to_string(*number);
}
void put(std::string& cell, const std::optional<Currency>& currency) {
  if (currency) cell += currency->code();
}
void put(std::string& cell, const std::optional<DecimalText>& number) {
  if (number) cell += number->text();
}
void put(std::string& cell, const std::optional<StatementId>& id) {
  if (id) cell += id->text();
}
/// Minor units without their currency say nothing: both or an empty cell.
void put(std::string& cell, std::optional<std::int64_t> minor, const std::optional<Currency>& currency) {
  if (minor && currency) cell += decimal_text({*minor, *currency});
}

template <RowFlag flag>
void put_flag(std::string& cell, const CsvRow& row) {
  cell += (row.transaction.facts.flags & static_cast<std::uint16_t>(flag)) != 0 ? "true" : "false";
}

const TransactionFacts& facts(const CsvRow& row) { return row.transaction.facts; }

void put(std::string& cell, const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) cell.append(cell.empty() ? "" : ", ").append(tag);  // no tag holds a comma
}

/// All empty where the row has no foreign amount.
const ForeignAmount& foreign(const CsvRow& row) {
  static const ForeignAmount none;
  return facts(row).foreign ? *facts(row).foreign : none;
}

using Cell = std::string;
using Row = const CsvRow&;
constexpr auto ours = CellKind::ours;
constexpr auto text = CellKind::text;

// clang-format off
constexpr auto columns = std::to_array<CsvColumn>({
    {"date", ours, [](Cell& cell, Row row) { put(cell, facts(row).date.date); }},
    {"date_precision", ours, [](Cell& cell, Row row) { cell += name_of(facts(row).date.precision); }},
    {"merchant_normalized", text, [](Cell& cell, Row row) { cell += facts(row).merchant_normalized; }},
    {"amount", ours, [](Cell& cell, Row row) { put(cell, facts(row).amount_minor, facts(row).currency); }},
    {"billed", ours, [](Cell& cell, Row row) { put(cell, facts(row).billed_minor, facts(row).currency); }},
    {"remaining", ours, [](Cell& cell, Row row) { put(cell, facts(row).remaining_minor, facts(row).currency); }},
    {"currency", ours, [](Cell& cell, Row row) { cell += facts(row).currency.code(); }},
    {"kind", ours, [](Cell& cell, Row row) { cell += name_of(facts(row).kind); }},
    {"status", ours, [](Cell& cell, Row row) { cell += name_of(facts(row).status); }},
    {"payment_type", ours, [](Cell& cell, Row row) { cell += name_of(facts(row).plan.type); }},
    {"installment_index", ours, [](Cell& cell, Row row) { put(cell, facts(row).plan.index); }},
    {"installment_count", ours, [](Cell& cell, Row row) { put(cell, facts(row).plan.count); }},
    {"issuer", ours, [](Cell& cell, Row row) { cell += row.transaction.issuer.text(); }},
    {"card_label", text, [](Cell& cell, Row row) { cell += row.transaction.card_label; }},
    {"card_id", ours, [](Cell& cell, Row row) { cell += row.transaction.card_id.text(); }},
    {"billing_month", ours,
     [](Cell& cell, Row row) { put(cell, row.statement ? row.statement->billing_month : std::nullopt); }},
    {"payment_due_date", ours,
     [](Cell& cell, Row row) { put(cell, row.statement ? row.statement->payment_due_date : std::nullopt); }},
    {"statement_id", ours, [](Cell& cell, Row row) { put(cell, row.transaction.statement_id); }},
    {"posting_date", ours, [](Cell& cell, Row row) { put(cell, facts(row).posting_date); }},
    {"merchant_raw", text, [](Cell& cell, Row row) { cell += facts(row).merchant_raw; }},
    {"region", ours, [](Cell& cell, Row row) { cell += name_of(facts(row).region); }},
    {"foreign_amount_text", text, [](Cell& cell, Row row) { cell += foreign(row).amount_text; }},
    {"foreign_amount", ours, [](Cell& cell, Row row) { put(cell, foreign(row).amount_minor, foreign(row).currency); }},
    {"foreign_currency", ours, [](Cell& cell, Row row) { put(cell, foreign(row).currency); }},
    {"foreign_rate", ours, [](Cell& cell, Row row) { put(cell, foreign(row).rate); }},
    {"foreign_rate_date", ours, [](Cell& cell, Row row) { put(cell, foreign(row).rate_date); }},
    {"flag_pan_masked", ours, put_flag<RowFlag::pan_masked>},
    {"flag_era_overrun", ours, put_flag<RowFlag::era_overrun>},
    {"flag_suspect", ours, put_flag<RowFlag::suspect>},
    {"flag_field_dropped", ours, put_flag<RowFlag::field_dropped>},
    {"flag_date_is_posting", ours, put_flag<RowFlag::date_is_posting>},
    {"flag_declined", ours, put_flag<RowFlag::declined>},
    {"source_channel", ours, [](Cell& cell, Row row) { cell += row.transaction.source.channel; }},
    {"source_document", ours, [](Cell& cell, Row row) { cell += row.transaction.source.document; }},
    {"source_layout", ours, [](Cell& cell, Row row) { cell += row.transaction.source.layout; }},
    {"source_row", ours, [](Cell& cell, Row row) { cell += std::to_string(row.transaction.source.row); }},
    {"id", ours, [](Cell& cell, Row row) { cell += row.transaction.id.text(); }},
    {"user_note", text, [](Cell& cell, Row row) { cell += row.transaction.user.note; }},
    {"user_category", text, [](Cell& cell, Row row) { cell += row.transaction.user.category; }},
    {"user_tags", text, [](Cell& cell, Row row) { put(cell, row.transaction.user.tags); }},
    {"user_merchant", text, [](Cell& cell, Row row) { cell += row.transaction.user.merchant; }},
});
// clang-format on

}  // namespace

std::span<const CsvColumn> csv_columns() noexcept { return columns; }

}  // namespace meisai::exporters
