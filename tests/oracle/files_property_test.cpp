// SPDX-License-Identifier: Apache-2.0
//
// I6 for files: closed months as JCB writes them, downloaded when they are out, some of them cut, imported in any order
// and again. A file has no ids and nothing pending; it is complete for its statement.
#include <algorithm>
#include <catch2/catch.hpp>

#include "adapters/all.h"
#include "engine/sync/import.h"
#include "normalizers/normalizers.h"
#include "tests/import/statement_files.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/reading.h"
#include "tests/oracle/text_source.h"

namespace meisai::oracle {
namespace {

constexpr Habits files_only{.stable_ids = false,
                            .pending_rows = false,
                            .moves_dates = false,
                            .hides = false,
                            .parts = true,
                            .plans_alike = false,
                            .like_other_bills = false,
                            .by_files = true};

/// A copy of a month, as it was on a day.
struct Download {
  Day day = last_fetch;
  int card = 0;
  int bill = 0;
  int cut = 0;  ///< percent of its bytes that came, 0: all
};

std::ostream& operator<<(std::ostream& out, const Download& one) {
  return out << "{.day = " << one.day << ", .card = " << one.card << ", .bill = " << one.bill << ", .cut = " << one.cut
             << "}";
}

rc::Gen<std::vector<Download>> downloads() {
  namespace gen = rc::gen;
  const rc::Gen<Download> one = gen::build<Download>(
      gen::set(&Download::day, gen::inRange(closing_day(0), last_fetch)),
      gen::set(&Download::card, gen::weightedElement<int>({{3, 0}, {1, 1}})),
      gen::set(&Download::bill, gen::inRange(0, statement_count - 1)),
      gen::set(&Download::cut, gen::weightedOneOf<int>({{5, gen::just(0)}, {1, gen::inRange(1, 100)}})));
  return up_to(16, one);
}

/// A file says which row was revised only where the rest of the month stays and the row is alone on its day at its
/// shop; a month of which most changes is held, and a person is asked; so is a second card of which most is known of
/// the first. Truths keep to what a file can tell.
Truth tellable(Truth truth) {
  std::map<std::pair<int, int>, int> revised;
  for (std::size_t i = 0; i < truth.purchases.size(); ++i) {
    Purchase& one = truth.purchases[i];
    if (one.revised_after == 0) continue;
    const auto rows = rows_on(truth, truth_ends);
    const auto of_it = std::ranges::find(rows, i, &Row::purchase);
    const auto is_near = [&](const Row& row) { return row.card == one.card && row.bill == of_it->bill; };
    const auto is_early = [&](const Row& row) { return is_near(row) && truth.purchases[row.purchase].slips == 0; };
    const auto in_place = [&](const Row& row) {
      return is_near(row) && row.day == one.used && row.shop == of_it->shop;
    };
    const bool can_tell = of_it != rows.end() && one.parts == 1 && std::ranges::count_if(rows, in_place) == 1 &&
                          std::ranges::count_if(rows, is_early) > 3 * ++revised[{one.card, of_it->bill}];
    if (!can_tell) one.revised_after = 0;
  }
  return truth;
}

class FileDesk {
 public:
  FileDesk(test::World& world, const Truth& truth) : world_(world), truth_(truth), reading_(world) {}

  void import(const Download& one, Prediction& prediction) {
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
      RC_ASSERT(report.rejected_count == 0U);
      // An early copy may be so short that what changed is most of it: the brake holds it, and a person looks.
      if (report.hold && one.day >= truth_ends) RC_FAIL("held: " + report.hold->what);
      if (!report.hold) prediction.saw(document, one.day);
    }
    reading_.check_order();
  }

  Reading& ledger() { return reading_; }

 private:
  static std::string bytes_of(const Bill& bill) {
    std::vector<test::Line> lines;
    for (const Row& row : bill.rows) {
      const int part = bill.index - row.bill;
      lines.push_back(test::part(iso_day(row.day), row.shop, row.yen, share_of(row, part), part + 1, row.parts));
    }
    return test::jcb_file(iso_day(due_day(bill.index)), bill.card == 0 ? "0001" : "0002", lines);
  }

  test::World& world_;
  const Truth& truth_;
  Reading reading_;
  std::unique_ptr<Normalizer> normalizer_ = make_normalizer();
  std::vector<std::unique_ptr<Adapter>> adapters_ = all_adapters();
};

/// At the end each month comes whole, as it finally is.
std::vector<Download> final_downloads(bool backwards) {
  std::vector<Download> all;
  for (int card = 0; card < 2; ++card)
    for (int bill = 0; bill < statement_count; ++bill) all.push_back({.day = truth_ends, .card = card, .bill = bill});
  if (backwards) std::ranges::reverse(all);
  return all;
}

}  // namespace

TEST_CASE("closed months in any order, again, and cut, end in the ledger of the truth", "[property]") {
  CHECK(rc::check("files", [] {
    const Truth truth = tellable(*truths(files_only));
    const std::vector<Download> before = *downloads();
    const std::vector<Download> after = final_downloads(*rc::gen::arbitrary<bool>());
    test::MemoryWorld world;
    FileDesk desk(world, truth);
    Prediction prediction(truth);
    for (const Download& one : before) desk.import(one, prediction);
    for (const Download& one : after) desk.import(one, prediction);
    desk.ledger().compare(prediction);
  }));
}

}  // namespace meisai::oracle
