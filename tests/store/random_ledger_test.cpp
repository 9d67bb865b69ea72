// SPDX-License-Identifier: Apache-2.0
//
// Random windows, some committed and some not, on both stores and on a plain model: all three agree on
// rows, months, history and positions after every one of them.
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <random>

#include "storage/rules/ledger_rules.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

struct Model {
  std::map<TransactionKey, StoredRow> rows;
  std::map<TransactionKey, std::size_t> revisions;
  std::map<TransactionKey, std::vector<UserLayer>> layers;  // oldest first
  std::uint64_t positions = 0;
};

/// The same choices for every store: all randomness comes from one seeded generator.
class Player {
 public:
  Player(World& world, std::uint64_t seed) : world_(world), random_(seed) {
    for (const char* issuer : {"jcb_card", "rakuten_card"}) cards_.push_back(world.card(issuer));
  }

  void play_window() {
    const auto staging = must(world_.store().begin_staging({}, std::chrono::seconds(5)));
    const auto window = must(staging->begin_window());
    Model next = committed_;
    const std::size_t steps = pick(12);
    for (std::size_t i = 0; i < steps; ++i) {
      const std::size_t step = next.rows.empty() ? 5 : pick(9);
      if (step < 2)
        revise(*window, next);
      else if (step == 2)
        annotate(*window, next);
      else if (step == 3)
        undo(*window, next);
      else
        insert(*window, next);
    }
    if (pick(4) == 0) return;  // never committed
    must(window->add_audit(entry()));
    must(window->commit(world_.permit<Commit>()));
    committed_ = next;
  }

  void compare() {
    const auto view = world_.view();
    std::map<TransactionKey, StoredRow> rows;
    std::pair<DayKey, TransactionKey> last{INT32_MIN, 0};
    must(view->transactions({.with_ignored = true}, [&](const StoredRow& each) {
      RC_ASSERT((std::pair(each.day, each.key) > last));
      last = {each.day, each.key};
      rows.emplace(each.key, each);
      return true;
    }));
    RC_ASSERT(rows.size() == committed_.rows.size());
    std::map<std::pair<CardKey, BillingMonth>, std::pair<std::int64_t, std::uint64_t>> months;
    for (const auto& [key, expected] : committed_.rows) {
      const auto found = rows.find(key);
      RC_ASSERT(found != rows.end());
      RC_ASSERT((found->second.facts == expected.facts));
      RC_ASSERT(found->second.day == expected.day);
      RC_ASSERT(found->second.ignored == expected.ignored);
      RC_ASSERT(must(view->revisions_of(key)).size() == committed_.revisions[key]);
      if (const auto month = ledger_rules::counted_month(expected)) {
        auto& [sum, count] = months[{expected.card, *month}];
        sum += expected.facts.amount_minor;
        ++count;
      }
    }
    compare_layers(*view);
    const auto totals = must(view->month_totals());
    std::erase_if(months, [](const auto& month) { return month.second.second == 0; });
    RC_ASSERT(totals.size() == months.size());
    for (const MonthTotal& total : totals) {
      const auto& [sum, count] = months[{total.card, total.month}];
      RC_ASSERT(total.amount_minor == sum);
      RC_ASSERT(total.count == count);
    }
    RC_ASSERT(must(view->last_position()) == committed_.positions);
    std::uint64_t position = 0;
    for (const ChangeRow& change : must(view->changes(0, 10000))) {
      RC_ASSERT(change.position == position + 1);
      position = ledger_rules::last_position_of(change);
    }
    RC_ASSERT(position == committed_.positions);
  }

