// SPDX-License-Identifier: Apache-2.0
//
// What a person sees before a consent, and how they agree to it (METI-3.4.2, FISC-43, FISC-44): every item,
// each important one agreed to by an act of its own, then the whole. No answer is taken for granted.
#pragma once

#include "apps/meisai/session.h"

namespace meisai::cli {

/// The screen as text in a language, each line at most `width` cells. The hash stands last.
[[nodiscard]] std::string screen_text(const ConsentScreen& screen, Language language, int width, bool colors);

/// True for what counts as agreement: `yes` or `はい`, whatever the case, spaces around it ignored.
[[nodiscard]] bool means_yes(std::string_view answer);

/// Shows the screen on stderr and asks on the terminal, or compares with `accept` where the store is a simulated
/// one. Errors: `consent_not_accepted`, `not_simulated`, `interrupted`.
[[nodiscard]] Result<void> agree_to(const Session& session, const ConsentScreen& screen,
                                    const std::optional<std::string>& accept, bool simulated);

}  // namespace meisai::cli
