// A Stacker DB chunk: one signed value of one slot. Source: SIP "Stacker DBs"; Gap: address and
// digest (docs/spec_gaps.md "Chunk address").
#pragma once

#include "base/units.hpp"
#include "crypto/keys.hpp"

namespace quorate::consensus {

/// Largest chunk of any DB; contracts set lower limits per slot range.
inline constexpr std::size_t max_chunk_bytes = 2 * 1024 * 1024;

/// Which array of slots: one generation of one controlling contract.
struct DbAddress {
  Text<171> contract;          ///< "SP….block-producers": address, dot, name.
  std::uint64_t generation{};  ///< Term or cycle.
  SetHash set;                 ///< Which members: a reorganised set is another array.
  auto operator<=>(const DbAddress&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&DbAddress::contract, &DbAddress::generation, &DbAddress::set);
  }
};

/// Slot number inside one DB (300 for producers, twice the reward slots for stackers).
using ChunkSlot = Strong<struct ChunkSlotTag, std::uint32_t, Arithmetic::point>;

struct Chunk {
  DbAddress db;
  ChunkSlot slot;
  ChunkVersion version;
  SharedBlob<max_chunk_bytes> content;
  crypto::RecoverableSignature signature;
  bool operator==(const Chunk&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Chunk::db, &Chunk::slot, &Chunk::version, &Chunk::content,
                           &Chunk::signature);
  }
};

/// H("quorate/chunk/v2" ‖ network id ‖ contract ‖ generation ‖ set hash ‖ slot ‖ version ‖
/// H(data)).
[[nodiscard]] Hash256 chunk_digest(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                                   ChunkVersion version, const Hash256& content_hash);

/// H(slot u32 ‖ version u32 ‖ H(data)): what signers of deployed nodes sign. It names no network,
/// contract or generation, so such a chunk fits every array in which the slot has the same owner.
/// The version must fit 32 bits.
[[nodiscard]] Hash256 legacy_chunk_digest(ChunkSlot slot, ChunkVersion version,
                                          const Hash256& content_hash);

/// A chunk signed by `key`.
[[nodiscard]] Chunk sign_chunk(std::uint32_t network_id, const DbAddress& db, ChunkSlot slot,
                               ChunkVersion version, SharedBytes content,
                               const crypto::SecretKey& key);

}  // namespace quorate::consensus
