// SPDX-License-Identifier: Apache-2.0
//
// The exit codes are a contract. The table here is written by hand from the contract, not from exit.cpp, so
// that a change of either shows.
#include "apps/meisai/exit.h"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

namespace meisai::cli {
namespace {

int number(Code code) { return static_cast<int>(exit_of(code)); }

TEST_CASE("each failure leaves with its number") {
  const std::map<int, std::vector<Code>> contract = {
      {1, {Code::internal_bug, Code::permit_spent}},
      {2, {Code::invalid_argument, Code::unknown_export_target, Code::store_exists, Code::not_simulated}},
      {3, {Code::statement_contradicted, Code::batch_doubtful, Code::no_card_account}},
      {4,
       {Code::document_not_recognized, Code::document_ambiguous, Code::document_truncated, Code::document_too_large,
        Code::document_unreadable, Code::mixed_encodings, Code::not_text, Code::record_too_long, Code::column_missing,
        Code::column_ambiguous, Code::card_ambiguous}},
      {5, {Code::not_found}},
      {10, {Code::store_missing}},
      {11, {Code::store_busy, Code::store_changed}},
      {12, {Code::wrong_key}},
      {13, {Code::data_sealed}},
      {14, {Code::store_not_encrypted, Code::store_damaged, Code::store_rolled_back, Code::store_too_new}},
      {15, {Code::clock_hold, Code::audit_broken, Code::audit_unavailable, Code::integrity_hold}},
      {16, {Code::disk_full, Code::io_error}},
      {20,
       {Code::consent_missing, Code::consent_expired, Code::consent_withdrawn, Code::consent_superseded,
        Code::consent_mismatch}},
      {21,
       {Code::cutoff_all, Code::cutoff_issuer, Code::cutoff_adapter, Code::cutoff_credential, Code::cutoff_connection,
        Code::cutoff_subject, Code::cutoff_partner}},
      {22,
       {Code::reauth_required, Code::token_missing, Code::token_indeterminate, Code::authorization_denied,
        Code::authorization_failed, Code::consent_not_accepted}},
      {23, {Code::maintenance}},
      {24, {Code::rate_limited}},
      {25, {Code::schema_drift}},
      {26, {Code::approval_required}},
      {27,
       {Code::chain_not_agreed, Code::pan_detected, Code::scope_exceeded, Code::scope_excess, Code::write_refused,
        Code::insecure_url, Code::wrong_owner, Code::protocol_unsupported}},
      {30,
       {Code::issuer_unreachable, Code::issuer_failed, Code::tls_not_trusted, Code::answer_not_valid,
        Code::answer_too_large, Code::redirect_refused}},
      {78,
       {Code::key_file_unsafe, Code::key_ring_missing, Code::codec_unavailable, Code::profile_not_valid,
        Code::registration_missing}},
      {130, {Code::interrupted}},
  };
  for (const auto& [exit, codes] : contract) {
    for (const Code code : codes) {
      INFO(name_of(code));
      CHECK(number(code) == exit);
    }
  }
}

TEST_CASE("no failure ends like success, and only ours ends with 1") {
  const auto& all = std::vector<Code>{
#define MEISAI_ONE(name) Code::name,
      MEISAI_REFUSALS(MEISAI_ONE) MEISAI_ERRORS(MEISAI_ONE)
#undef MEISAI_ONE
  };
  for (const Code code : all) {
    INFO(name_of(code));
    CHECK(number(code) != 0);
    CHECK((number(code) == 1) == (code == Code::internal_bug || code == Code::permit_spent));
    // A refusal leaves with 15 or 20 to 27; of errors only those do that a person or a newer version must settle.
    const bool settled_elsewhere = number(code) == 22 || code == Code::protocol_unsupported;
    if (number(code) >= 20 && number(code) < 30) CHECK((is_refusal(code) || settled_elsewhere));
    if (is_refusal(code)) CHECK((number(code) == 15 || (number(code) >= 20 && number(code) < 30)));
  }
}

TEST_CASE("a connection: what was not looked at never ends like nothing new") {
  const auto ends = [](SyncOutcome outcome, std::optional<Code> reason) {
    ConnectionReport report;
    report.outcome = outcome;
    if (reason) report.reason = Error{.code = *reason};
    return static_cast<int>(exit_of(report));
  };
  CHECK(ends(SyncOutcome::fresh, {}) == 0);
  CHECK(ends(SyncOutcome::unchanged, {}) == 0);
  CHECK(ends(SyncOutcome::none, {}) == 3);
  CHECK(ends(SyncOutcome::not_checked, {}) == 3);
  CHECK(ends(SyncOutcome::failed, {}) == 30);
  CHECK(ends(SyncOutcome::not_checked, Code::consent_expired) == 20);
  CHECK(ends(SyncOutcome::not_checked, Code::cutoff_connection) == 21);
  CHECK(ends(SyncOutcome::not_checked, Code::reauth_required) == 22);
  CHECK(ends(SyncOutcome::not_checked, Code::rate_limited) == 24);
  CHECK(ends(SyncOutcome::failed, Code::schema_drift) == 25);
  CHECK(ends(SyncOutcome::failed, Code::issuer_unreachable) == 30);
  CHECK(ends(SyncOutcome::unchanged, Code::no_card_account) == 3);
  ConnectionReport rejected;
  rejected.outcome = SyncOutcome::fresh;
  rejected.rejected_count = 1;
  CHECK(static_cast<int>(exit_of(rejected)) == 3);
}

TEST_CASE("several files: one outcome is kept, a mixture is 3") {
  CHECK(combined({}) == Exit::done);
  const std::vector<Exit> done = {Exit::done, Exit::done};
  CHECK(combined(done) == Exit::done);
  const std::vector<Exit> busy = {Exit::store_busy, Exit::store_busy};
  CHECK(combined(busy) == Exit::store_busy);
  const std::vector<Exit> some = {Exit::done, Exit::input};
  CHECK(combined(some) == Exit::partial);
  const std::vector<Exit> different = {Exit::input, Exit::cutoff};
  CHECK(combined(different) == Exit::partial);
}

}  // namespace
}  // namespace meisai::cli
