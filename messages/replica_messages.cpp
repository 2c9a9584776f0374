#include "messages/replica_messages.hpp"

namespace quorate::messages {
namespace {

constexpr std::size_t tag_bytes = 1;
constexpr std::size_t count_bytes = 4;
constexpr std::size_t slot_bytes = 4;
constexpr std::size_t entry_bytes = 8 + 2 + 8 + 4;
constexpr std::size_t meta_bytes = slot_bytes + entry_bytes;
constexpr std::size_t attention_bytes = 1;
constexpr std::size_t hint_bytes = 2;  ///< Origin, audience.
constexpr std::size_t node_bytes = 1 + 4 + 32;

std::size_t size_of(const consensus::DbAddress& db) {
  return 2 + db.contract.text.size() + 8 + SetHash::size;
}
std::size_t size_of(const Announce& m) {
  return size_of(m.db) + count_bytes + m.metas.size() * meta_bytes;
}
std::size_t size_of(const Push& m) {
  return size_of(m.chunk.db) + slot_bytes + 8 + count_bytes + m.chunk.content.bytes.size() +
         crypto::RecoverableSignature::size + hint_bytes;
}
std::size_t size_of(const Ack& m) {
  return size_of(m.db) + count_bytes + m.slots.size() * (1 + meta_bytes);
}
std::size_t size_of(const Pull& m) {
  return size_of(m.db) + count_bytes + m.slots.size() * slot_bytes;
}
std::size_t size_of(const Compare& m) {
  return size_of(m.db) + attention_bytes + count_bytes + m.nodes.size() * node_bytes;
}
std::size_t size_of(const Range& m) {
  return size_of(m.db) + node_bytes + count_bytes + m.entries.size() * entry_bytes;
}
std::size_t size_of(const Nack& m) {
  return size_of(m.db) + 1 + (m.slot ? slot_bytes : 0) + 1;
}

}  // namespace

const consensus::DbAddress& address_of(const ReplicaMessage& message) {
  return std::visit(
      [](const auto& m) -> const consensus::DbAddress& {
        if constexpr (requires { m.chunk; }) {
          return m.chunk.db;
        } else {
          return m.db;
        }
      },
      message);
}

std::size_t wire_size(const ReplicaMessage& message) {
  return tag_bytes + std::visit([](const auto& m) { return size_of(m); }, message);
}

}  // namespace quorate::messages
