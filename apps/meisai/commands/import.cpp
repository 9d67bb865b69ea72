// SPDX-License-Identifier: Apache-2.0
//
// `import`: each file is read, reported and answered for on its own; what they come to together is the
// exit code. A dry run is the same work over a memory store, so what it shows is what would be stored.
#include <algorithm>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/progress.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

using json::ImportedFile;

/// Failures after which no further file can be read either.
bool ends_the_run(Code code) {
  switch (code) {
    case Code::store_busy:
    case Code::store_damaged:
    case Code::disk_full:
    case Code::io_error:
    case Code::clock_hold:
    case Code::cutoff_all:
    case Code::interrupted:
      return true;
    default:
      return false;
  }
}

Exit exit_of(const ImportedFile& file) {
  if (!file.report) return cli::exit_of(file.report.error().code);
  if (file.report->hold) return cli::exit_of(file.report->hold->code);
  return file.report->needs_attention() ? Exit::partial : Exit::done;
}

/// The document over a memory store of its own: what it holds, in the order in which it stands there.
Result<ImportReport> preview(const Session& session, ByteSource& document, const ImportOptions& options) {
  MEISAI_ASSIGN(ImportReport report, session.open_memory()->preview_document(document, options));
  std::ranges::sort(report.preview, {}, [](const Transaction& row) { return row.source.row; });
  return report;
}

/// `engine` is empty for a dry run.
Result<ImportReport> read_one(const Session& session, Engine* engine, const ImportArguments& arguments,
                              const std::filesystem::path& path) {
  ImportOptions options{.issuer = arguments.issuer, .card = arguments.card, .new_card = arguments.new_card};
  ProgressDisplay display(session, path.filename().string());
  options.progress = [&display](const Progress& progress) { return display(progress); };
  Result<ImportReport> report = [&]() -> Result<ImportReport> {
    if (session.environment().interrupted()) return fail(Code::interrupted, "interrupted before this file");
    MEISAI_ASSIGN(const std::unique_ptr<ByteSource> document, kit::open_document(path));
    return engine == nullptr ? preview(session, *document, options) : engine->import_document(*document, options);
  }();
  if (!report && report.error().where.document.empty()) report.error().where.document = path.string();
  return report;
}

std::vector<ImportedFile> read_all(const Session& session, Engine* engine, const ImportArguments& arguments) {
  std::vector<ImportedFile> files;
  for (const std::filesystem::path& path : arguments.files) {
    if (!files.empty() && !files.back().report && ends_the_run(files.back().report.error().code)) {
      Error skipped = files.back().report.error();
      skipped.what = session.say(Text::import_skipped);
      skipped.where = Where{.document = path.string()};
      files.push_back({path.string(), tl::unexpected(std::move(skipped))});
      continue;
    }
    files.push_back({path.string(), read_one(session, engine, arguments, path)});
  }
  return files;
}

std::string name_of(const ImportedFile& file) {
  return printable(std::filesystem::path(file.path).filename().string());
}

/// What a person should look at, file by file, on stderr.
void tell_findings(const Session& session, const ImportedFile& file) {
  const std::string name = name_of(file);
  const ImportReport& report = *file.report;
  for (const RejectedRecord& r : report.rejected) {
    const std::string column = r.column ? session.say(Text::import_rejected_column, {std::to_string(*r.column)}) : "";
    session.note(session.say(Text::import_rejected,
                             {name, std::to_string(r.row), column, meisai::name_of(r.code), printable(r.message)}));
  }
  if (report.rejected_count > report.rejected.size())
    session.note(session.say(Text::import_rejected_more,
                             {name, std::to_string(report.rejected_count - report.rejected.size())}));
  if (report.rejected_count > 0) session.note(session.say(Text::import_rejected_kept));
  if (report.held > 0 && !report.hold)
    session.note(session.say(Text::import_held, {name, std::to_string(report.held)}));
  if (report.hold) {
    session.note(session.say(Text::import_hold, {name, headline(report.hold->code, session.language())}));
    session.report(*report.hold);
    if (report.hold_id) session.note(session.say(Text::hold_kept, {report.hold_id->text()}));
  }
  if (!report.unknown_columns.empty()) {
    std::string columns;
    for (const std::string& column : report.unknown_columns)
      columns += (columns.empty() ? "" : ", ") + printable(column);
    session.note(session.say(Text::import_unknown_columns, {name, columns}));
  }
  for (const Statement& s : report.statements)
    if (s.balanced && !*s.balanced)
      session.note(
          session.say(Text::import_unbalanced, {name, month_text(s.billing_month), balance_cell(session, s).text}));
}

