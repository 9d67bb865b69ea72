// SPDX-License-Identifier: Apache-2.0
//
// Meisai inside another program: creates an encrypted store on the first run, opens it, imports a statement
// file and lists a month of use. Public headers only. Usage: embed-cpp FOLDER STATEMENT-FILE YYYY-MM
#include <filesystem>
#include <iostream>

#include "meisai/kit.h"

namespace kit = meisai::kit;

namespace {

/// The store, its key file and its key ring below one folder. A real program keeps the key elsewhere.
meisai::Result<std::unique_ptr<meisai::Engine>> open_in(const std::filesystem::path& folder) {
  const auto key = kit::key_file(folder / "key");
  if (!std::filesystem::exists(folder / "store")) {
    std::error_code failed;  // then the key file cannot be written either, and that says why
    std::filesystem::create_directories(folder, failed);
    MEISAI_TRY(kit::write_key_file(folder / "key"));
    MEISAI_TRY(kit::create_store({.folder = folder / "store", .key_ring = folder / "keyring"}, *key));
  }
  return kit::open_store(folder / "store", *key);
}

meisai::Result<void> run(const char* folder, const char* file, const char* month) {
  MEISAI_ASSIGN(const auto engine, open_in(folder));
  MEISAI_ASSIGN(const auto document, kit::open_document(file));
  MEISAI_ASSIGN(const auto report, engine->import_document(*document, {}));
  std::cout << report.document << ": " << report.layout << ", " << report.added << " added, " << report.unchanged
            << " unchanged\n";

  meisai::TransactionFilter filter;
  MEISAI_ASSIGN(filter.month, meisai::parse_iso_month(month));
  MEISAI_ASSIGN(const auto list, engine->transactions(filter));
  meisai::Money sum;
  for (const meisai::Transaction& row : list.rows) {
    const meisai::TransactionFacts& facts = row.facts;
    const meisai::Money amount{facts.amount_minor, facts.currency};
    MEISAI_ASSIGN(sum, add(sum, amount));
    std::cout << (facts.date.date ? meisai::iso(*facts.date.date) : "          ") << '\t' << decimal_text(amount)
              << '\t' << facts.merchant_normalized << '\n';
  }
  std::cout << list.rows.size() << " transactions, " << decimal_text(sum) << ' ' << sum.currency.code() << '\n';
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: embed-cpp FOLDER STATEMENT-FILE YYYY-MM\n";
    return 2;
  }
  const auto done = run(argv[1], argv[2], argv[3]);
  if (done) return 0;
  std::cerr << "error: " << name_of(done.error().code) << ": " << done.error().what << '\n'
            << done.error().remedy << '\n';
  return 1;
}