  void compare_layers(LedgerView& view) {
    std::map<TransactionKey, UserLayer> newest;
    for (const auto& [key, layers] : committed_.layers) {
      RC_ASSERT((must(view.user_layer_history(key)) == layers));
      if (!layers.empty() && !layers.back().empty()) newest[key] = layers.back();
    }
    RC_ASSERT((must(view.user_layers()) == newest));
    std::size_t seen = 0;
    must(view.transactions({}, [&](const StoredRow& each) {
      RC_ASSERT_FALSE(each.ignored);
      return ++seen != 0;
    }));
    RC_ASSERT(static_cast<std::ptrdiff_t>(seen) ==
              std::ranges::count_if(committed_.rows, [](const auto& each) { return !each.second.ignored; }));
  }

  void check() { RC_ASSERT(world_.findings().empty()); }

 private:
  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }

  StoredRow random_row() {
    const CardKey card = cards_[pick(cards_.size())];
    StoredRow made = pick(6) == 0
                         ? undated_row(card, static_cast<StatementKey>(1 + pick(3)), next_facts_++)
                         : row(card, day(2026, static_cast<unsigned>(1 + pick(4)), static_cast<unsigned>(1 + pick(28))),
                               next_facts_++);
    made.facts.amount_minor = static_cast<std::int64_t>(pick(5000)) - 1000;
    made.facts.kind = static_cast<TransactionKind>(pick(9));
    made.facts.status = static_cast<TransactionStatus>(pick(2));
    return made;
  }

  void insert(LedgerWrite& window, Model& model) {
    StoredRow made = random_row();
    made.key = must(window.insert(made));
    must(window.add_change({.kind = ChangeKind::added, .first = made.key, .last = made.key}));
    model.rows[made.key] = made;
    ++model.positions;
  }

  void revise(LedgerWrite& window, Model& model) {
    const auto target = std::next(model.rows.begin(), static_cast<std::ptrdiff_t>(pick(model.rows.size())));
    StoredRow changed = random_row();
    changed.key = target->first;
    changed.ignored = pick(2) == 0;  // is nobody's to say but the person's
    must(window.revise(changed));
    must(window.add_change({.kind = ChangeKind::modified, .first = changed.key, .last = changed.key}));
    changed.ignored = target->second.ignored;
    target->second = changed;
    ++model.revisions[changed.key];
    ++model.positions;
  }

  StoredRow& any_row(Model& model) {
    return std::next(model.rows.begin(), static_cast<std::ptrdiff_t>(pick(model.rows.size())))->second;
  }

  void annotate(LedgerWrite& window, Model& model) {
    StoredRow& target = any_row(model);
    UserLayer layer{.note = std::to_string(pick(3)), .ignored = pick(2) == 0};
    for (const char* tag : {"a", "b"})
      if (pick(2) == 0) layer.tags.emplace_back(tag);
    if (pick(5) == 0) layer = {};
    must(window.put_user_layer(target.key, layer));
    model.layers[target.key].push_back(layer);
    target.ignored = layer.ignored;
  }

  void undo(LedgerWrite& window, Model& model) {
    StoredRow& target = any_row(model);
    std::vector<UserLayer>& layers = model.layers[target.key];
    RC_ASSERT(must(window.undo_user_layer(target.key)) == !layers.empty());
    if (!layers.empty()) layers.pop_back();
    target.ignored = !layers.empty() && layers.back().ignored;
  }

  World& world_;
  std::mt19937_64 random_;
  std::vector<CardKey> cards_;
  std::uint32_t next_facts_ = 1;
  Model committed_;
};

void play(World& world, std::uint64_t seed, int windows) {
  Player player(world, seed);
  for (int i = 0; i < windows; ++i) {
    player.play_window();
    player.compare();
  }
  player.check();
}

}  // namespace

TEST_CASE("random windows: the memory store agrees with a model", "[store][property]") {
  CHECK(rc::check("memory", [](std::uint64_t seed) {
    MemoryWorld world;
    play(world, seed, 12);
  }));
}

TEST_CASE("random windows: the encrypted store agrees with a model", "[store][property]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    FolderWorld world;
    play(world, seed, 15);
  }
}

}  // namespace meisai::test
