// SPDX-License-Identifier: Apache-2.0
//
// The default wiring: files for the store, SQLCipher, every adapter and exporter that ships. An app that
// wants other parts fills EnginePorts itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "meisai/engine.h"
#include "meisai/ports/key_provider.h"

namespace meisai::kit {

/// `$XDG_DATA_HOME/meisai/store` and `$XDG_CONFIG_HOME/meisai/keyring`, with the usual fallbacks below `$HOME`.
[[nodiscard]] std::filesystem::path default_store();
[[nodiscard]] std::filesystem::path default_key_ring();

/// Keys. The passphrase callback is asked once, when it is needed; `confirm` is true when a new one is chosen.
[[nodiscard]] std::unique_ptr<KeyProvider> key_file(const std::filesystem::path& file);
[[nodiscard]] std::unique_ptr<KeyProvider> passphrase(std::function<Result<Secret>(bool confirm)> ask);
[[nodiscard]] std::unique_ptr<KeyProvider> raw_key(Secret key_32_bytes);
/// Our private key at an issuer (PKCS#8 PEM) from a file that only its owner may read.
/// Errors: `key_file_unsafe`; `invalid_argument` (no such file, empty, or no PEM text of a private key).
[[nodiscard]] Result<Secret> read_client_key(const std::filesystem::path& file);
/// Writes a new random key file (mode 0600); refuses to overwrite.
[[nodiscard]] Result<void> write_key_file(const std::filesystem::path& file);

struct StoreOptions {
  std::filesystem::path folder;
  std::filesystem::path key_ring;  ///< for create; not below `folder`
  Mode mode = Mode::personal;
  bool simulated = false;  ///< stamped for ever: only such a store accepts a scripted clock
};

/// Creates an encrypted store. `store_exists` if there is one.
[[nodiscard]] Result<void> create_store(const StoreOptions& options, KeyProvider& key,
                                        std::optional<Instant> simulated_now = {});

/// Opens a store. `simulated_now` sets a scripted clock; `not_simulated` if the store is a real one.
/// Errors: store_missing, wrong_key, store_damaged, store_rolled_back, store_too_new, store_not_encrypted, io_error.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_store(const std::filesystem::path& folder, KeyProvider& key,
                                                         std::optional<Instant> simulated_now = {});

/// What an opened store gets from its surroundings.
struct OpenOptions {
  std::optional<Instant> simulated_now;  ///< a scripted clock; `not_simulated` if the store is a real one
  /// Shows an address of an issuer to the person, in their own browser (never a web view). Empty: linking fails
  /// where it would be shown.
  std::function<Result<void>(const std::string& url)> open_address;
};
/// The same, for a program that links issuers.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_store(const std::filesystem::path& folder, KeyProvider& key,
                                                         const OpenOptions& options);

/// Whether a file belongs to the store in `folder` or would: below that folder or its key ring, links followed.
/// Programs that write files for a person refuse such a name. There need not be a store yet.
[[nodiscard]] Result<bool> belongs_to_store(const std::filesystem::path& file, const std::filesystem::path& folder);

/// An engine over an empty memory store: for dry runs and tests. Writes nothing anywhere.
[[nodiscard]] std::unique_ptr<Engine> memory_engine(std::optional<Instant> now = {});

/// The ports as open_store and memory_engine wire them, for a caller that adds or replaces parts.
[[nodiscard]] Result<EnginePorts> store_ports(const std::filesystem::path& folder, KeyProvider& key,
                                              std::optional<Instant> simulated_now = {});
[[nodiscard]] Result<EnginePorts> store_ports(const std::filesystem::path& folder, KeyProvider& key,
                                              const OpenOptions& options);
[[nodiscard]] EnginePorts memory_ports(std::optional<Instant> now = {});
/// The store's control and gate with the ledger left closed: incidents can be opened, lifted and listed also
/// where the ledger is damaged. Every call that needs the ledger fails.
[[nodiscard]] Result<EnginePorts> gate_ports(const std::filesystem::path& folder, KeyProvider& key,
                                             std::optional<Instant> simulated_now = {});

/// A file as a document, and a file as a private, renamed-at-the-end sink.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_document(const std::filesystem::path& file);
[[nodiscard]] Result<std::unique_ptr<ByteSink>> create_file(const std::filesystem::path& file);
/// A sink that writes to an open descriptor (not closed).
[[nodiscard]] std::unique_ptr<ByteSink> descriptor_sink(int descriptor);

}  // namespace meisai::kit
