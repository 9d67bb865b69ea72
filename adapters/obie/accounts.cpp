// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/accounts.h"

#include <algorithm>
#include <utility>

#include "meisai/pan_guard.h"

namespace meisai::obie {
namespace {

constexpr std::size_t most_cards = 1'000;
constexpr std::size_t longest_name = 100;

bool is_card(std::string_view sub_type) {
  if (const std::size_t space = sub_type.rfind('.'); space != std::string_view::npos) sub_type.remove_prefix(space + 1);
  return sub_type == "CreditCard" || sub_type == "ChargeCard";
}

/// The identification of the card number where there are several, else the first.
std::optional<json::Value> identification_of(json::Value account) {
  const auto list = account.find("Account");
  if (!list) return std::nullopt;
  if (list->is(json::Kind::object)) return list;
  std::optional<json::Value> first;
  for (const json::Value each : list->children()) {
    if (each.string("Identification").empty()) continue;
    if (each.string("SchemeName").ends_with("PAN")) return each;
    if (!first) first = each;
  }
  return first;
}

std::string last_four(std::string_view number) {
  if (number.size() < 4) return {};
  const std::string_view end = number.substr(number.size() - 4);
  return end.find_first_not_of("0123456789") == std::string_view::npos ? std::string(end) : std::string();
}

Secret key_of(json::Value account, std::string_view id) {
  const auto shown = identification_of(account);
  std::string text;
  text.reserve(512);  // no copy is left behind by growing
  if (shown) {
    text += shown->string("SchemeName");
    text += '\n';
    text += shown->string("Identification");
    text += '\n';
    text += account.string("Description");
  } else {
    text += "AccountId\n";
    text += id;
  }
  Secret key(text);
  wipe(std::as_writable_bytes(std::span(text)));
  return key;
}

}  // namespace

tl::unexpected<Error> drifted(std::string what) {
  return fail(Code::schema_drift, "the issuer's answer has another shape than the one that is read: " + std::move(what),
              "nothing of this list was kept; a newer version of the adapter or profile may read it", Retry::later);
}

Result<std::vector<json::Value>> list_in(json::Value answer, std::string_view name) {
  const auto data = answer.find("Data", json::Kind::object);
  if (!data) return drifted("there is no object Data");
  const auto list = data->find(name);
  if (!list || (!list->is(json::Kind::array) && !list->is(json::Kind::object)))
    return drifted("there is no list Data." + std::string(name));
  if (list->is(json::Kind::object)) return std::vector{*list};
  std::vector<json::Value> elements;
  for (const json::Value each : list->children()) elements.push_back(each);
  return elements;
}

Result<void> Accounts::read(json::Value answer) {
  MEISAI_ASSIGN(const auto accounts, list_in(answer, "Account"));
  std::size_t unreadable = 0;
  for (const json::Value account : accounts) {
    const std::string_view sub_type = account.string("AccountSubType");
    const std::string_view id = account.string("AccountId");
    if (sub_type.empty() || id.empty()) {
      ++unreadable;
      if (is_card(sub_type)) return drifted("a card account has no AccountId");
    } else if (is_card(sub_type)) {
      MEISAI_TRY(take_card(account, id));
    }
  }
  if (unreadable * 2 > accounts.size()) return drifted("most accounts have no AccountId or AccountSubType");
  return {};
}

Result<void> Accounts::take_card(json::Value account, std::string_view id) {
  if (std::ranges::find(ids_, id) != ids_.end()) return {};  // a list without isolation may name it twice
  if (pan::full_number_in(id))
    return fail(Code::pan_detected, "an account's id is a whole card number",
                "report it to the issuer; nothing was fetched");
  if (cards_.size() == most_cards) return drifted("more than 1,000 cards");
  Secret key = key_of(account, id);
  for (const Secret& known : keys_)
    if (std::ranges::equal(known.reveal(), key.reveal()))
      return fail(Code::card_ambiguous, "two accounts show the same card number and product; they cannot be told apart",
                  "ask the issuer to show different numbers; nothing was fetched");
  CardClue clue;
  clue.key_text = key.clone();
  if (const auto shown = identification_of(account)) clue.last4 = last_four(shown->string("Identification"));
  clue.name = profile_.name_ja;
  for (const std::string_view member : {"Nickname", "Description"})
    if (const std::string_view name = account.string(member); !name.empty() && name.size() <= longest_name)
      clue.name = name;
  pan::mask(clue.name);
  cards_.push_back(std::move(clue));
  keys_.push_back(std::move(key));
  ids_.emplace_back(id);
  return {};
}

}  // namespace meisai::obie
