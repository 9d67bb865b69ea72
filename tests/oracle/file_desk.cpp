// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/file_desk.h"

#include <algorithm>

#include "adapters/all.h"
#include "tests/import/statement_files.h"
#include "tests/oracle/text_source.h"

namespace meisai::oracle {
namespace {

std::string bytes_of(const Bill& bill) {
  std::vector<test::Line> lines;
  for (const Row& row : bill.rows) {
    const int part = bill.index - row.bill;
    lines.push_back(test::part(iso_day(row.day), row.shop, row.yen, share_of(row, part), part + 1, row.parts));
  }
  return test::jcb_file(iso_day(due_day(bill.index)), bill.card == 0 ? "0001" : "0002", lines);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Download& one) {
  return out << "{.day = " << one.day << ", .card = " << one.card << ", .bill = " << one.bill << ", .cut = " << one.cut
             << "}";
}

std::vector<Download> final_downloads(bool backwards) {
  std::vector<Download> all;
  for (int card = 0; card < 2; ++card)
    for (int bill = 0; bill < statement_count; ++bill) all.push_back({.day = truth_ends, .card = card, .bill = bill});
  if (backwards) std::ranges::reverse(all);
  return all;
}

FileDesk::FileDesk(test::World& world, const Truth& truth)
    : world_(world), truth_(truth), reading_(world), adapters_(all_adapters()) {}

void FileDesk::import(const Download& one, Prediction& prediction) {
  const auto bill = bill_on(truth_, one.card, one.bill, one.day);
  if (!bill || bill->rows.empty()) return;
  const Document document{.is_bill = true, .card = one.card, .bill = one.bill};
  // What a cut copy left may be just what is revised later: then the whole month contradicts all that is known.
  if (one.cut != 0 && std::ranges::any_of(bill->rows, [this](const Row& row) {
        return truth_.purchases[row.purchase].revised_after != 0;
      }))
    return;
  std::string bytes = bytes_of(*bill);
  if (one.cut != 0) bytes.resize(bytes.size() * static_cast<std::size_t>(one.cut) / 100);
  TextSource source("meisai.csv", bytes);
  const ImportOptions no_options;
  auto outcome = sync::import_document({world_.gate(), world_.store(), *normalizer_, adapters_}, source, no_options);
  if (one.cut != 0) {
    prediction.saw_cut(document);
  } else {
    const ImportReport report = must(std::move(outcome)).report;
    hold(report.rejected_count == 0, "a row was rejected");
    // An early copy may be so short that what changed is most of it: the brake holds it, and a person looks.
    if (report.hold && one.day >= truth_ends) throw Mismatch("held: " + report.hold->what);
    if (!report.hold) prediction.saw(document, one.day);
  }
  reading_.check_order();
}

}  // namespace meisai::oracle
