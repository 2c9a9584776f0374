// The operation with which a would-be producer enrolls for a term.
// Source: SIP "Producer Set Enrollments".
#pragma once

#include "bitcoin/payload.hpp"
#include "crypto/keys.hpp"

namespace quorate::bitcoin {

/// Payload of 80 bytes, big-endian:
///
///     0      2  3     7     9    13    15           48            80
///     |------|--|-----|-----|-----|-----|------------|-------------|
///      magic  op set   set   key   key     signing      state root
///             @  block txoff block txoff   key
struct Enrollment {
  static constexpr std::uint8_t opcode = '@';
  static constexpr std::size_t body_size = 77;

  /// Where the last announcement of term N−3 was mined; without one, its last height and index 0.
  BurnPlace set;
  /// Where this producer's VRF key was registered.
  BurnPlace key;
  /// Signs everything this producer says during the term. A curve point.
  crypto::PublicKey signing_key;
  /// State after the block last announced at or before `set`.
  StateRoot state_root;

  bool operator==(const Enrollment&) const = default;

  /// Everything behind magic and op.
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length, or bad_public_key.
  [[nodiscard]] static Result<Enrollment> from_body(ByteView body);
};

}  // namespace quorate::bitcoin
