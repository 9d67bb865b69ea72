// SPDX-License-Identifier: Apache-2.0
//
// The product as bench/run measures it: a real encrypted store, opened through apps/kit like any embedder
// does, with one adapter exchanged so that it reads the yardstick's CSV. Prints what the yardstick prints.
//
//   meisai_bench import file=CSV store=DIR [fresh]   [fresh: a new store; else the one that is there]
//   meisai_bench sync url=URL pages=N ca=PEM store=DIR [commit=ROWS] [fresh]
//                                                    the same rows over TLS, through transport and gate
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
#include "bench/paged_issuer.h"
#include "bench/yardstick_layout.h"
#include "engine/gate/gate.h"
#include "engine/sync/linked_sync.h"
#include "meisai/kit.h"

namespace {

using meisai::Result;
namespace kit = meisai::kit;

struct Arguments {
  std::string mode;
  std::filesystem::path file;
  std::filesystem::path store;
  bool fresh = false;
  std::string url;
  meisai::bench::Pages pages;
  std::filesystem::path ca;

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

struct Counts {
  std::uint64_t added;
  std::uint64_t modified;
  std::uint64_t unchanged;
  std::uint64_t rejected;
};

void print(const char* mode, const Counts& counts, const Spent& begin, const Spent& opened, const Spent& end) {
  const auto rows = static_cast<double>(counts.added + counts.modified + counts.unchanged + counts.rejected);
  std::printf(
      "{\"mode\":\"%s\",\"txns\":%.0f,\"added\":%llu,\"modified\":%llu,\"rejected\":%llu,\"txn_per_s\":%.0f,"
      "\"wall_s\":%.3f,\"cpu_us_per_txn\":%.3f,\"open_ms\":%.2f,\"peak_rss_mib\":%.1f}\n",
      mode, rows, static_cast<unsigned long long>(counts.added), static_cast<unsigned long long>(counts.modified),
      static_cast<unsigned long long>(counts.rejected), rows / (end.wall_s - begin.wall_s), end.wall_s - begin.wall_s,
      (end.cpu_s - begin.cpu_s) / rows * 1e6, (opened.wall_s - begin.wall_s) * 1e3, peak_rss_mib());
}

/// A connection with a consent for as long as the run lasts: the gate asks about it at every page and commit.
Result<meisai::Connection> connection_in(meisai::Control& control, meisai::Instant now) {
  MEISAI_ASSIGN(const auto known, control.connections());
  if (!known.empty()) return known.front();
  meisai::Connection connection{.id = meisai::ConnectionId("n1"),
                                .issuer = meisai::IssuerId("yardstick_api"),
                                .state = meisai::ConnectionState::active,
                                .linked_at = now};
  const meisai::AuditDraft audit{
      .at = now, .actor = "subject", .operation = "link", .object = "bench", .result = "done"};
  MEISAI_TRY(control.add_connection(connection, audit));
  connection.consent = {
      .consent = meisai::ConsentId("k1"), .not_before = now, .not_after = now + std::chrono::hours(24)};
  MEISAI_TRY(control.begin_consent(connection.id, connection.consent, {}, audit));
  return connection;
}

Result<void> sync(const Arguments& arguments) {
  const Spent begin = spent_so_far();
  if (arguments.fresh) MEISAI_TRY(create(arguments));
  const auto key = kit::key_file(arguments.beside(".key"));
  MEISAI_ASSIGN(meisai::EnginePorts ports, kit::store_ports(arguments.store, *key));
  meisai::Gate gate(*ports.control, *ports.gate_lock, *ports.wire_lock, *ports.clock);
  MEISAI_ASSIGN(meisai::Connection connection, connection_in(*ports.control, gate.now()));
  const Spent opened = spent_so_far();
  std::ifstream pem(arguments.ca);
  const auto issuer = meisai::bench::paged_issuer(
      arguments.url, arguments.pages, {std::istreambuf_iterator<char>(pem), std::istreambuf_iterator<char>()});
  MEISAI_ASSIGN(const auto outcomes,
                meisai::sync::sync_linked(
                    {gate, *ports.store, *ports.normalizer, *ports.control, *ports.entropy, *ports.transport},
                    {{std::move(connection), issuer.get()}}, {}, [](const auto&, bool) {
                      return Result<meisai::Secret>(meisai::Secret(std::string_view("bench")));
                    }));
  const meisai::ConnectionReport& report = outcomes.front().report;
  if (report.reason) return meisai::fail(*report.reason);
  ports = {};
  print("sync", {report.added, report.modified, report.unchanged, report.rejected_count}, begin, opened,
        spent_so_far());
  return {};
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
  print("import", {report.added, report.modified, report.unchanged, report.rejected_count}, begin, opened, end);
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
  if (arguments.mode == "sync") return sync(arguments);
  if (arguments.mode == "months") return months(arguments);
  if (arguments.mode == "open") {
    MEISAI_ASSIGN(const auto engine, open(arguments));
    return {};
  }
  return meisai::fail(meisai::Code::invalid_argument, "the modes are import, sync, open and months");
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
    if (argument.starts_with("url=")) arguments.url = argument.substr(4);
    if (argument.starts_with("pages=")) arguments.pages.count = std::stoul(argument.substr(6));
    if (argument.starts_with("commit=")) arguments.pages.rows_a_commit = std::stoul(argument.substr(7));
    if (argument.starts_with("ca=")) arguments.ca = argument.substr(3);
  }
  const auto done = run(arguments);
  if (!done) std::cerr << "meisai_bench: " << done.error().what << '\n';
  return done ? 0 : 1;
}
