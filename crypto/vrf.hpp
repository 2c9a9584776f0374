// The VRF with which producers register on Bitcoin: ECVRF-ED25519-SHA512-TAI.
// Source: SIP "Producer Set Enrollments" (VRF key registration), draft-irtf-cfrg-vrf-04, suite 3.
// Nothing in block production depends on a VRF output; keys are identities, and anyone can ask the
// owner of one for a proof.
#pragma once

#include "base/bytes.hpp"

namespace quorate::crypto {

/// Ed25519 point; the bytes need not be one until checked.
using VrfKey = FixedBytes<struct VrfKeyTag, 32>;
/// Γ (32) ‖ c (16) ‖ s (32, little-endian).
using VrfProof = FixedBytes<struct VrfProofTag, 80>;

/// Whether the bytes are the canonical encoding of a point of prime order.
/// Gap: stacks-core takes every curve point (docs/spec_gaps.md); no secret key belongs to the
/// others.
[[nodiscard]] bool is_valid(const VrfKey& key);

/// The public key of an Ed25519 seed of 32 bytes (for registrations by our own producers).
[[nodiscard]] VrfKey vrf_key_of_seed(const Hash256& seed);

/// Checks that the owner of `key` computed `proof` for `alpha`.
/// @returns bad_vrf_key, or bad_vrf_proof: s is not reduced, Γ is not of prime order, or the
/// challenge differs.
[[nodiscard]] Result<> verify_vrf(const VrfKey& key, ByteView alpha, const VrfProof& proof);

}  // namespace quorate::crypto
