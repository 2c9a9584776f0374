// A writer's side of a Stacker DB, over HTTP: finds out what a signature must cover, remembers the
// versions it gave out across restarts, and resolves races with other writers of its slot.
#pragma once

#include "consensus/own_contract.hpp"
#include "runtime/http/client.hpp"

namespace quorate::http {

/// Versions given out, in one small file that is durable before a chunk leaves. A writer that
/// forgot them could sign two chunks of one version, which is an equivocation.
class VersionMemory {
 public:
  explicit VersionMemory(std::string path) : path_(std::move(path)) {}
  /// A version above `standing` and above all that were given out for this slot before; never given
  /// out again, not even to another process. @returns cannot_read_file, document_malformed,
  /// cannot_write_file, file_in_use (for two seconds).
  [[nodiscard]] Result<ChunkVersion> next(const consensus::DbAddress& db, consensus::ChunkSlot slot,
                                          ChunkVersion standing);

 private:
  std::string path_;
};

/// An array as a node shows it.
struct ArrayShown {
  consensus::DbAddress db;
  consensus::ChunkDigest digest{};
  std::uint32_t network_id{};
};

struct SlotContent {
  ChunkVersion version;
  Bytes content;
  std::string owner;  ///< Hexadecimal.
};

class SlotClient {
 public:
  explicit SlotClient(network::Address node) : client_(std::move(node)) {}

  /// Of the current generation, or the one named. @returns no_such_db, and what `Client` refuses.
  [[nodiscard]] Result<ArrayShown> array(const std::string& contract,
                                         const std::optional<std::uint64_t>& generation);
  /// @returns also no_such_slot.
  [[nodiscard]] Result<SlotContent> read(const std::string& contract,
                                         const std::optional<std::uint64_t>& generation,
                                         consensus::ChunkSlot slot);
  /// Signs and writes under the next version. @returns slot_of_another, version_race_lost, the
  /// node's own refusal by name, and what `Client` and `VersionMemory` refuse.
  [[nodiscard]] Result<ChunkVersion> put(const std::string& contract,
                                         const std::optional<std::uint64_t>& generation,
                                         consensus::ChunkSlot slot, const Bytes& content,
                                         const crypto::SecretKey& key, VersionMemory& memory);
  /// A document as the node answers it. @returns the node's refusal by name.
  [[nodiscard]] Result<std::string> document(const std::string& target);
  [[nodiscard]] Client& client() { return client_; }

 private:
  Client client_;
};

/// The refusal that an answer's body names, or http_answer_malformed.
[[nodiscard]] Error refusal_in(const Answer& answer);

}  // namespace quorate::http
