// SPDX-License-Identifier: Apache-2.0
#include "bench/paged_issuer.h"

#include <deque>
#include <utility>

#include "adapters/json/json.h"
#include "adapters/obie/row_reader.h"
#include "adapters/obie/shape.h"

namespace meisai::bench {
namespace {

IssuerProfile profile_of(const std::string& base_url, std::string ca_pem) {
  IssuerProfile profile;
  profile.id = IssuerId("yardstick_api");
  profile.name_ja = profile.name_en = "Yardstick";
  profile.family = "obie";
  profile.api_version = "3.1.11";
  profile.sandbox = true;
  profile.endpoints.resource_base = base_url.substr(0, base_url.size() - 1);
  profile.endpoints.ca_pem = std::move(ca_pem);
  profile.fields.usage_date = "/ValueDateTime";
  profile.transaction_id_is_stable = true;
  profile.transaction_id_reviewed = true;
  profile.charge_word = "Debit";
  profile.credit_word = "Credit";
  return profile;
}

class PagedConversation final : public Conversation {
 public:
  PagedConversation(const obie::Shape& shape, const LayoutInfo& layout, Pages pages)
      : shape_(shape), layout_(layout), rows_(shape, layout.vocabulary), pages_(pages) {}

  Result<std::optional<IssuerRequest>> next_request() override {
    if (page_ == pages_.count) return std::optional<IssuerRequest>();
    return std::optional(
        IssuerRequest{shape_.profile().endpoints.resource_base + "/" + std::to_string(page_) + ".json"});
  }

  Result<void> accept(const IssuerAnswer& answer) override {
    ++page_;
    MEISAI_ASSIGN(const json::Value value, json_.read(answer.body, shape_.json_limits()));
    const auto data = value.find("Data", json::Kind::object);
    const auto list = data ? data->find("Transaction", json::Kind::array) : std::nullopt;
    if (!list) return fail(Code::schema_drift, "the page has no transactions");
    for (const json::Value row : list->children()) take(row);
    if (page_ == pages_.count && in_document_ != 0) end_document();
    return {};
  }

  std::optional<FetchedPiece> take_piece() override {
    if (pieces_.empty()) return std::nullopt;
    FetchedPiece piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

  std::span<const CardClue> cards() const override { return cards_; }

 private:
  /// Rows come card by card and month by month: where either changes, a view is complete.
  void take(json::Value row) {
    const std::string_view account = row.string("AccountId");
    const std::string_view month = row.string("BookingDateTime").substr(0, 7);
    if (account != account_ || month != month_) {
      if (in_document_ != 0) builder_.begin_record(RecordKind::window_end, ++row_, no_card);
      if (in_document_ >= pages_.rows_a_commit) end_document();
      if (account != account_)
        cards_.push_back({.key_text = Secret(account), .name = "Yardstick " + std::string(account)});
      account_ = account;
      month_ = month;
    }
    if (builder_.is_full()) pieces_.emplace_back(builder_.take());
    builder_.begin_record(RecordKind::transaction, ++row_, static_cast<std::uint32_t>(cards_.size() - 1));
    std::ignore = rows_.read(row, account_, builder_);
    ++in_document_;
  }

  void end_document() {
    if (!builder_.empty()) pieces_.emplace_back(builder_.take());
    FetchedDocument document{.layout = &layout_, .name = "/pages/{number}.json"};
    document.facts.encoding = "UTF-8";
    document.facts.lines = row_;
    pieces_.emplace_back(std::move(document));
    in_document_ = 0;
    row_ = 0;
  }

  const obie::Shape& shape_;
  const LayoutInfo& layout_;
  obie::RowReader rows_;
  json::Reader json_;
  RawPageBuilder builder_;
  std::deque<FetchedPiece> pieces_;
  std::vector<CardClue> cards_;
  std::string account_;
  std::string month_;
  Pages pages_;
  std::size_t page_ = 0;
  std::size_t in_document_ = 0;
  std::uint64_t row_ = 0;
};

class PagedIssuer final : public LinkedIssuer {
 public:
  PagedIssuer(std::unique_ptr<obie::Shape> shape, Pages pages) : shape_(std::move(shape)), pages_(pages) {
    layout_ = shape_->range_layout();
    layout_.window = WindowRule::card_month;
  }
  const IssuerProfile& profile() const override { return shape_->profile(); }
  std::span<const LayoutInfo> layouts() const override { return {&layout_, 1}; }
  std::vector<HttpPathRule> resource_paths() const override {
    return {{HttpMethod::get, shape_->profile().endpoints.resource_base + "/", false}};
  }
  std::vector<HttpPathRule> consent_paths() const override { return {}; }
  std::vector<std::pair<std::string, std::string>> headers() const override { return {{"Accept", "application/json"}}; }
  std::unique_ptr<Conversation> converse(const FetchPlan&) const override {
    return std::make_unique<PagedConversation>(*shape_, layout_, pages_);
  }
  // Nobody authorizes anything here.
  ConsentCall create_consent(Instant, LocalDate) const override { return {}; }
  ConsentCall show_consent(const std::string&) const override { return {}; }
  ConsentCall revoke_consent(const std::string&) const override { return {}; }
  Result<IssuerConsent> read_consent(std::string_view) const override { return IssuerConsent{}; }

 private:
  std::unique_ptr<obie::Shape> shape_;
  LayoutInfo layout_;
  Pages pages_;
};

}  // namespace

std::unique_ptr<LinkedIssuer> paged_issuer(std::string base_url, Pages pages, std::string ca_pem) {
  auto shape = obie::Shape::make(profile_of(base_url, std::move(ca_pem)));
  return shape ? std::make_unique<PagedIssuer>(std::move(*shape), pages) : nullptr;
}

}  // namespace meisai::bench
