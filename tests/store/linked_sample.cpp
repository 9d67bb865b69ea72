// SPDX-License-Identifier: Apache-2.0
#include "tests/store/linked_sample.h"

#include "meisai/raw_page.h"

namespace meisai::test {
namespace {

DocumentRow document(const std::string& name, const std::string& connection) {
  return {.digest = sha256(name),
          .issuer = IssuerId("jcb_card"),
          .layout = "l",
          .channel = connection.empty() ? "file" : "api",
          .connection = ConnectionId(connection),
          .keep_raw_until = noon() + std::chrono::hours(24)};
}

std::string page(const std::string& merchant) {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 1);
  builder.cell(Field::merchant, merchant);
  return builder.take().encode();
}

StoredRow row_of(CardKey card, DocumentKey document, std::uint32_t facts, const std::string& merchant) {
  StoredRow made = row(card, day(2026, 9, 1 + facts % 20), facts);
  made.document = document;
  made.facts.merchant_raw = made.facts.merchant_normalized = merchant;
  made.facts.billed_minor = 1000;
  return made;
}

/// One document of `connection` (empty: a file) with a raw page and a held line.
void sync(World& world, const std::string& connection, const std::string& raw,
          const std::function<void(LedgerWrite&, DocumentKey)>& fill) {
  const auto staging = must(world.store().begin_staging({ConnectionId(connection)}, std::chrono::seconds(5)));
  must(staging->put(page(raw)));
  const auto window = must(staging->begin_window());
  const DocumentKey key = must(window->put_document(document("document of " + connection, connection)));
  fill(*window, key);
  must(window->add_audit(entry("sync")));
  must(window->commit(world.permit<Commit>()));
}

void hold(LedgerWrite& window, DocumentKey document, const std::string& text) {
  QuarantineRow held{.document = document, .masked_text = text};
  held.rejection = {.row = 9, .code = Code::date_not_valid, .message = "no date"};
  must(window.put_quarantine(held));
}

void tell(LedgerWrite& window, Entity entity, std::int64_t number) {
  must(window.add_change({.kind = ChangeKind::added, .entity = entity, .first = number, .last = number}));
}

StatementRow statement_of(std::vector<CardKey> cards, const std::string& anchor, std::int64_t total) {
  StatementRow statement = sample_statement();
  statement.cards = std::move(cards);
  statement.anchor = anchor;
  statement.transaction_count = static_cast<std::uint64_t>(total / 1000);
  statement.computed_total_minor = total;
  statement.balanced = true;
  return statement;
}

}  // namespace

LinkedSample::LinkedSample(World& world) {
  const std::string secret = secret_text;
  world.connect("con1");
  world.connect("con2");
  const ConnectionId con1("con1");
  const ConnectionId con2("con2");

  sync(world, "con1", secret + " raw", [&](LedgerWrite& window, DocumentKey document) {
    linked_document = document;
    only_linked = must(window.put_card(card_of("jcb_card", secret + " card")));
    twice_linked = must(window.put_card(card_of("jcb_card", "twice")));
    in_file_too = must(window.put_card(card_of("jcb_card", "too")));
    for (const CardKey card : {only_linked, twice_linked, in_file_too}) {
      must(window.link_card(card, con1));
      must(window.link_card(card, con1));
      tell(window, Entity::card, card);
      must(window.put_coverage(
          {.card = card, .from = day(2026, 9, 1), .to = day(2026, 9, 30), .channel = "api", .certainty = "complete"}));
    }
    linked_statement = must(window.put_statement(statement_of({only_linked}, secret + " anchor", 3000)));
    tell(window, Entity::statement, linked_statement);
    shared_statement = must(window.put_statement(statement_of({only_linked, in_file_too}, "shared", 2000)));
    tell(window, Entity::statement, shared_statement);
    for (std::uint32_t i = 0; i < 3; ++i) {
      StoredRow each = row_of(only_linked, document, i, secret + " shop");
      each.statement = linked_statement;
      linked_rows.push_back(must(window.insert(each)));
      tell(window, Entity::transaction, linked_rows.back());
      tell(window, Entity::transaction, must(window.insert(row_of(twice_linked, document, 10 + i, secret + " twice"))));
    }
    linked_row = linked_rows[0];
    StoredRow revised = row_of(only_linked, document, 0, secret + " revised");
    revised.key = linked_row;
    revised.statement = linked_statement;
    must(window.revise(revised));
    must(window.put_part({.transaction = linked_row, .statement = linked_statement, .billed_minor = 1000, .index = 1}));
    must(window.put_part({.transaction = linked_rows[1], .statement = shared_statement, .billed_minor = 400}));
    hold(window, document, secret + " held");
  });
  sync(world, "con2", "raw of con2", [&](LedgerWrite& window, DocumentKey document) {
    must(window.link_card(twice_linked, con2));
    hold(window, document, "held of con2");
  });
  sync(world, "", "raw of a file", [&](LedgerWrite& window, DocumentKey document) {
    only_file = must(window.put_card(card_of("jcb_card", "file")));
    tell(window, Entity::card, only_file);
    file_statement = must(window.put_statement(statement_of({only_file}, "file", 1000)));
    tell(window, Entity::statement, file_statement);
    StatementRow shared = statement_of({only_linked, in_file_too}, "shared", 2000);
    shared.key = shared_statement;
    must(window.put_statement(shared));
    StoredRow each = row_of(only_file, document, 50, "file shop");
    each.statement = file_statement;
    file_row = must(window.insert(each));
    tell(window, Entity::transaction, file_row);
    each = row_of(in_file_too, document, 51, "shop in both");
    each.statement = shared_statement;
    tell(window, Entity::transaction, must(window.insert(each)));
    must(window.put_coverage({.card = in_file_too,
                              .from = day(2026, 9, 1),
                              .to = day(2026, 9, 30),
                              .channel = "file",
                              .certainty = "statement"}));
  });
  world.end_consent("con1", HeldData::kept);  // nothing is erased before its consent has ended
}

}  // namespace meisai::test
