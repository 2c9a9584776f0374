// The operation that registers a producer's VRF key. Source: SIP "Producer Set Enrollments",
// SIP-001 "Leader VRF key registrations".
#pragma once

#include "bitcoin/payload.hpp"
#include "crypto/vrf.hpp"

namespace quorate::bitcoin {

/// RIPEMD160(SHA256(…)) of the burn chain's operations (`pox_hashes.hpp`).
using ConsensusHash = FixedBytes<struct ConsensusHashTag, 20>;

/// Payload of 55..80 bytes:
///
///     0      2  3                23            55         80
///     |------|--|-----------------|-------------|----------|
///      magic  op  consensus hash     VRF key      memo
///             ^
struct VrfRegistration {
  static constexpr std::uint8_t opcode = '^';
  static constexpr std::size_t min_body_size = 52;
  static constexpr std::size_t max_memo = 25;

  /// Not compared with anything, as in stacks-core.
  ConsensusHash consensus_hash;
  crypto::VrfKey key;
  Bytes memo;

  bool operator==(const VrfRegistration&) const = default;

  /// Everything behind magic and op.
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length, or bad_vrf_key.
  [[nodiscard]] static Result<VrfRegistration> from_body(ByteView body);
};

}  // namespace quorate::bitcoin
