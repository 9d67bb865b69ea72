// SPDX-License-Identifier: Apache-2.0
//
// One function a command. Each prints its result and returns how the process ends; a failure comes back
// as an Error, and `run` reports it in the one way that all commands share.
#pragma once

#include "apps/meisai/session.h"

namespace meisai::cli {

[[nodiscard]] Result<Exit> execute(const Session&, const DemoArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const InitArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const StatusArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const IssuersArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const IssuersRegisterArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const LinkArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ConnectionsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const SyncArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ConsentListArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ConsentShowArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ConsentRenewArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ConsentRevokeArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ImportArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const CardsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const CardsJoinArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const SuggestionsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const DecideArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const StatementsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const StatementArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const TransactionsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const TransactionArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const EditArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const UndoEditArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const UpcomingArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ChangesArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const CoverageArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ExportArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const AuditListArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const AuditVerifyArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const IncidentOpenArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const IncidentLiftArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const IncidentListArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const HoldsArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const HoldShowArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const HoldAcceptArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const HoldDiscardArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const QuarantineArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const ReplayArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const DoctorArguments&);
[[nodiscard]] Result<Exit> execute(const Session&, const VersionArguments&);

}  // namespace meisai::cli
