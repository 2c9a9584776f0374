// Which of two chunks a slot keeps: the write rule for clients and the total order between
// replicas. Source: SIP "Stacker DBs"; Gap: ties between replicas (docs/spec_gaps.md "Chunk ties").
#pragma once

#include <compare>

#include "consensus/chunk.hpp"

namespace quorate::consensus {

/// Leading zero bits of a content hash, 0..256.
using ZeroBits = Strong<struct ZeroBitsTag, std::uint16_t, Arithmetic::none>;

/// Everything about a chunk but its bytes. The all-zero value describes a slot never written.
struct ChunkMeta {
  ChunkVersion version;
  Hash256 content_hash;  ///< SHA-512/256 of the content.
  crypto::RecoverableSignature signature;
  bool operator==(const ChunkMeta&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChunkMeta::version, &ChunkMeta::content_hash, &ChunkMeta::signature);
  }
};

/// How far a slot has come. Clocks only advance. Source: SIP "Stacker DBs" (the vector clock
/// "encodes both the version and the number of leading 0-bits").
struct ChunkClock {
  ChunkVersion version;
  ZeroBits zeros;
  auto operator<=>(const ChunkClock&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ChunkClock::version, &ChunkClock::zeros);
  }
};

[[nodiscard]] ZeroBits leading_zero_bits(const Hash256& hash);

/// The clock a slot shows when it holds this chunk; {0, 0} for a slot never written.
[[nodiscard]] ChunkClock clock_of(const ChunkMeta& meta);

/// Decides whether a client's `incoming` may replace `stored` in one slot.
/// Equal versions compete by leading zero bits of the content hash; a tie is refused (between
/// replicas: `merge_order`). The identical chunk never comes here: the caller has already answered
/// it with success. Gap: idempotent writes (docs/spec_gaps.md).
/// @returns the slot's next clock, or version_zero / stale_version / weak_hash with `stored`
/// standing. Source: SIP "Stacker DBs", write rule.
[[nodiscard]] Result<ChunkClock> accept_write(const ChunkClock& stored, const ChunkMeta& incoming);

/// The order in which replicas prefer chunks of one slot: `greater` means that `a` is kept. Higher
/// version first, then the smaller content hash (which has at least as many zero bits), then the
/// smaller signature. Total: `equal` only for the same version, content and signature, so replicas
/// that saw the same chunks hold the same one whatever the schedule. It extends `accept_write`:
/// whatever a client may replace, a replica replaces as well.
/// Gap: docs/spec_gaps.md "Chunk ties".
[[nodiscard]] std::strong_ordering merge_order(const ChunkMeta& a, const ChunkMeta& b);

/// What happens to the stored chunk when a replica's `incoming` arrives.
enum class Merge : std::uint8_t { keep, same, replace };
[[nodiscard]] Merge merge_chunk(const ChunkMeta& stored, const ChunkMeta& incoming);

/// Whether two chunks of one slot, both signed by its owner, prove an equivocation: one version,
/// two contents. Two signatures of one content prove nothing.
[[nodiscard]] bool is_equivocation(const ChunkMeta& a, const ChunkMeta& b);

}  // namespace quorate::consensus
