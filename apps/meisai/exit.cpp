// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/exit.h"

#include <algorithm>

namespace meisai::cli {

// No default: a new Code does not compile (-Wswitch) before somebody decides what it leaves the process with.
Exit exit_of(Code code) noexcept {  // NOLINT(readability-function-size): a table, one line a code
  switch (code) {
    case Code::invalid_argument:
    case Code::unknown_export_target:
    case Code::store_exists:
    case Code::not_simulated:
      return Exit::usage;

    case Code::statement_contradicted:
    case Code::batch_doubtful:
    case Code::no_card_account:
      return Exit::partial;

    case Code::document_not_recognized:
    case Code::document_ambiguous:
    case Code::document_truncated:
    case Code::document_too_large:
    case Code::document_unreadable:
    case Code::document_changed:
    case Code::mixed_encodings:
    case Code::not_text:
    case Code::record_too_long:
    case Code::column_missing:
    case Code::column_ambiguous:
    case Code::card_ambiguous:
    case Code::amount_not_a_number:
    case Code::amount_overflow:
    case Code::currency_unknown:
    case Code::mixed_currencies:
    case Code::date_not_valid:
    case Code::plan_unknown:
    case Code::field_empty:
    case Code::text_not_valid:
      return Exit::input;

    case Code::not_found:
    case Code::cursor_too_old:
      return Exit::not_found;
    case Code::store_missing:
      return Exit::store_missing;
    case Code::store_busy:
    case Code::store_changed:
      return Exit::store_busy;
    case Code::wrong_key:
      return Exit::wrong_key;
    case Code::data_sealed:
      return Exit::sealed;

    case Code::store_damaged:
    case Code::store_rolled_back:
    case Code::store_too_new:
    case Code::store_not_encrypted:
      return Exit::store_unsound;

    case Code::integrity_hold:
    case Code::clock_hold:
    case Code::audit_unavailable:
    case Code::audit_broken:
      return Exit::hold;

    case Code::disk_full:
    case Code::io_error:
      return Exit::storage;

    case Code::consent_missing:
    case Code::consent_expired:
    case Code::consent_withdrawn:
    case Code::consent_superseded:
    case Code::consent_mismatch:
      return Exit::consent;

    case Code::cutoff_subject:
    case Code::cutoff_connection:
    case Code::cutoff_credential:
    case Code::cutoff_adapter:
    case Code::cutoff_issuer:
    case Code::cutoff_partner:
    case Code::cutoff_all:
      return Exit::cutoff;

    case Code::token_missing:
    case Code::token_indeterminate:
    case Code::reauth_required:
    case Code::authorization_denied:
    case Code::authorization_failed:
    case Code::consent_not_accepted:
      return Exit::person_needed;

    case Code::maintenance:
      return Exit::maintenance;
    case Code::rate_limited:
      return Exit::rate_limited;
    case Code::schema_drift:
      return Exit::schema_drift;
    case Code::approval_required:
      return Exit::approval;

    case Code::scope_exceeded:
    case Code::scope_excess:
    case Code::field_not_allowed:
    case Code::purpose_mismatch:
    case Code::recipient_not_consented:
    case Code::issuer_restricted:
    case Code::issuer_suspended:
    case Code::issuer_cancelled:
    case Code::version_retired:
    case Code::no_contract:
    case Code::terms_missing:
    case Code::no_contact:
    case Code::chain_not_agreed:
    case Code::chain_condition_lapsed:
    case Code::outlet_unclassified:
    case Code::write_refused:
    case Code::insecure_url:
    case Code::pan_detected:
    case Code::wrong_owner:
    case Code::fraud_signal_missing:
    case Code::protocol_unsupported:
      return Exit::policy;

    case Code::issuer_unreachable:
    case Code::tls_not_trusted:
    case Code::issuer_failed:
    case Code::answer_not_valid:
    case Code::answer_too_large:
    case Code::redirect_refused:
      return Exit::issuer_failure;

    case Code::key_file_unsafe:
    case Code::key_ring_missing:
    case Code::codec_unavailable:
    case Code::profile_not_valid:
    case Code::registration_missing:
      return Exit::configuration;

    case Code::interrupted:
      return Exit::interrupted;

    case Code::permit_spent:
    case Code::internal_bug:
      return Exit::fault;
  }
  return Exit::fault;
}

Exit exit_of(const ConnectionReport& report) noexcept {
  if (report.reason) return exit_of(report.reason->code);
  switch (report.outcome) {
    case SyncOutcome::fresh:
    case SyncOutcome::unchanged:
      return report.needs_attention() ? Exit::partial : Exit::done;
    case SyncOutcome::failed:
      return Exit::issuer_failure;
    case SyncOutcome::none:
    case SyncOutcome::not_checked:
      break;
  }
  return Exit::partial;  // not looked at is never "nothing new" (I7)
}

Exit combined(std::span<const Exit> outcomes) noexcept {
  if (outcomes.empty()) return Exit::done;
  const bool same = std::all_of(outcomes.begin(), outcomes.end(), [&](Exit e) { return e == outcomes.front(); });
  return same ? outcomes.front() : Exit::partial;
}

}  // namespace meisai::cli