void print_summary(const Session& session, const IssuerNames& issuers, std::span<const ImportedFile> files) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_file), Align::left, true},
               {head(Text::col_issuer)},
               {head(Text::col_added), Align::right},
               {head(Text::col_modified), Align::right},
               {head(Text::col_unchanged), Align::right},
               {head(Text::col_held), Align::right},
               {head(Text::col_rejected), Align::right},
               {head(Text::col_billing_month)},
               {head(Text::col_total), Align::right},
               {head(Text::col_check)}});
  for (const ImportedFile& file : files) {
    if (!file.report) {
      table.add({name_of(file), {session.say(Text::import_failed), Tone::bad}, "", "", "", "", "", "", "", ""});
      continue;
    }
    const ImportReport& r = *file.report;
    std::vector<Cell> counts = {name_of(file),
                                issuers.of(r.issuer),
                                std::to_string(r.added),
                                std::to_string(r.modified),
                                std::to_string(r.unchanged),
                                std::to_string(r.held),
                                std::to_string(r.rejected_count)};
    if (r.statements.empty()) counts.insert(counts.end(), {"–", "", ""});
    for (const Statement& s : r.statements) {
      counts.insert(counts.end(), {month_text(s.billing_month), money_text(s.computed_total_minor, s.currency),
                                   balance_cell(session, s)});
      table.add(std::move(counts));
      counts.assign(7, "");
    }
    if (r.statements.empty()) table.add(std::move(counts));
  }
  print_table(session, table);
}

void print_preview(const Session& session, const IssuerNames& issuers, const ImportedFile& file) {
  const ImportReport& report = *file.report;
  session.print(
      session.say(Text::dry_run_head, {name_of(file), issuers.of(report.issuer), report.layout, report.encoding}));
  print_table(session, transaction_table(session, report.preview, RowIds::hidden));
  MoneySum used, billed;
  for (const Transaction& row : report.preview) {
    if (moves_money(row.facts)) used.add(row.facts.amount_minor, row.facts.currency);
    billed.add(row.facts.billed_minor.value_or(0), row.facts.currency);
  }
  session.print(session.say(Text::dry_run_total, {std::to_string(report.preview.size()), used.text(), billed.text()}));
  for (const Statement& s : report.statements) {
    const Cell balance = balance_cell(session, s);
    session.print(session.say(
        Text::dry_run_statement,
        {month_text(s.billing_month), money_text(s.computed_total_minor, s.currency),
         money_or_dash(s.stated_total_minor, s.currency), toned(balance.text, balance.tone, session.colors())}));
  }
  session.print("");
}

void show(const Session& session, const IssuerNames& issuers, std::span<const ImportedFile> files, bool dry_run) {
  if (dry_run) {
    for (const ImportedFile& file : files)
      if (file.report) print_preview(session, issuers, file);
  } else {
    print_summary(session, issuers, files);
  }
  bool something_new = false;
  for (const ImportedFile& file : files) {
    if (!file.report) {
      session.report(file.report.error());
      something_new = true;
      continue;
    }
    tell_findings(session, file);
    something_new = something_new || file.report->added + file.report->modified > 0 || file.report->needs_attention();
  }
  if (dry_run) session.note(session.say(Text::dry_run_note));
  if (!dry_run && !something_new) session.note(session.say(Text::import_nothing_new));
}

}  // namespace

Result<Exit> execute(const Session& session, const ImportArguments& arguments) {
  std::unique_ptr<Engine> engine;
  if (!arguments.dry_run) {
    MEISAI_ASSIGN(engine, session.open_store());
  }
  std::vector<ImportedFile> files = read_all(session, engine.get(), arguments);
  if (files.size() == 1 && !files.front().report) return tl::unexpected(std::move(files.front().report).error());

  std::vector<Exit> outcomes;
  for (const ImportedFile& file : files) outcomes.push_back(exit_of(file));
  if (session.json()) {
    std::optional<std::string> cursor;
    if (engine) {
      if (auto now = engine->change_cursor()) cursor = std::move(*now);
    }
    session.print(json::import(files, cursor, arguments.dry_run));
  } else {
    show(session, IssuerNames(session, engine ? *engine : *session.open_memory()), files, arguments.dry_run);
  }
  return combined(outcomes);
}

}  // namespace meisai::cli
