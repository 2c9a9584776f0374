#include "consensus/chunk_rules.hpp"

#include <bit>

namespace quorate::consensus {

ZeroBits leading_zero_bits(const Hash256& hash) {
  std::uint16_t zeros = 0;
  for (const std::uint8_t byte : hash.bytes) {
    zeros = static_cast<std::uint16_t>(zeros + std::countl_zero(byte));
    if (byte != 0) break;
  }
  return ZeroBits{zeros};
}

ChunkClock clock_of(const ChunkMeta& meta) {
  if (meta.version == ChunkVersion{0}) return {};
  return {meta.version, leading_zero_bits(meta.content_hash)};
}

Result<ChunkClock> accept_write(const ChunkClock& stored, const ChunkMeta& incoming) {
  if (incoming.version == ChunkVersion{0}) return Errc::version_zero;
  if (incoming.version < stored.version) return Errc::stale_version;
  const ChunkClock next = clock_of(incoming);
  if (next.version == stored.version && next.zeros <= stored.zeros) return Errc::weak_hash;
  ASSERT(stored < next);  // Clocks only advance; `merge_order` breaks ties, so replicas converge.
  return next;
}

std::strong_ordering merge_order(const ChunkMeta& a, const ChunkMeta& b) {
  if (a.version != b.version) return a.version <=> b.version;
  if (a.content_hash != b.content_hash) return b.content_hash <=> a.content_hash;
  return b.signature <=> a.signature;
}

Merge merge_chunk(const ChunkMeta& stored, const ChunkMeta& incoming) {
  const auto order = merge_order(incoming, stored);
  if (order < 0) return Merge::keep;
  if (order == 0) return Merge::same;
  ASSERT(clock_of(stored) <= clock_of(incoming));  // A smaller hash never has fewer zero bits.
  return Merge::replace;
}

bool is_equivocation(const ChunkMeta& a, const ChunkMeta& b) {
  return a.version == b.version && a.content_hash != b.content_hash;
}

}  // namespace quorate::consensus
