// SPDX-License-Identifier: Apache-2.0
//
// The product as bench/run measures it: a real encrypted store, opened through apps/kit like any embedder
// does, with one adapter exchanged so that it reads the yardstick's CSV. Prints what the yardstick prints.
//
//   meisai_bench import file=CSV store=DIR [fresh]   [fresh: a new store; else the one that is there]
//   meisai_bench open store=DIR                      opens the store and closes it
//   meisai_bench months store=DIR                    usage by month over all cards: {"2010-01": [sum, rows], ...}
//
// The store's key file and key ring lie beside it: DIR.key, DIR.ring.
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "adapters/japan_files/japan_files.h"
#include "bench/yardstick_layout.h"
#include "meisai/kit.h"

namespace {

using meisai::Result;
namespace kit = meisai::kit;

struct Arguments {
  std::string mode;
  std::filesystem::path file;
  std::filesystem::path store;
  bool fresh = false;

  [[nodiscard]] std::filesystem::path beside(const char* ending) const { return store.string() + ending; }
};

struct Spent {
  double wall_s;
  double cpu_s;
};
Spent spent_so_far() {
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {std::chrono::duration<double>(wall).count(), seconds(used.ru_utime) + seconds(used.ru_stime)};
}

/// Of this program only: getrusage would count what the caller held before it became us.
double peak_rss_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024.0;
  return 0;
}

Result<void> create(const Arguments& arguments) {
  std::error_code ignored;
  for (const auto& path : {arguments.store, arguments.beside(".key"), arguments.beside(".ring")})
    std::filesystem::remove_all(path, ignored);
  MEISAI_TRY(kit::write_key_file(arguments.beside(".key")));
  const auto key = kit::key_file(arguments.beside(".key"));
  return kit::create_store({.folder = arguments.store, .key_ring = arguments.beside(".ring")}, *key);
}

Result<std::unique_ptr<meisai::Engine>> open(const Arguments& arguments) {
  static constexpr std::array<const meisai::japan_files::JapanLayout*, 1> layouts{&meisai::bench::yardstick_layout};
  const auto key = kit::key_file(arguments.beside(".key"));
  MEISAI_ASSIGN(meisai::EnginePorts ports, kit::store_ports(arguments.store, *key));
  ports.adapters.clear();
  ports.adapters.push_back(meisai::japan_files::make_japan_files(layouts));
  return std::make_unique<meisai::Engine>(std::move(ports));
}

Result<void> import(const Arguments& arguments) {
  const Spent begin = spent_so_far();
  if (arguments.fresh) MEISAI_TRY(create(arguments));
  MEISAI_ASSIGN(auto engine, open(arguments));
  const Spent opened = spent_so_far();
  MEISAI_ASSIGN(const auto document, kit::open_document(arguments.file));
  MEISAI_ASSIGN(const meisai::ImportReport report, engine->import_document(*document, {}));
  if (report.hold) return meisai::fail(*report.hold);
  engine.reset();
  const Spent end = spent_so_far();
  const auto rows = static_cast<double>(report.added + report.modified + report.unchanged + report.rejected_count);
  std::printf(
      "{\"mode\":\"import\",\"txns\":%.0f,\"added\":%llu,\"modified\":%llu,\"rejected\":%llu,\"txn_per_s\":%.0f,"
      "\"wall_s\":%.3f,\"cpu_us_per_txn\":%.3f,\"open_ms\":%.2f,\"peak_rss_mib\":%.1f}\n",
      rows, static_cast<unsigned long long>(report.added), static_cast<unsigned long long>(report.modified),
      static_cast<unsigned long long>(report.rejected_count), rows / (end.wall_s - begin.wall_s),
      end.wall_s - begin.wall_s, (end.cpu_s - begin.cpu_s) / rows * 1e6, (opened.wall_s - begin.wall_s) * 1e3,
      peak_rss_mib());
  return {};
}

Result<void> months(const Arguments& arguments) {
  MEISAI_ASSIGN(const auto engine, open(arguments));
  MEISAI_ASSIGN(const meisai::Status status, engine->status());
  const char* between = "{";
  for (const meisai::MonthTotal& total : status.months) {
    std::printf("%s\"%s\":[%lld,%llu]", between, meisai::iso(total.month).c_str(),
                static_cast<long long>(total.amount_minor), static_cast<unsigned long long>(total.count));
    between = ",";
  }
  std::puts("}");
  return {};
}

Result<void> run(const Arguments& arguments) {
  if (arguments.mode == "import") return import(arguments);
  if (arguments.mode == "months") return months(arguments);
  if (arguments.mode == "open") {
    MEISAI_ASSIGN(const auto engine, open(arguments));
    return {};
  }
  return meisai::fail(meisai::Code::invalid_argument, "the modes are import, open and months");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (argc > 1) arguments.mode = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "fresh") arguments.fresh = true;
    if (argument.starts_with("file=")) arguments.file = argument.substr(5);
    if (argument.starts_with("store=")) arguments.store = argument.substr(6);
  }
  const auto done = run(arguments);
  if (!done) std::cerr << "meisai_bench: " << done.error().what << '\n';
  return done ? 0 : 1;
}
